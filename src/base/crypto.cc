#include "base/crypto.h"

#include <sodium.h>

#include "base/text.h"

namespace stoa {
namespace {
const unsigned char* data_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
constexpr std::string_view kSealVersion = "v1.";
}  // namespace

void crypto_init() { STOA_CHECK(sodium_init() >= 0, "libsodium could not start"); }

std::string sha256(std::string_view bytes) {
  std::string out(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256(reinterpret_cast<unsigned char*>(out.data()), data_of(bytes), bytes.size());
  return out;
}

struct Sha256::State {
  crypto_hash_sha256_state hash;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { crypto_hash_sha256_init(&state_->hash); }
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) { crypto_hash_sha256_update(&state_->hash, data_of(bytes), bytes.size()); }

std::string Sha256::finish() {
  std::string out(crypto_hash_sha256_BYTES, '\0');
  crypto_hash_sha256_final(&state_->hash, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  std::string out(crypto_auth_hmacsha256_BYTES, '\0');
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, data_of(key), key.size());
  crypto_auth_hmacsha256_update(&state, data_of(bytes), bytes.size());
  crypto_auth_hmacsha256_final(&state, reinterpret_cast<unsigned char*>(out.data()));
  return out;
}

bool constant_time_equal(std::string_view a, std::string_view b) {
  return a.size() == b.size() && (a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0);
}

Hash content_hash(std::initializer_list<std::string_view> parts) {
  Hash out;
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, out.size());
  for (const auto part : parts) crypto_generichash_update(&state, data_of(part), part.size());
  crypto_generichash_final(&state, out.data(), out.size());
  return out;
}

std::string hash_hex(const Hash& hash) {
  return to_hex(std::string_view(reinterpret_cast<const char*>(hash.data()), hash.size()));
}

Secret::~Secret() {
  if (!value_.empty()) sodium_memzero(value_.data(), value_.size());
}

namespace {
class XChaChaSealer final : public Sealer {
 public:
  XChaChaSealer(Secret key, Random& random) : key_(std::move(key)), random_(random) {
    STOA_CHECK(key_.reveal().size() == crypto_aead_xchacha20poly1305_ietf_KEYBYTES, "a master key has 32 bytes");
    key_id_ = to_hex(sha256("stoa key id" + key_.reveal()).substr(0, 4));
  }

  std::string seal(const Secret& secret, std::string_view associated) const override {
    std::string out(crypto_aead_xchacha20poly1305_ietf_NPUBBYTES, '\0');
    random_.fill({reinterpret_cast<unsigned char*>(out.data()), out.size()});
    const std::string nonce = out;
    out.resize(nonce.size() + secret.reveal().size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
    crypto_aead_xchacha20poly1305_ietf_encrypt(reinterpret_cast<unsigned char*>(out.data() + nonce.size()), nullptr,
                                               data_of(secret.reveal()), secret.reveal().size(), data_of(associated),
                                               associated.size(), nullptr, data_of(nonce), data_of(key_.reveal()));
    return fmt::format("{}{}.{}", kSealVersion, key_id_, base64_url(out));
  }

  Result<Secret> open(std::string_view sealed, std::string_view associated) const override {
    const auto wrong = [](std::string_view why) { return fail(Code::corrupt, "sealed value: {}", why); };
    if (!sealed.starts_with(kSealVersion)) return wrong("not in format v1");
    sealed.remove_prefix(kSealVersion.size());
    const auto dot = sealed.find('.');
    if (dot == std::string_view::npos) return wrong("cut short");
    if (sealed.substr(0, dot) != key_id_) return wrong("sealed with another master key");
    const auto bytes = base64_url_decode(sealed.substr(dot + 1));
    constexpr std::size_t kNonce = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
    constexpr std::size_t kTag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
    if (!bytes || bytes->size() < kNonce + kTag) return wrong("cut short");
    std::string plain(bytes->size() - kNonce - kTag, '\0');
    if (crypto_aead_xchacha20poly1305_ietf_decrypt(reinterpret_cast<unsigned char*>(plain.data()), nullptr, nullptr,
                                                   data_of(*bytes) + kNonce, bytes->size() - kNonce,
                                                   data_of(associated), associated.size(), data_of(*bytes),
                                                   data_of(key_.reveal())) != 0)
      return wrong("changed, or moved from another place");
    return Secret(std::move(plain));
  }

 private:
  Secret key_;
  Random& random_;
  std::string key_id_;
};
}  // namespace

std::unique_ptr<Sealer> make_sealer(Secret key, Random& random) {
  return std::make_unique<XChaChaSealer>(std::move(key), random);
}

bool looks_sealed(std::string_view text) { return text.starts_with(kSealVersion); }

}  // namespace stoa
