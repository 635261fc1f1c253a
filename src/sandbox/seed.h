// Makes up a shop's catalogue from a number: the same number and size give the same products, byte for byte.
// What trips mirrors up is in there on purpose: see kTraps in seed.cc. About 6 KB of JSON a product as a client reads
// it.
#pragma once

#include <cstdint>

#include "sandbox/catalog.h"

namespace stoa::sandbox {

struct SeedOptions {
  std::uint64_t number = 1;
  std::size_t products = 200;
  std::size_t variants = 0;    // > 0: the first product gets that many (up to 2,048)
  std::size_t articles = 20;   // in two of three blogs; 0: no blog either
  std::size_t discounts = 24;  // of all types and states in turn
  std::size_t codes = 60;      // of the first code discount
  std::size_t pages = 9;
  std::size_t menus = 3;
  std::size_t metaobjects = 14;  // of three types in turn
};

inline const Time kSeedEpoch = from_micros(1'704'067'200'000'000);   // 2024-01-01T00:00:00Z
inline const Time kSeedFuture = from_micros(4'070'908'800'000'000);  // 2099-01-01T00:00:00Z

// Adds everything to an empty catalogue.
void seed(Catalog& catalog, const SeedOptions& options);
// Of that, blogs and articles.
void seed_content(Catalog& catalog, const SeedOptions& options);
void seed_files(Catalog& catalog);  // the library: a few of each kind and state
void seed_menus(Catalog& catalog, const SeedOptions& options);
void seed_metaobjects(Catalog& catalog, const SeedOptions& options);
void seed_pages(Catalog& catalog, const SeedOptions& options);
void seed_discounts(Catalog& catalog, const SeedOptions& options);
// One more product, in the manner of the `index`-th; for the control route.
std::unique_ptr<Product> seeded_product(Catalog& catalog, const SeedOptions& options, std::size_t index);

// A shop's publications and metafield definitions.
void seed_shop(ShopInfo& info, std::int64_t first_id);

}  // namespace stoa::sandbox
