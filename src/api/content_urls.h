// `contentUrl`: where our copy of a medium is served, for anybody, for as long as it is that one:
// "/m/{token}/{sha256}". Added to the media of products, the images of collections and articles, and media themselves;
// null while there is no copy. The token is random per store and says nothing of it. Used by one thread; blocks on the
// database in load().
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>

#include "api/fields.h"
#include "storage/store_handle.h"

namespace stoa::api {

std::string media_token(const storage::StoreEntry& entry);

class ContentUrls {
 public:
  // For documents of `kind`, of which `fields` are asked.
  ContentUrls(storage::StoreHandle& store, model::Kind kind, const Fields& fields);

  // Looks up what these documents show.
  Result<> load(std::span<const storage::Stored> documents);
  Result<> load(const std::vector<std::string_view>& bodies);
  // The document with its content URLs; `scratch` may hold it.
  std::string_view with(std::string_view body, std::string& scratch) const;

 private:
  std::string member(std::string_view medium) const;  // ,"contentUrl":…

  storage::StoreHandle& store_;
  const model::Kind kind_;
  const bool wanted_;
  const std::string prefix_;
  std::map<std::string, std::string, std::less<>> hashes_;  // by id of the medium
};

}  // namespace stoa::api
