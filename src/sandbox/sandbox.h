// A stand-in Shopify for rehearsal, demo and tests: many shops on one port, and routes to control them
// (docs/formats/sandbox.md). Shares no Shopify code with the client it tests. Thread-safe.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "base/result.h"
#include "http/message.h"
#include "sandbox/shop.h"

namespace stoa::sandbox {

struct SandboxOptions {
  std::string listen = "127.0.0.1:9292";                       // host:port; port 0 picks one
  std::vector<std::string> versions = {"2026-07", "2026-10"};  // supported API versions, oldest first
  std::size_t list_max = 25'000;                               // how far a list can be paged, as with Shopify
  std::size_t workers = 64;      // requests answered at once; a hanging one holds one of them
  std::filesystem::path record;  // every GraphQL request and answer is appended here; empty: no

  Result<void> validate() const;
};

class Sandbox {
 public:
  // Without sockets: answer() is all there is. The clock and random must outlive it.
  static Result<std::unique_ptr<Sandbox>> make(const SandboxOptions& options, const Clock& clock, Random& random);
  // make(), and served at address().
  static Result<std::unique_ptr<Sandbox>> start(const SandboxOptions& options, const Clock& clock, Random& random);
  virtual ~Sandbox() = default;

  // conflict: the name is taken. Seconds for tens of thousands of products.
  virtual Result<Shop*> add_shop(const ShopSpec& spec) = 0;
  virtual Shop* shop(std::string_view name) = 0;  // null when unknown
  virtual http::Response answer(const http::Request& request) = 0;
  virtual std::string address() const = 0;  // "127.0.0.1:41235"
  std::string base_url(std::string_view shop_name) const { return fmt::format("http://{}/s/{}", address(), shop_name); }
  virtual void drain() = 0;  // ends waits and faults that hang, then the server
};

}  // namespace stoa::sandbox
