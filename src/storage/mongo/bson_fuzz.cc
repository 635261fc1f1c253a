// Mutates stored documents and bodies, and compares what our readers make of them with libbson:
// storage_bson_fuzz [--seed N] [--seconds N]. Each seed is one round; a failure aborts and names it. Built with
// ASan and UBSan by ./dev fuzz, so that a read out of bounds is a failure too.
#include <charconv>

#include "base/clock.h"
#include "base/json_token.h"
#include "storage/mongo/body_fixture.h"
#include "storage/mongo/bson_json.h"
#include "storage/mongo/document_bson.h"

namespace stoa::storage::mongo {
namespace {

using Bytes = std::vector<std::uint8_t>;  // on the heap in their exact size: ASan sees the first byte beyond

struct Round {
  std::uint64_t seed;
  Dice dice{seed};

  void require(bool holds, std::string_view what) const {
    const auto why = fmt::format("seed {}: {}", seed, what);
    STOA_CHECK(holds, why.c_str());
  }

  Bytes mutated(Bytes bytes) {
    for (auto count = dice.below(5); count > 0 && !bytes.empty(); --count) {
      const auto at = dice.below(bytes.size());
      switch (dice.below(6)) {
        case 0: bytes[at] = static_cast<std::uint8_t>(dice.bits()); break;
        case 1: bytes[at] ^= static_cast<std::uint8_t>(1u << dice.below(8)); break;
        case 2:
          bytes[at] = dice.of({std::uint8_t(0), std::uint8_t(0x7F), std::uint8_t(0x80), std::uint8_t(0xFF)});
          break;
        case 3:
          bytes.insert(bytes.begin() + static_cast<std::ptrdiff_t>(at), static_cast<std::uint8_t>(dice.bits()));
          break;
        case 4: bytes.erase(bytes.begin() + static_cast<std::ptrdiff_t>(at)); break;
        default: bytes.resize(at);
      }
      const auto size = static_cast<std::uint32_t>(bytes.size());
      if (size >= 4 && dice.one_in(2)) std::memcpy(bytes.data(), &size, sizeof size);  // get past the first check
    }
    bytes.shrink_to_fit();
    return bytes;
  }

  model::Document document() {
    model::Document out{.kind = model::all_kinds()[dice.below(model::kKindCount)], .id = "gid://shopify/Product/1"};
    out.body = RandomBody(dice).object();
    out.api_version = "2026-10";
    return out;
  }

  // Whatever the bytes: no reader leaves them, and what write_json takes is valid BSON that libbson reads alike.
  void read_bson(const Bytes& bytes) {
    std::string ours;
    const bool taken = write_json(ours, bytes).has_value();
    (void)decode_document(bytes);
    for (const auto kind : model::all_kinds())
      for (const auto& field : model::spec(kind).index) (void)index_value(bytes, kind, field.name);
    if (!taken) return require(ours.empty(), "a failure left text");
    const auto body = without_meta(bytes);
    require(is_valid(body), "write_json takes what bson_validate refuses");
    // Boost.JSON refuses repeated keys; where both texts can be read they say the same.
    const auto mine = json::parse(ours, 200);
    auto theirs = json::parse(extended_json(body, true), 400);
    if (mine && theirs) require(same(*mine, plain(std::move(*theirs))), "libbson reads it differently");
  }
  // What write_json passes over may hold anything, as long as its length fits.
  static Bytes without_meta(const Bytes& bytes) {
    BsonWriter out;
    BsonReader reader(bytes);
    while (const auto element = reader.next())
      if (element->key != "_id" && element->key != "_m" && element->key != "_x")
        out.value(element->key, element->value);
    const auto body = out.finish();
    return {body.begin(), body.end()};
  }

  // Whatever the text: refused, or back byte for byte.
  void store_body(const Bytes& text) {
    auto sent = document();
    sent.body.assign(text.begin(), text.end());
    BsonWriter out;
    const auto stored = encode_document(sent, 1, out);
    if (!stored) return;
    const auto back = decode_document(*stored);
    if (!json::is_utf8(sent.body)) return require(!back, "invalid UTF-8 was read back");
    require(is_valid(*stored), "encode_document makes what bson_validate refuses");
    require(back && back->body == sent.body, "the body came back differently");
  }

  void run() {
    BsonWriter out;
    const auto whole = document();
    const auto stored = encode_document(whole, 1, out);
    require(stored.has_value(), "a random body is refused");
    const Bytes bytes(stored->begin(), stored->end());
    out.reset();
    dice.fill(out, 0);
    const auto finished = out.finish();
    const Bytes plain_bytes(finished.begin(), finished.end());
    const Bytes text(whole.body.begin(), whole.body.end());
    for (int i = 0; i < 20; ++i) {
      read_bson(mutated(bytes));
      read_bson(mutated(plain_bytes));
      store_body(mutated(text));
    }
  }
};

std::uint64_t argument(int argc, char** argv, std::string_view name, std::uint64_t otherwise) {
  for (int i = 1; i + 1 < argc; ++i)
    if (argv[i] == name) std::from_chars(argv[i + 1], argv[i + 1] + std::strlen(argv[i + 1]), otherwise);
  return otherwise;
}

}  // namespace
}  // namespace stoa::storage::mongo

int main(int argc, char** argv) {
  using namespace stoa::storage::mongo;
  const stoa::SystemClock clock;
  const auto first = argument(argc, argv, "--seed", 1);
  const auto end = clock.mono() + std::chrono::seconds(argument(argc, argv, "--seconds", 30));
  for (auto seed = first; seed == first || clock.mono() < end; ++seed) Round{.seed = seed}.run();
}
