// Taking one page of a list from a store: in an order the database sorts by, or in one that is given (ids or handles as
// asked, the members of a collection). Keyset paging throughout: page 500 costs as page 1. Blocks on the database; no
// shared state.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/content_urls.h"
#include "api/projection.h"
#include "storage/store_handle.h"

namespace stoa::api {

struct Listing {
  std::string items;  // objects as JSON, comma-separated
  std::size_t count = 0;
  std::optional<std::string> next;  // the cursor of the next page
  std::size_t limit = 50;
  std::string reason;  // why the list is not complete; empty: it is
  Time newest{};       // the latest fetch in it; zero when empty
};

struct Walk {
  // An order that no index field has: by these ids, or handles, one after another. Those that do not exist or do not
  // satisfy the query are left out.
  struct Order {
    std::vector<std::string> keys;
    bool by_handle = false;
  };
  storage::Query query;        // kind, conditions, ids, sort
  std::optional<Order> order;  // instead of query.sort
  // Where the database cannot tell what may be shown: documents it denies are left out, and a page may be shorter.
  std::function<bool(std::string_view body)> shows = {};
};

// Fills `out` up to out.limit objects, 8 MiB (never before one object) or the end. Answers where the page ended, if
// there is more.
Result<std::optional<storage::Position>> take_page(storage::StoreHandle& store, const Walk& walk,
                                                   const Projection& projection, ContentUrls& urls,
                                                   const std::optional<storage::Position>& after, Listing& out);

}  // namespace stoa::api
