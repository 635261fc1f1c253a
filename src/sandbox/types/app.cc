// The calling app: its installation and scopes; the API versions.
#include "sandbox/types/lists.h"

namespace stoa::sandbox {

using graphql::Call;
using graphql::field;

void add_app(graphql::SchemaBuilder& builder) {
  builder.object(
      "AccessScope", {},
      {field<std::string>("handle: String!", [](const std::string& scope, Call& call) { call.string(scope); }),
       field<std::string>("description: String!",
                          [](const std::string& scope, Call& call) { call.string("Access by " + scope); })});
  builder.object(
      "App", {"Node"},
      {field<Reading>("id: ID!",
                      [](const Reading& r, Call& call) { call.string(gid("App", r.catalog.info().id + 2)); }),
       field<Reading>("title: String!", [](const Reading&, Call& call) { call.string("Mirror"); }),
       field<Reading>("handle: String", [](const Reading&, Call& call) { call.string("mirror"); }),
       field<Reading>("apiKey: String!",
                      [](const Reading& r, Call& call) { call.string(fmt::format("{:032x}", r.catalog.info().id)); }),
       field<Reading>("embedded: Boolean!", [](const Reading&, Call& call) { call.boolean(false); }),
       field<Reading>("webhookApiVersion: String!",
                      [](const Reading& r, Call& call) { call.string(r.versions.back()); })});
  builder.object(
      "AppInstallation", {"Node"},
      {field<Reading>("id: ID!", [](const Reading& r,
                                    Call& call) { call.string(gid("AppInstallation", r.catalog.info().id + 3)); }),
       field<Reading>("app: App!", [](const Reading& r, Call& call) { call.value(&r); }),
       field<Reading>("accessScopes: [AccessScope!]!", [](const Reading& r, Call& call) {
         call.list(r.scopes.size(), [&](std::size_t i) { call.value(&r.scopes[i]); });
       })});
  builder.object(
      "ApiVersion", {},
      {field<std::string>("handle: String!", [](const std::string& version, Call& call) { call.string(version); }),
       field<std::string>("displayName: String!",
                          [](const std::string& version, Call& call) {
                            call.string(call.context<Reading>().versions.back() == version ? version + " (Latest)"
                                                                                           : version);
                          }),
       field<std::string>("supported: Boolean!", [](const std::string&, Call& call) { call.boolean(true); })});
}

}  // namespace stoa::sandbox
