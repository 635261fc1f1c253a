// The one binary: server, sandbox and command line.
#include <sys/stat.h>

#include "app/cli.h"
#include "app/version.h"
#include "base/crypto.h"
#include "base/text.h"
#include "media/image_child.h"

namespace stoa::app {
namespace {

// The first word that is no command where it stands, and what was meant; empty when all are.
std::string unknown_word(const CLI::App* app, int count, char** words) {
  for (int i = 1; i < count; ++i) {
    std::vector<std::string> known;
    for (const auto* command : app->get_subcommands([](const CLI::App*) { return true; }))
      known.push_back(command->get_name());
    if (known.empty() || *words[i] == '-') return "";
    if (std::find(known.begin(), known.end(), words[i]) == known.end()) {
      const auto meant = nearest(words[i], known);
      return fmt::format("unknown command '{}'{}", words[i], meant ? fmt::format(", did you mean '{}'?", *meant) : "");
    }
    app = app->get_subcommand(words[i]);
  }
  return "";
}

int run(int count, char** words) {
  crypto_init();
  CLI::App app("Stoa keeps a complete, fresh, private copy of many Shopify stores and serves it to their apps.");
  app.require_subcommand(1);
  Cli cli;
  add_serve(app, cli);
  add_demo(app, cli);
  add_sandbox(app, cli);
  add_doctor(app, cli);
  add_store(app, cli);
  add_sync(app, cli);
  add_keys(app, cli);
  auto* version = app.add_subcommand("version", "Print the version");
  version->add_flag("--json", cli.json, "JSON on stdout");
  version->callback([&cli] {
    if (cli.json)
      print_json(json::Object{{"version", kVersion}});
    else
      print(std::string(kVersion));
  });
  app.footer(
      "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 not allowed, 5 server unreachable, 6 partial, 7 conflict.");
  try {
    app.parse(count, words);
  } catch (const CLI::Success& wanted) {  // --help
    return app.exit(wanted);
  } catch (const CLI::ParseError& wrong) {
    if (const auto unknown = unknown_word(&app, count, words); !unknown.empty())
      say("error: " + unknown);
    else
      app.exit(wrong);
    return kUsage;
  }
  return cli.exit_code;
}

}  // namespace
}  // namespace stoa::app

int main(int count, char** words) {
  ::umask(S_IRWXG | S_IRWXO);  // whatever it makes, media's folders included, is its owner's alone
  // Not a command for people: the process that resizes one image (media/image_worker.h).
  if (count > 1 && words[1] == stoa::media::kImageChild) return stoa::media::image_child(count - 2, words + 2);
  try {
    return stoa::app::run(count, words);
  } catch (const std::exception& error) {
    stoa::app::say(std::string("error: ") + error.what());
    return stoa::app::kFailed;
  }
}
