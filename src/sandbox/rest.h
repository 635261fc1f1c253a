// Products and collections in REST shape (products.json, webhooks): the one format the sandbox takes objects in, from
// files and from the control routes. Pure but for the ids it takes from the catalogue. What REST lacks has members of
// its own: `metafields`, `media`, `seo_title`, `seo_description`, `category` (docs/formats/sandbox.md).
#pragma once

#include <filesystem>

#include "base/json.h"
#include "sandbox/catalog.h"

namespace stoa::sandbox {

// Changes what `json` names and leaves the rest. A new product starts from an empty Product. invalid: names the member.
Result<void> apply_product(Catalog& catalog, Product& product, const json::Object& json, Time now);
Result<void> apply_collection(Catalog& catalog, Collection& collection, const json::Object& json);

struct RestFiles {
  std::filesystem::path products;     // {"products":[…]} or […]
  std::filesystem::path collections;  // optional; {"collections":[…]} or […]
  std::filesystem::path membership;   // optional; {"<handle>": [ids] or {"<page>": [ids]}}, in order
  std::filesystem::path blogs;        // optional; as load_blogs() of rest_content.h takes them
};
Result<void> load_files(Catalog& catalog, const RestFiles& files, Time now);

}  // namespace stoa::sandbox
