// stoa store grant-access | revoke-access: database users of a store, for its merchant's analysts. MongoDB only.
#include "app/cli.h"
#include "base/text.h"

namespace stoa::app {
namespace {

struct Flags {
  std::string store, user, password_file;
  std::string path() const { return fmt::format("/api/stores/{}/access", percent_encode(store)); }
};

void grant(Cli& cli, const Flags& flags) {
  json::Object body{{"user", flags.user}};
  if (!flags.password_file.empty()) {
    const auto password = read_secret(flags.password_file);
    if (!password) return void(fail_with(cli, kUsage, password.error().what));
    body["password"] = *password;
  }
  const auto granted = call(cli, "POST", flags.path(), json::Value(body));
  if (!granted) return;
  if (cli.json) return print_json(*granted);
  const auto password = json::string_or(*granted, "password", "-");
  print(fmt::format("{}\t{}\t{}", cell(*granted, "user"), cell(*granted, "database"), password));
  if (password != "-") say("the last column is the user's password: it is shown this once");
}

std::shared_ptr<Flags> add_flags(CLI::App& command, Cli& cli) {
  auto flags = std::make_shared<Flags>();
  command.add_option("STORE", flags->store, "clientKey or shop domain")->required();
  command.add_option("--user", flags->user, "Name of the database user")->required();
  add_client_options(command, cli);
  return flags;
}

}  // namespace

void add_store_access(CLI::App& group, Cli& cli) {
  auto* add = group.add_subcommand("grant-access", "Make a database user that may read the store's MongoDB database");
  const auto granted = add_flags(*add, cli);
  add->add_option("--password-file", granted->password_file,
                  "File of its password, - for stdin; without it one is made and shown once");
  add->callback([granted, &cli] { grant(cli, *granted); });

  auto* drop = group.add_subcommand("revoke-access", "Drop that user");
  const auto revoked = add_flags(*drop, cli);
  drop->callback([revoked, &cli] {
    if (call(cli, "DELETE", revoked->path() + "/" + percent_encode(revoked->user))) say("revoked");
  });
}

}  // namespace stoa::app
