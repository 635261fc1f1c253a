// stoa demo: server and stand-in Shopify in one process, two stores registered, synced and read over HTTP. No account
// needed.
#include <unistd.h>

#include <filesystem>

#include "app/cli.h"
#include "app/process.h"
#include "app/serve.h"
#include "sandbox/sandbox.h"

namespace stoa::app {
namespace {

struct Flags {
  std::string listen, data;
  bool once = false;
};

struct Demo {
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<sandbox::Sandbox> sandbox;
  std::unique_ptr<Process> process;
};

struct Store {
  const char *key, *spec, *title;
};
constexpr Store kStores[] = {{"aurora", "aurora:seed=240,number=1,plan=plus", "Aurora"},
                             {"harbour", "harbour:seed=120,number=2,currency=JPY,plan=plus", "Harbour"}};

Result<> start(Demo& demo, const Flags& flags, const std::filesystem::path& data) {
  STOA_TRY_ASSIGN(demo.sandbox, sandbox::Sandbox::start({.listen = "127.0.0.1:0"}, demo.clock, demo.random));
  for (const auto& store : kStores) {
    STOA_TRY_ASSIGN(const auto spec, sandbox::parse_shop_spec(store.spec));
    STOA_TRY(demo.sandbox->add_shop(spec));
  }
  std::map<std::string, std::string> given{
      {"data", data.string()}, {"shopify.extra_hosts", demo.sandbox->address()}, {"log.level", "warn"}};
  given["http.listen"] = flags.listen.empty() ? "127.0.0.1:8080" : flags.listen;
  STOA_TRY_ASSIGN(auto loaded, load_for_serving(given, ""));
  auto process = Process::start(loaded);
  if (!process && flags.listen.empty()) {  // 8080 is somebody else's: any port will do
    loaded.config.http.listen = "127.0.0.1:0";
    process = Process::start(std::move(loaded));
  }
  if (!process) return fail(std::move(process).error());
  demo.process = std::move(*process);
  return {};
}

// Registers one store over the API and follows its first sync. The read key, or nothing when something failed.
std::optional<std::string> register_store(Cli& cli, const Demo& demo, const Store& store) {
  const std::string token = std::string("shpat_") + store.key;
  const json::Object body{{"clientKey", store.key},
                          {"adminApiBaseUrl", demo.sandbox->base_url(store.key)},
                          {"adminShopToken", token},
                          {"clientName", store.title}};
  say(fmt::format("\n$ POST /api/config/sync  clientKey={} adminApiBaseUrl={}", store.key,
                  demo.sandbox->base_url(store.key)));
  const auto done = call(cli, "POST", "/api/config/sync", json::Value(body));
  if (!done) return std::nullopt;
  if (watch_job(cli, std::string(json::string_or(*json::find(*done, "job"), "id"))) != kOk) return std::nullopt;
  return std::string(json::string_or(*done, "readKey"));
}

void show_page(Cli& cli, const std::string& key) {
  const std::string path = "/v1/stores/" + key + "/products?limit=5&fields=id,title,vendor,variants.price";
  const auto page = call(cli, "GET", path);
  if (!page) return;
  print(fmt::format("\nGET {}", path));
  print(json::write_pretty(*page));
}

int run(Cli& cli, const Flags& flags) {
  const auto signals = block_stop_signals();
  const bool own_folder = flags.data.empty();
  const auto data = own_folder ? std::filesystem::temp_directory_path() / fmt::format("stoa-demo-{}", getpid())
                               : std::filesystem::path(flags.data);
  Demo demo;
  const auto started = start(demo, flags, data);
  if (!started) return fail_with(cli, kFailed, started.error().what);
  const auto address = demo.process->address();
  print("listening on http://" + address);
  cli.server = "http://" + address;
  cli.data = data.string();
  std::vector<std::pair<std::string, std::string>> keys;
  for (const auto& store : kStores) {
    const auto key = register_store(cli, demo, store);
    if (!key) break;
    keys.emplace_back(store.key, *key);
  }
  if (keys.size() == std::size(kStores)) {
    show_page(cli, keys.front().first);
    print("\nTwo stores are mirrored, each in a database of its own. Try:");
    for (const auto& [store, key] : keys)
      print(fmt::format("  curl -H 'Authorization: Bearer {}' 'http://{}/v1/stores/{}/products?limit=2'", key, address,
                        store));
    print(fmt::format("  curl -H \"Authorization: Bearer $(cat {}/operator.token)\" http://{}/api/stores",
                      data.string(), address));
    if (!flags.once) {
      print("\nCtrl-C ends it.");
      int signal_number = 0;
      sigwait(&signals, &signal_number);
    }
    cli.exit_code = kOk;
  }
  demo.process->drain();
  demo.sandbox->drain();
  demo.process.reset();
  if (own_folder) {
    std::error_code ignored;
    std::filesystem::remove_all(data, ignored);
  }
  return cli.exit_code;
}

}  // namespace

void add_demo(CLI::App& app, Cli& cli) {
  auto flags = std::make_shared<Flags>();
  auto* command =
      app.add_subcommand("demo", "Two stores of a stand-in Shopify, registered, synced and read: no account needed");
  command->add_option("--listen", flags->listen, "Address and port, default 127.0.0.1:8080 or any other that is free");
  command->add_option("--data", flags->data, "Folder to keep the databases in; by default a temporary one");
  command->add_flag("--once", flags->once, "End after the reads are shown");
  command->callback([flags, &cli] { cli.exit_code = run(cli, *flags); });
}

}  // namespace stoa::app
