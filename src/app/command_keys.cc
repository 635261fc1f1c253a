// stoa keys create | list | revoke.
#include "app/cli.h"
#include "base/text.h"

namespace stoa::app {

void add_keys(CLI::App& app, Cli& cli) {
  auto* group = app.add_subcommand("keys", "Read keys of a store: create, list, revoke");
  group->require_subcommand(1);
  struct Flags {
    std::string store, name, key;
  };
  const auto path = [](const Flags& flags) { return "/api/stores/" + percent_encode(flags.store) + "/keys"; };

  auto made = std::make_shared<Flags>();
  auto* create = group->add_subcommand("create", "Make a read key; it is shown once");
  create->add_option("STORE", made->store, "clientKey or shop domain")->required();
  create->add_option("--name", made->name, "What it is for");
  add_client_options(*create, cli);
  create->callback([made, path, &cli] {
    json::Object body;
    if (!made->name.empty()) body["name"] = made->name;
    const auto key = call(cli, "POST", path(*made), json::Value(body));
    if (!key) return;
    if (cli.json)
      print_json(*key);
    else
      print(cell(*key, "key"));
  });

  auto listed = std::make_shared<Flags>();
  auto* list = group->add_subcommand("list", "The store's read keys");
  list->add_option("STORE", listed->store, "clientKey or shop domain")->required();
  add_client_options(*list, cli);
  list->callback([listed, path, &cli] {
    const auto keys = call_list(cli, path(*listed));
    if (!keys) return;
    if (cli.json) return print_json(*keys);
    std::vector<std::vector<std::string>> rows;
    for (const auto& key : *keys)
      rows.push_back({cell(key, "id"), cell(key, "key"), cell(key, "name"), cell(key, "createdAt")});
    print_table({"ID", "KEY", "NAME", "CREATED"}, rows);
  });

  auto gone = std::make_shared<Flags>();
  auto* revoke = group->add_subcommand("revoke", "Revoke a read key at once");
  revoke->add_option("STORE", gone->store, "clientKey or shop domain")->required();
  revoke->add_option("KEY_ID", gone->key, "key_…, see keys list")->required();
  add_client_options(*revoke, cli);
  revoke->callback([gone, path, &cli] {
    if (call(cli, "DELETE", path(*gone) + "/" + percent_encode(gone->key))) say("revoked");
  });
}

}  // namespace stoa::app
