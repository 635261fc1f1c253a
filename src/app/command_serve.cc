// stoa serve: the server, until SIGTERM or SIGINT.
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include "app/cli.h"
#include "app/config_keys.h"
#include "app/process.h"
#include "app/serve.h"

extern char** environ;

namespace stoa::app {
namespace {

std::map<std::string, std::string> environment() {
  std::map<std::string, std::string> out;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    if (const auto equals = text.find('='); equals != std::string_view::npos)
      out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

// Stores are files: as many descriptors as the system lets us have (mongodb.md 5.3).
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  const rlimit no_core{0, 0};  // a core dump would hold secrets (rule K2)
  setrlimit(RLIMIT_CORE, &no_core);
}

}  // namespace

sigset_t block_stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  return set;
}

Result<Loaded> load_for_serving(const std::map<std::string, std::string>& flags, const std::string& file) {
  raise_file_limit();
  STOA_TRY_ASSIGN(auto loaded, load_config({.flags = flags, .environment = environment(), .file = file}));
  log::start(*log::parse_level(loaded.config.log_level), on_terminal(STDERR_FILENO));
  return loaded;
}

void add_serve(CLI::App& app, Cli& cli) {
  struct Flags {
    std::string config, listen, data, storage, public_url;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("serve", "Run the server: API, syncs, and the operator's routes");
  command->add_option("--config", flags->config,
                      "Configuration file, TOML; every key is in config/example.toml [STOA_CONFIG]");
  command->add_option("--listen", flags->listen, "Address and port; port 0 picks one");
  command->add_option("--data", flags->data, "Folder of databases and secrets");
  command->add_option("--storage", flags->storage, "Storage URL; embedded SQLite by default");
  command->add_option("--public-url", flags->public_url, "Where Shopify reaches this server");
  command->callback([flags, &cli] {
    const auto signals = block_stop_signals();
    std::map<std::string, std::string> given;
    for (const auto& [key, value] : {std::pair<std::string, std::string>{"http.listen", flags->listen},
                                     {"data", flags->data},
                                     {"storage.url", flags->storage},
                                     {"public_url", flags->public_url}})
      if (!value.empty()) given[key] = value;
    if (flags->config.empty())
      if (const char* file = std::getenv("STOA_CONFIG")) flags->config = file;
    auto loaded = load_for_serving(given, flags->config);
    if (!loaded) return void(fail_with(cli, kUsage, loaded.error().what));
    auto process = Process::start(std::move(*loaded));
    if (!process) return void(fail_with(cli, kFailed, process.error().what));
    print("listening on http://" + (*process)->address());
    int signal_number = 0;
    sigwait(&signals, &signal_number);
    log::info("stopping", {{"signal", std::to_string(signal_number)}});
    (*process)->drain();
  });
}

}  // namespace stoa::app
