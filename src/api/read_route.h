// What the read routes share: turning a reader's answers into a Read's. Pure functions.
#pragma once

#include <array>
#include <string>

#include "api/envelope.h"
#include "api/read_server.h"
#include "api/service.h"
#include "base/json_text.h"
#include "base/text.h"

namespace stoa::api {

inline constexpr std::array kOfProducts{model::Kind::products};
inline constexpr std::array kOfCollections{model::Kind::collections};
inline constexpr std::array kOfBlogs{model::Kind::blogs};
inline constexpr std::array kOfArticles{model::Kind::articles};
inline constexpr std::array kOfBlogArticles{model::Kind::blogs, model::Kind::articles};
inline constexpr std::array kOfDiscounts{model::Kind::discounts};
inline constexpr std::array kOfPages{model::Kind::pages};
inline constexpr std::array kOfMenus{model::Kind::menus};
inline constexpr std::array kOfMetaobjects{model::Kind::metaobjects};
inline constexpr std::array kOfThemes{model::Kind::themes};
inline constexpr std::array kOfMedia{model::Kind::media};
inline constexpr std::array kOfMembers{model::Kind::collections, model::Kind::products};

// {"data":{…}}, with the code that found it when one did
inline ReadAnswer object_answer(Object object) {
  std::string body;
  body.reserve(object.json.size() + 16);
  body.append(R"({"data":)").append(object.json);
  if (!object.code.empty()) body.append(R"(,"code":)").append(json::quoted(object.code));
  body.append("}");
  return {.body = std::move(body), .newest = object.newest, .next = {}};
}

inline ReadAnswer list_answer(Listing listing) {
  ListPage page{.items = std::move(listing.items),
                .next = std::move(listing.next),
                .limit = listing.limit,
                .reason = std::move(listing.reason)};
  return {.body = list_body(page), .newest = listing.newest, .next = page.next.value_or("")};
}

inline std::string fields_query(const Fields& fields) {
  return fields.everything() ? "" : "fields=" + fields.canonical();
}

// The id of a path as all its spellings share it; an impossible one stays as it is and is not found.
inline std::string canonical_id(model::Kind kind, const std::string& text) {
  return parse_object_id(kind, text).value_or(text);
}

// A route for one object, by what `find` is given of the path.
template <class Find>
Parsed<Read> object_read(model::Kind kind, std::span<const model::Kind> kinds, std::string path, std::string_view query,
                         Find find) {
  auto fields = parse_object_query(kind, query);
  if (!fields) return std::unexpected(std::move(fields.error()));
  Read read;
  read.path = std::move(path);
  read.query = fields_query(*fields);
  read.kinds = kinds;
  read.build = [find = std::move(find), fields = std::move(*fields)](const StoreReader& reader) -> Result<ReadAnswer> {
    STOA_TRY_ASSIGN(auto object, find(reader, fields));
    return object_answer(std::move(object));
  };
  return read;
}

// GET /{kind}/{id}
inline void add_by_id(Service& service, model::Kind kind, std::span<const model::Kind> kinds) {
  const auto path = fmt::format("/{}/", model::to_string(kind));
  service.add_read(path + "{id}", [kind, kinds, path](const http::Params& params, std::string_view query) {
    const auto id = canonical_id(kind, params["id"]);
    return object_read(kind, kinds, path + percent_encode(id), query,
                       [kind, id](const StoreReader& in, const Fields& fields) { return in.by_id(kind, id, fields); });
  });
}

// GET /{kind}/by-handle/{handle}
inline void add_by_handle(Service& service, model::Kind kind, std::span<const model::Kind> kinds) {
  const auto path = fmt::format("/{}/by-handle/", model::to_string(kind));
  service.add_read(path + "{handle}", [kind, kinds, path](const http::Params& params, std::string_view query) {
    const auto& handle = params["handle"];
    return object_read(
        kind, kinds, path + percent_encode(handle), query,
        [kind, handle](const StoreReader& in, const Fields& fields) { return in.by_handle(kind, handle, fields); });
  });
}

// A route for a list; `take` asks the reader the query.
template <class Query, class Take>
Parsed<Read> list_read(std::span<const model::Kind> kinds, std::string path, Query query, Take take) {
  Read read;
  read.path = std::move(path);
  read.query = canonical_query(query);
  read.after = query.after;
  read.kinds = kinds;
  read.caching = Read::Caching::list;
  read.build = [take, query = std::move(query)](const StoreReader& reader) -> Result<ReadAnswer> {
    STOA_TRY_ASSIGN(auto listing, take(reader, query));
    return list_answer(std::move(listing));
  };
  return read;
}

}  // namespace stoa::api
