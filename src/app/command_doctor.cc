// stoa doctor: checks that apply here, each pass, warn or fail with its fix. Opens no running server's files.
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>

#include "app/cli.h"
#include "app/serve.h"

namespace stoa::app {
namespace {

enum class Verdict { pass, warn, fail };
struct Check {
  Verdict verdict;
  std::string name, detail, fix;
};
using Checks = std::vector<Check>;

constexpr std::string_view kNames[] = {"pass", "warn", "fail"};

void check_limits(Checks& checks) {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  const auto hard = static_cast<std::uint64_t>(limit.rlim_max);
  checks.push_back(
      {hard >= 4096 ? Verdict::pass : Verdict::warn, "file descriptors", fmt::format("{} allowed", hard),
       hard >= 4096 ? "" : "ulimit -n 65536, or LimitNOFILE= in the unit: 3 per open store, 1 per connection"});
}

void check_data(Checks& checks, const Config& config) {
  std::error_code status;
  const auto folder = config.data;
  if (!std::filesystem::exists(folder, status)) {
    checks.push_back(
        {Verdict::pass, "data folder", folder.string() + " does not exist yet: the first start makes it", ""});
    return;
  }
  const bool writable = access(folder.c_str(), W_OK | X_OK) == 0;
  checks.push_back({writable ? Verdict::pass : Verdict::fail, "data folder", folder.string(),
                    writable ? "" : "make it writable for the user that runs stoa"});
  struct statvfs info{};
  if (statvfs(folder.c_str(), &info) == 0) {
    const auto free_mib = static_cast<std::uint64_t>(info.f_bavail) * info.f_frsize >> 20;
    checks.push_back({free_mib >= 1024 ? Verdict::pass : Verdict::warn, "disk", fmt::format("{} MiB free", free_mib),
                      free_mib >= 1024 ? "" : "make room: below 64 MiB syncs wait and registration answers 503"});
  }
  for (const auto& file : {config.operator_token_file, config.master_key_file}) {
    struct stat mode{};
    if (stat(file.c_str(), &mode) != 0)
      checks.push_back(
          {Verdict::pass, "secret file", file.string() + " does not exist yet: the first start makes it", ""});
    else if ((mode.st_mode & 077) != 0)
      checks.push_back({Verdict::fail, "secret file",
                        fmt::format("{} has mode {:o}", file.string(), mode.st_mode & 0777),
                        "chmod 600 " + file.string()});
    else
      checks.push_back({Verdict::pass, "secret file", file.string(), ""});
  }
}

// Each store: token, scopes, freshness, as the running server knows them.
void check_stores(Checks& checks, Cli& cli) {
  const auto server = ask(cli, "GET", "/api/server");
  if (!server) {
    checks.push_back(
        {Verdict::warn, "server", server.error().what, "start it with `stoa serve`, or name it with --server"});
    return;
  }
  if (server->status != 200) {
    checks.push_back({Verdict::fail, "server", fmt::format("answers {}", server->status),
                      "check --token-file: is it this server's operator token?"});
    return;
  }
  checks.push_back({Verdict::pass, "server", "version " + cell(server->body, "version"), ""});
  if (const auto* engines = json::find(server->body, "engines"); engines != nullptr)
    for (const auto& engine : engines->as_array()) {
      const bool up = json::bool_or(engine, "up");
      checks.push_back({up ? Verdict::pass : Verdict::fail, "storage",
                        fmt::format("{} ({})", cell(engine, "name"), cell(engine, "engine")),
                        up ? "" : "see the server's log: reads answer 503 until it is back"});
      const auto* room = json::find(engine, "room");
      if (room == nullptr || !room->is_int64()) continue;
      // A fleet should see the wall before it stands at it.
      const auto stores = json::int_or(engine, "stores"), left = room->get_int64();
      const bool near = left <= stores / 10;
      checks.push_back({left == 0 ? Verdict::fail
                        : near    ? Verdict::warn
                                  : Verdict::pass,
                        "room", fmt::format("{}: {} stores, {} more fit", cell(engine, "name"), stores, left),
                        near ? cell(engine, "limit") : ""});
    }
  const auto stores = call_list(cli, "/api/stores");
  if (!stores) return;
  for (const auto& store : *stores) {
    const auto name = "store " + cell(store, "clientKey");
    const auto* cause = json::find(store, "cause");
    const bool known = cause != nullptr && cause->is_object();
    if (const auto state = cell(store, "state"); state != "active" || known) {
      checks.push_back({state == "paused" ? Verdict::warn : Verdict::fail, name,
                        known ? state + ": " + cell(*cause, "detail") : state,
                        known ? cell(*cause, "nextStep") : "stoa store resume " + cell(store, "clientKey")});
      continue;
    }
    Check check{Verdict::pass, name, "active", ""};
    for (const auto& [kind, health] : json::find(store, "kinds")->as_object())
      if (const auto state = cell(health, "state"); state == "failed" || state == "late" || state == "notPermitted")
        check = {state == "failed" ? Verdict::fail : Verdict::warn, name,
                 fmt::format("{} {}: {}", std::string_view(kind), state, cell(health, "error")),
                 state == "notPermitted" ? "grant the scope to the app"
                                         : "stoa sync start " + cell(store, "clientKey") + " --watch"};
    checks.push_back(check);
  }
}

}  // namespace

void add_doctor(CLI::App& app, Cli& cli) {
  auto config_file = std::make_shared<std::string>();
  auto* command = app.add_subcommand("doctor", "Check configuration, limits, files, the server and its stores");
  command->add_option("--config", *config_file, "Configuration file");
  add_client_options(*command, cli);
  command->callback([config_file, &cli] {
    Checks checks;
    auto loaded = load_for_serving({{"data", cli.data}}, *config_file);
    if (!loaded)
      checks.push_back({Verdict::fail, "configuration", loaded.error().what, "mend the key, see config/example.toml"});
    else
      checks.push_back(
          {Verdict::pass, "configuration", config_file->empty() ? "defaults and environment" : *config_file, ""});
    check_limits(checks);
    if (loaded) check_data(checks, loaded->config);
    check_stores(checks, cli);
    json::Array rows;
    std::size_t failed = 0;
    for (const auto& check : checks) {
      failed += check.verdict == Verdict::fail ? 1 : 0;
      const auto verdict = kNames[static_cast<int>(check.verdict)];
      rows.push_back({{"verdict", verdict},
                      {"check", check.name},
                      {"detail", check.detail},
                      {"fix", json::null_if_empty(check.fix)}});
      if (!cli.json)
        print(fmt::format("{}  {}: {}{}", verdict, check.name, check.detail,
                          check.fix.empty() ? "" : "\n      fix: " + check.fix));
    }
    if (cli.json) print_json(rows);
    cli.exit_code = failed == 0 ? kOk : kFailed;
  });
}

}  // namespace stoa::app
