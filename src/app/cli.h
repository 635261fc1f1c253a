// What the commands have in common: the exit codes, the way to a running server, and how answers are printed. stdout is
// data, stderr is talk.
#pragma once

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace stoa::app {

// Contract section 6.
enum Exit : int {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kNotFound = 3,
  kNotAllowed = 4,
  kUnreachable = 5,
  kPartial = 6,
  kConflict = 7
};

struct Cli {
  bool json = false;  // --json: one document on stdout
  std::string server, token_file, data = "./stoa-data";
  int exit_code = kOk;
};

// Options that every command talking to a server takes: --server, --token-file, --data, --json.
void add_client_options(CLI::App& command, Cli& cli);

struct Answer {
  int status = 0;
  json::Value body;
};
// One call to the server. Prints the failure (what, why, what to do) and sets the exit code when it is not a 2xx.
std::optional<json::Value> call(Cli& cli, const std::string& method, const std::string& path,
                                const std::optional<json::Value>& body = std::nullopt);
// The same, without printing; unreachable is an error.
Result<Answer> ask(Cli& cli, const std::string& method, const std::string& path,
                   const std::optional<json::Value>& body = std::nullopt);
void print_problem(Cli& cli, const Answer& answer);
// Every object of a paged list.
std::optional<json::Array> call_list(Cli& cli, const std::string& path);

void say(const std::string& line);          // stderr
void print(const std::string& line);        // stdout
void print_json(const json::Value& value);  // stdout, pretty
bool on_terminal(int fd);
bool colours();  // a terminal, and NO_COLOR is not set
// Columns aligned on a terminal, tab-separated elsewhere.
void print_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
std::string cell(const json::Value& value, std::string_view key);
int fail_with(Cli& cli, int code, const std::string& line);
// The content of a file, or of stdin for "-".
Result<std::string> read_text(const std::string& file);
// The same without white space at its end: secrets come this way, never from a flag.
Result<std::string> read_secret(const std::string& file);
// Follows a job until it ends, showing bars on a terminal and lines elsewhere; the exit code its end means.
int watch_job(Cli& cli, const std::string& job_id);

// One function per group of commands.
void add_serve(CLI::App& app, Cli& cli);
void add_demo(CLI::App& app, Cli& cli);
void add_sandbox(CLI::App& app, Cli& cli);
void add_store(CLI::App& app, Cli& cli);
void add_store_access(CLI::App& group, Cli& cli);  // of `stoa store`
void add_sync(CLI::App& app, Cli& cli);
void add_keys(CLI::App& app, Cli& cli);
void add_doctor(CLI::App& app, Cli& cli);

}  // namespace stoa::app
