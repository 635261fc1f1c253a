// stoa sync start | status | cancel.
#include "app/cli.h"
#include "base/text.h"

namespace stoa::app {
namespace {

struct StartFlags {
  std::string store, only;
  bool incremental = false, watch = false;
};

void start_sync(Cli& cli, const StartFlags& flags) {
  json::Object body{{"mode", flags.incremental ? "incremental" : "full"}};
  if (!flags.only.empty()) {
    json::Array kinds;
    for (const auto kind : split(flags.only, ',')) kinds.push_back(json::Value(trim(kind)));
    body["kinds"] = std::move(kinds);
  }
  const auto done = call(cli, "POST", "/api/stores/" + percent_encode(flags.store) + "/sync", json::Value(body));
  if (!done) return;
  const auto* job = json::find(*done, "job");
  const std::string id(job == nullptr ? "" : json::string_or(*job, "id"));
  if (flags.watch) return void(watch_job(cli, id));
  if (cli.json)
    print_json(*done);
  else
    print(id);
}

std::string kinds_of(const json::Value& job) {
  std::string out;
  if (const auto* kinds = json::find(job, "kinds"); kinds != nullptr && kinds->is_object())
    for (const auto& [name, kind] : kinds->get_object())
      out += fmt::format("{}{} {}/{}", out.empty() ? "" : ", ", std::string_view(name), cell(kind, "seen"),
                         cell(kind, "total"));
  return out;
}

void show_status(Cli& cli, const std::string& name) {
  if (name.starts_with("job_")) {
    const auto job = call(cli, "GET", "/api/jobs/" + percent_encode(name));
    if (!job) return;
    return print_json(*job);
  }
  if (!name.empty() && !call(cli, "GET", "/api/stores/" + percent_encode(name))) return;  // exit 3 for a name of nobody
  const auto page = call(cli, "GET", "/api/jobs?limit=20" + (name.empty() ? "" : "&store=" + percent_encode(name)));
  if (!page) return;
  if (cli.json) return print_json(*json::find(*page, "data"));
  std::vector<std::vector<std::string>> rows;
  for (const auto& job : json::find(*page, "data")->as_array())
    rows.push_back({cell(job, "id"), cell(job, "store"), cell(job, "type"), cell(job, "state"), cell(job, "createdAt"),
                    kinds_of(job)});
  print_table({"JOB", "STORE", "TYPE", "STATE", "CREATED", "KINDS"}, rows);
}

void cancel(Cli& cli, const std::string& id) {
  const auto job = call(cli, "POST", "/api/jobs/" + percent_encode(id) + "/cancel");
  if (!job) return;
  if (cli.json)
    print_json(*job);
  else
    print(fmt::format("{}\tcancelling", id));
}

}  // namespace

void add_sync(CLI::App& app, Cli& cli) {
  auto* group = app.add_subcommand("sync", "Syncs: start, status, cancel");
  group->require_subcommand(1);
  auto flags = std::make_shared<StartFlags>();
  auto* start = group->add_subcommand("start", "Sync a store now");
  start->add_option("STORE", flags->store, "clientKey or shop domain")->required();
  start->add_option("--only", flags->only, "Kinds, comma-separated: products,collections");
  start->add_flag("--incremental", flags->incremental, "Only what changed lately");
  start->add_flag("--watch", flags->watch, "Follow it until it ends");
  add_client_options(*start, cli);
  start->callback([flags, &cli] { start_sync(cli, *flags); });

  auto name = std::make_shared<std::string>();
  auto* status = group->add_subcommand("status", "The latest jobs, of one store or all; or one job in full");
  status->add_option("STORE_OR_JOB", *name, "clientKey, shop domain, or job id");
  add_client_options(*status, cli);
  status->callback([name, &cli] { show_status(cli, *name); });

  auto id = std::make_shared<std::string>();
  auto* stop = group->add_subcommand("cancel", "Cancel a job");
  stop->add_option("JOB", *id, "Job id")->required();
  add_client_options(*stop, cli);
  stop->callback([id, &cli] { cancel(cli, *id); });
}

}  // namespace stoa::app
