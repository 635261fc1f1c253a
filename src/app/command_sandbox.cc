// stoa sandbox: the stand-in Shopify, until SIGTERM or SIGINT.
#include "app/cli.h"
#include "app/serve.h"
#include "sandbox/sandbox.h"

namespace stoa::app {
namespace {

struct Flags {
  std::vector<std::string> shops;
  sandbox::SandboxOptions options;
  std::string record;
};

Result<std::unique_ptr<sandbox::Sandbox>> start(const Flags& flags, const Clock& clock, Random& random) {
  STOA_TRY_ASSIGN(auto made, sandbox::Sandbox::start(flags.options, clock, random));
  for (const auto& text : flags.shops) {
    STOA_TRY_ASSIGN(const auto spec, sandbox::parse_shop_spec(text));
    STOA_TRY(made->add_shop(spec));
    say(fmt::format("shop {}: {}  token {}", spec.name, made->base_url(spec.name), spec.admin_token));
  }
  return made;
}

}  // namespace

void add_sandbox(CLI::App& app, Cli& cli) {
  auto flags = std::make_shared<Flags>();
  auto* command = app.add_subcommand("sandbox", "Run a stand-in Shopify to rehearse against (docs/formats/sandbox.md)");
  command->add_option("--listen", flags->options.listen, "Address and port; port 0 picks one")->capture_default_str();
  command->add_option("--shop", flags->shops,
                      "A shop, repeatable: NAME:seed=200, NAME:file=products.json,collections=…,membership=…");
  command->add_option("--record", flags->record, "Append every GraphQL request and answer to this file");
  command->callback([flags, &cli] {
    const auto signals = block_stop_signals();
    flags->options.record = flags->record;
    SystemClock clock;
    SystemRandom random;
    const auto running = start(*flags, clock, random);
    if (!running)
      return void(fail_with(cli, running.error().code == Code::invalid ? kUsage : kFailed, running.error().what));
    print("listening on http://" + (*running)->address());
    int signal_number = 0;
    sigwait(&signals, &signal_number);
    (*running)->drain();
  });
}

}  // namespace stoa::app
