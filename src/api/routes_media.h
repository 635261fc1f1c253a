// The routes that answer with bytes of media:
//   GET /v1/stores/{store}/media/{id}/content?width=&format=   with a key; not stored yet: 302 to Shopify's URL
//   GET /m/{token}/{sha256}?width=&format=                     for anybody who knows the name, which never changes its
//   bytes
// Called once while the process starts; all of it must outlive the Service. The JSON routes are in routes_media.cc too.
#pragma once

#include "api/media_server.h"
#include "api/service.h"

namespace stoa::api {

struct MediaDeps {
  storage::Registry& registry;
  MediaServer& server;
  const Clock& clock;
};
void add_media_content_routes(Service& service, const MediaDeps& deps);

}  // namespace stoa::api
