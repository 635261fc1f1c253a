// Where a store's media are used: which products, collections and articles show which file, and the images of
// collections and articles, which are no files at Shopify. Filled from the mirrored documents; some 24 bytes a use. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "model/kind.h"

namespace stoa::sync {

class MediaUses {
 public:
  // What a document of products, collections or articles shows.
  void add(model::Kind kind, std::string_view id, std::string_view body);
  // To be called once, after the last add().
  void sort();

  // The gids of what shows that medium, by kind and number. Of a file its gid, of an image its URL without query.
  std::vector<std::string> of(std::string_view media) const;
  // The images that are no files: their documents as canonical JSON, by id, which is the URL without query.
  const std::map<std::string, std::string>& images() const { return images_; }

 private:
  struct Use {
    std::uint64_t media;  // hash of its id
    model::Kind kind;
    std::int64_t number;
    auto operator<=>(const Use&) const = default;
  };
  void add_use(std::string_view media, model::Kind kind, std::int64_t number);
  void add_image(std::string_view image, model::Kind kind, std::int64_t number);

  std::vector<Use> uses_;
  std::map<std::string, std::string> images_;
};

}  // namespace stoa::sync
