// stoa store add | list | show | remove | pause | resume: over HTTP, never on a running server's files.
#include "app/cli.h"
#include "base/text.h"

namespace stoa::app {
namespace {

struct AddFlags {
  std::string key, shop, base_url, token_file, file;
};

void show_added(Cli& cli, const json::Value& done) {
  if (cli.json) return print_json(done);
  const auto* job = json::find(done, "job");
  const auto key = json::string_or(done, "readKey", "-");
  print(fmt::format("{}\t{}\t{}\t{}\t{}", json::string_or(done, "clientKey"), json::string_or(done, "shopDomain"),
                    json::bool_or(done, "created") ? "created" : "updated",
                    job == nullptr ? "-" : json::string_or(*job, "id"), key));
  if (key != "-") say("the last column is the store's read key: it is shown this once");
  if (const auto* warnings = json::find(done, "warnings"); warnings != nullptr && warnings->is_array())
    for (const auto& warning : warnings->get_array())
      say(fmt::format("warning: {}", json::string_or(warning, "detail")));
}

// A body, an array of bodies, or one body a line.
Result<json::Array> bodies_of(const std::string& text) {
  if (auto value = json::parse(text)) {
    if (value->is_array()) return std::move(value->get_array());
    return json::Array{std::move(*value)};
  }
  json::Array out;
  std::size_t number = 0;
  for (const auto line : split(text, '\n')) {
    ++number;
    if (trim(line).empty()) continue;
    auto value = json::parse(line);
    if (!value) return fail(std::move(value).error().in(fmt::format("line {}", number)));
    out.push_back(std::move(*value));
  }
  return out;
}

void add_many(Cli& cli, const std::string& file) {
  const auto text = read_text(file);
  if (!text) return void(fail_with(cli, kUsage, text.error().what));
  const auto bodies = bodies_of(*text);
  if (!bodies) return void(fail_with(cli, kUsage, bodies.error().what));
  std::size_t failed = 0;
  int last = kOk;
  for (const auto& body : *bodies) {
    const auto done = call(cli, "POST", "/api/config/sync", body);
    if (done) {
      show_added(cli, *done);
      continue;
    }
    ++failed;
    last = cli.exit_code;
    if (last == kUnreachable) return;
  }
  cli.exit_code = failed == 0 ? kOk : bodies->size() == 1 ? last : kPartial;
}

void add_one(Cli& cli, const AddFlags& flags) {
  if (!flags.file.empty()) return add_many(cli, flags.file);
  if (flags.key.empty() || (flags.shop.empty() && flags.base_url.empty()) || flags.token_file.empty())
    return void(
        fail_with(cli, kUsage, "store add wants KEY, --shop (or --base-url) and --admin-token-file, or --file"));
  const auto token = read_secret(flags.token_file);
  if (!token) return void(fail_with(cli, kUsage, token.error().what));
  const json::Object body{{"clientKey", flags.key},
                          {"adminApiBaseUrl", flags.base_url.empty() ? "https://" + flags.shop : flags.base_url},
                          {"adminShopToken", *token}};
  if (const auto done = call(cli, "POST", "/api/config/sync", json::Value(body))) show_added(cli, *done);
}

void list_stores(Cli& cli) {
  const auto stores = call_list(cli, "/api/stores");
  if (!stores) return;
  if (cli.json) return print_json(*stores);
  std::vector<std::vector<std::string>> rows;
  for (const auto& store : *stores) {
    std::int64_t lag = -1, count = 0;
    if (const auto* kinds = json::find(store, "kinds"); kinds != nullptr && kinds->is_object())
      for (const auto& [name, kind] : kinds->get_object()) {
        lag = std::max(lag, json::int_or(kind, "lagSeconds", -1));
        count += json::int_or(kind, "count");
      }
    rows.push_back({cell(store, "clientKey"), cell(store, "shopDomain"), cell(store, "state"), std::to_string(count),
                    lag < 0 ? "-" : fmt::format("{} s", lag)});
  }
  print_table({"STORE", "SHOP", "STATE", "DOCUMENTS", "LAG"}, rows);
}

void show_store(Cli& cli, const std::string& name) {
  const auto store = call(cli, "GET", "/api/stores/" + percent_encode(name));
  if (!store) return;
  if (cli.json) return print_json(*store);
  print(fmt::format("{}\t{}\t{}\tversion {}", cell(*store, "clientKey"), cell(*store, "shopDomain"),
                    cell(*store, "state"), cell(*store, "version")));
  if (const auto* cause = json::find(*store, "cause"); cause != nullptr && cause->is_object())
    say(fmt::format("{}: {}\nnext: {}", cell(*cause, "code"), cell(*cause, "detail"), cell(*cause, "nextStep")));
  std::vector<std::vector<std::string>> rows;
  for (const auto& [name_of_kind, kind] : json::find(*store, "kinds")->as_object())
    rows.push_back({std::string(name_of_kind), cell(kind, "state"), cell(kind, "count"), cell(kind, "lagSeconds"),
                    cell(kind, "nextSyncAt"), cell(kind, "error")});
  print_table({"KIND", "STATE", "COUNT", "LAG S", "NEXT SYNC", "ERROR"}, rows);
  // Where the server's account may look at users, and there are some.
  const auto access = ask(cli, "GET", fmt::format("/api/stores/{}/access?limit=250", percent_encode(name)));
  if (!access || access->status != 200) return;
  for (const auto& user : json::find(access->body, "data")->as_array())
    print(fmt::format("database user\t{}\t{} {}", cell(user, "user"), cell(user, "role"), cell(user, "database")));
}

}  // namespace

void add_store(CLI::App& app, Cli& cli) {
  auto* group =
      app.add_subcommand("store", "The stores: add, list, show, remove, pause, resume, grant-access, revoke-access");
  group->require_subcommand(1);

  auto flags = std::make_shared<AddFlags>();
  auto* add = group->add_subcommand("add", "Register a store, or change it, and sync it");
  add->add_option("KEY", flags->key, "clientKey: the store's name and its database's");
  add->add_option("--shop", flags->shop, "<shop>.myshopify.com");
  add->add_option("--base-url", flags->base_url, "Base URL instead of --shop (rehearsal)");
  add->add_option("--admin-token-file", flags->token_file, "File of the Admin API token, - for stdin");
  add->add_option("--file", flags->file,
                  "A body of POST /api/config/sync, an array of them, or one a line; - for stdin");
  add_client_options(*add, cli);
  add->callback([flags, &cli] { add_one(cli, *flags); });

  auto* list = group->add_subcommand("list", "Every store with its health");
  add_client_options(*list, cli);
  list->callback([&cli] { list_stores(cli); });

  const auto with_name = [&](const char* verb, const char* help, auto action) {
    auto name = std::make_shared<std::string>();
    auto* command = group->add_subcommand(verb, help);
    command->add_option("STORE", *name, "clientKey or shop domain")->required();
    add_client_options(*command, cli);
    command->callback([name, action, &cli] { action(*name); });
    return command;
  };
  with_name("show", "One store's health, kind by kind", [&cli](const std::string& name) { show_store(cli, name); });
  const auto post = [&cli](const std::string& name, const char* verb) {
    const auto store = call(cli, "POST", fmt::format("/api/stores/{}/{}", percent_encode(name), verb));
    if (!store) return;
    if (cli.json)
      print_json(*store);
    else
      print(fmt::format("{}\t{}", cell(*store, "clientKey"), cell(*store, "state")));
  };
  with_name("pause", "No calls to the shop until resumed; reads go on",
            [post](const std::string& name) { post(name, "pause"); });
  with_name("resume", "Undo pause", [post](const std::string& name) { post(name, "resume"); });

  auto yes = std::make_shared<bool>(false);
  auto* remove = with_name(
      "remove", "Remove a store with its database and all that is its own", [yes, &cli](const std::string& name) {
        if (!*yes)
          return void(
              fail_with(cli, kUsage, fmt::format("this deletes the database of '{}': repeat with --yes", name)));
        const auto done = call(cli, "DELETE", fmt::format("/api/config/clients/{0}?confirm={0}", percent_encode(name)));
        if (!done) return;
        if (const auto* job = json::find(*done, "job"); job != nullptr)
          watch_job(cli, std::string(json::string_or(*job, "id")));
      });
  remove->add_flag("--yes", *yes, "Really");

  add_store_access(*group, cli);
}

}  // namespace stoa::app
