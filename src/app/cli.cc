#include "app/cli.h"

#include <unistd.h>

#include <fstream>
#include <iostream>
#include <sstream>

#include "base/text.h"
#include "http/client.h"

namespace stoa::app {
namespace {

constexpr std::string_view kDefaultServer = "http://127.0.0.1:8080";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

Result<std::string> token(const Cli& cli) {
  auto file = cli.token_file;
  if (file.empty()) file = environment("STOA_TOKEN_FILE");
  if (file.empty()) file = (cli.data.empty() ? std::string("./stoa-data") : cli.data) + "/operator.token";
  return read_secret(file);
}

int exit_of(int status) {
  switch (status) {
    case 401:
    case 403: return kNotAllowed;
    case 404: return kNotFound;
    case 409: return kConflict;
    case 400:
    case 413:
    case 415:
    case 422: return kUsage;
    default: return kFailed;
  }
}

}  // namespace

void add_client_options(CLI::App& command, Cli& cli) {
  command.add_option("--server", cli.server, "The server's address [STOA_SERVER], default http://127.0.0.1:8080");
  command.add_option("--token-file", cli.token_file,
                     "File of the operator token [STOA_TOKEN_FILE], default <data>/operator.token");
  command.add_option("--data", cli.data, "Data folder in which the operator token is looked for");
  command.add_flag("--json", cli.json, "JSON on stdout");
}

void say(const std::string& line) { std::cerr << line << "\n"; }
void print(const std::string& line) { std::cout << line << "\n" << std::flush; }
void print_json(const json::Value& value) { print(json::write_pretty(value)); }
bool on_terminal(int fd) { return isatty(fd) == 1; }
bool colours() { return on_terminal(STDERR_FILENO) && std::getenv("NO_COLOR") == nullptr; }

int fail_with(Cli& cli, int code, const std::string& line) {
  say("error: " + line);
  return cli.exit_code = code;
}

Result<std::string> read_text(const std::string& file) {
  std::stringstream text;
  if (file == "-") {
    text << std::cin.rdbuf();
  } else {
    std::ifstream in(file, std::ios::binary);
    if (!in) return fail(Code::not_found, "{}: cannot be read", file);
    text << in.rdbuf();
  }
  return text.str();
}

Result<std::string> read_secret(const std::string& file) {
  auto text = read_text(file);
  if (text) text->erase(text->find_last_not_of(" \t\r\n") + 1);
  return text;
}

Result<Answer> ask(Cli& cli, const std::string& method, const std::string& path,
                   const std::optional<json::Value>& body) {
  STOA_TRY_ASSIGN(const auto bearer, token(cli));
  auto server = cli.server.empty() ? environment("STOA_SERVER") : cli.server;
  if (server.empty()) server = kDefaultServer;
  while (server.ends_with('/')) server.pop_back();
  static const auto client = http::Client::make({});
  http::ClientRequest request{.method = method,
                              .url = server + path,
                              .headers = {{"Authorization", "Bearer " + bearer}, {"Accept", "application/json"}}};
  request.private_addresses = true;  // an operator's own server is usually on loopback or a private network
  if (body) {
    request.body = json::write(*body);
    request.headers.emplace_back("Content-Type", "application/json");
  }
  auto response = client->send(request);
  if (!response) return fail(error(Code::unavailable, "{}: {}", server, response.error().what));
  Answer answer{.status = response->status};
  if (auto value = json::parse(response->body)) answer.body = std::move(*value);
  return answer;
}

// What failed, why, what to do; then the code and the request id.
void print_problem(Cli& cli, const Answer& answer) {
  cli.exit_code = exit_of(answer.status);
  const auto detail = json::string_or(answer.body, "detail");
  const auto title = json::string_or(answer.body, "title", "the server refused");
  say(fmt::format("error: {}{}{}", title, detail.empty() ? "" : ": ", detail));
  if (const auto* errors = json::find(answer.body, "errors"); errors != nullptr && errors->is_array())
    for (const auto& fault : errors->get_array()) {
      const auto pointer = json::string_or(fault, "pointer");
      say(fmt::format("  {}: {}", pointer.empty() ? json::string_or(fault, "parameter") : pointer,
                      json::string_or(fault, "detail")));
    }
  if (const auto next = json::string_or(answer.body, "nextStep"); !next.empty()) say(fmt::format("next: {}", next));
  say(fmt::format("({}, HTTP {}, request {})", json::string_or(answer.body, "code", "error"), answer.status,
                  json::string_or(answer.body, "requestId", "-")));
  if (cli.json) print_json(answer.body);
}

std::optional<json::Value> call(Cli& cli, const std::string& method, const std::string& path,
                                const std::optional<json::Value>& body) {
  auto answer = ask(cli, method, path, body);
  if (!answer) {
    fail_with(cli, answer.error().code == Code::unavailable ? kUnreachable : kFailed, answer.error().what);
    say(answer.error().code == Code::unavailable
            ? "next: is the server running? start it with `stoa serve`, or name it with --server"
            : "next: name the token's file with --token-file");
    return std::nullopt;
  }
  if (answer->status < 200 || answer->status > 299) {
    print_problem(cli, *answer);
    return std::nullopt;
  }
  return std::move(answer->body);
}

std::optional<json::Array> call_list(Cli& cli, const std::string& path) {
  json::Array all;
  std::string after;
  do {
    const auto page = call(cli, "GET",
                           path + (path.find('?') == std::string::npos ? "?" : "&") + "limit=250" +
                               (after.empty() ? "" : "&after=" + after));
    if (!page) return std::nullopt;
    if (const auto* data = json::find(*page, "data"); data != nullptr && data->is_array())
      for (const auto& entry : data->get_array()) all.push_back(entry);
    const auto* info = json::find(*page, "page");
    after = info == nullptr ? "" : std::string(json::string_or(*info, "next"));
  } while (!after.empty());
  return all;
}

std::string cell(const json::Value& value, std::string_view key) {
  const auto* member = json::find(value, key);
  if (member == nullptr || member->is_null()) return "-";
  return member->is_string() ? std::string(member->get_string()) : json::write(*member);
}

void print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows) {
  if (!on_terminal(STDOUT_FILENO)) {
    for (const auto& row : rows) print(fmt::format("{}", fmt::join(row, "\t")));
    return;
  }
  std::vector<std::size_t> widths;
  for (const auto& name : header) widths.push_back(name.size());
  for (const auto& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  const auto line = [&](const std::vector<std::string>& row) {
    std::string out;
    for (std::size_t i = 0; i < row.size(); ++i)
      out += i + 1 == row.size() ? row[i] : fmt::format("{:<{}}  ", row[i], widths[i]);
    print(out);
  };
  line(header);
  for (const auto& row : rows) line(row);
}

}  // namespace stoa::app
