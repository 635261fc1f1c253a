// Hashes, signatures and sealed secrets, over libsodium. Thread-safe; crypto_init() once before anything else (app/ and
// tests do).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/hash.h"
#include "base/random.h"
#include "base/result.h"

namespace stoa {

void crypto_init();

std::string sha256(std::string_view bytes);  // 32 raw bytes
// The same of bytes that come in pieces. Used by one thread.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  void add(std::string_view bytes);
  std::string finish();  // 32 raw bytes; nothing may be added after it

 private:
  struct State;
  std::unique_ptr<State> state_;
};
std::string hmac_sha256(std::string_view key, std::string_view bytes);  // 32 raw bytes
bool constant_time_equal(std::string_view a, std::string_view b);

// BLAKE2b, 128 bits, of the parts one after another: names content that outsiders may choose. The cached answer of one
// reader is kept under such a name, and another reader's question must not be able to meet it.
Hash content_hash(std::initializer_list<std::string_view> parts);
std::string hash_hex(const Hash& hash);

// A secret in memory: no stream or format operator, so it cannot be logged by accident (rule K2). Zeroed on
// destruction.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  Secret(const Secret&) = default;
  Secret(Secret&&) noexcept = default;
  Secret& operator=(const Secret&) = default;
  Secret& operator=(Secret&&) noexcept = default;
  ~Secret();
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  bool operator==(const Secret& other) const { return constant_time_equal(value_, other.value_); }

 private:
  std::string value_;
};

// Seals secrets at rest (rule K1): XChaCha20-Poly1305; a sealed value is text, "v1.<key id>.<base64url
// nonce+ciphertext>". The associated data binds a value to its place, e.g. "<clientKey>/adminShopToken": it opens
// nowhere else.
class Sealer {
 public:
  virtual ~Sealer() = default;
  virtual std::string seal(const Secret& secret, std::string_view associated) const = 0;
  // corrupt: not ours, another key, another place, or changed bytes.
  virtual Result<Secret> open(std::string_view sealed, std::string_view associated) const = 0;
};
// `key`: 32 bytes. `random` must outlive the sealer.
std::unique_ptr<Sealer> make_sealer(Secret key, Random& random);
bool looks_sealed(std::string_view text);

}  // namespace stoa
