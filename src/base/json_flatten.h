// JSON from outside into canonical text (base/json_text.h), over simdjson: strict about what it reads, faithful to what
// it keeps (rule P5). GraphQL connections become arrays on the way. A Reader owns simdjson's buffers: one per answer,
// used by one thread at a time.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace stoa::json {

struct Member {
  std::string key;
  std::string_view raw;  // into the text that was read
};

// A list as it stands in an answer: a plain array, or a connection ({nodes} or {edges{node}}, pageInfo).
struct RawList {
  std::vector<std::string_view> items;  // into the text that was read
  bool has_next = false;
  std::string end_cursor;
};

// A nested connection whose pageInfo says that there is more.
struct OpenConnection {
  std::string owner;   // "id" of the nearest enclosing object that has one
  std::string name;    // where the owner has it: "variants", or keys joined by dots, "discount.codes"
  std::string cursor;  // its endCursor
};

struct Flat {
  std::string text;
  std::vector<OpenConnection> open;

  // The object's own members, known from writing them: a look-up reads no text again. Only while `text` is untouched.
  struct Place {
    std::size_t key, key_size, value, value_size;  // bytes, from the start of `text`
  };
  std::vector<Place> members;
  std::string_view find(std::string_view key) const;  // the value's raw text, empty when absent
};

class Reader {
 public:
  Reader();
  ~Reader();

  // Splits one object. Bytes after it, invalid UTF-8, or an end too early: corrupt. The values are only skipped, not
  // checked.
  Result<std::vector<Member>> members(std::string_view object);

  // Splits the list at a path of keys. not_found: null stands somewhere on the path. corrupt: no such list, or
  // a connection whose pageInfo is missing or has a next page without an endCursor. The items are only skipped, not
  // checked.
  Result<RawList> list(std::string_view object, const std::vector<std::string_view>& path);

  // Canonical text of one object: connections become arrays, and those named in `id_lists` arrays of their nodes' ids.
  // Numbers keep their characters, keys their order, unknown members stay. corrupt: not JSON, invalid UTF-8, a lone
  // surrogate, nesting beyond 64, a key that needs an escape, or hasNextPage without an endCursor.
  Result<Flat> flatten(std::string_view object, std::span<const std::string_view> id_lists = {});

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stoa::json
