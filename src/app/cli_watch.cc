// Following a job from the command line: bars on a terminal, a plain line every few seconds elsewhere.
#include <unistd.h>

#include <iostream>

#include "app/cli.h"
#include "base/pause.h"

namespace stoa::app {
namespace {

constexpr int kBarWidth = 24, kPlainEvery = 10;

std::string bar(std::int64_t seen, std::int64_t total) {
  const auto filled = total > 0 ? static_cast<int>(std::min<std::int64_t>(kBarWidth, seen * kBarWidth / total)) : 0;
  std::string out;
  for (int i = 0; i < kBarWidth; ++i) out += i < filled ? "█" : "░";
  return out;
}

std::string kind_line(std::string_view name, const json::Value& kind, bool bars) {
  const auto seen = json::int_or(kind, "seen"), total = json::int_or(kind, "total", -1);
  std::string out = fmt::format("{:<12}", name);
  if (bars && total >= 0) out += bar(seen, total) + " ";
  out += total >= 0 ? fmt::format("{}/{}", seen, total) : fmt::format("{}", seen);
  out += fmt::format("  {}  written {}  unchanged {}  deleted {}", json::string_or(kind, "state"),
                     json::int_or(kind, "written"), json::int_or(kind, "unchanged"), json::int_or(kind, "deleted"));
  if (const auto failed = json::int_or(kind, "failed"); failed > 0) out += fmt::format("  failed {}", failed);
  if (const auto* sweep = json::find(kind, "sweep"); sweep != nullptr && json::bool_or(*sweep, "refused"))
    out += fmt::format("  sweep of {} refused", json::int_or(*sweep, "wouldDelete"));
  return out;
}

std::vector<std::string> lines_of(const json::Value& job, bool bars) {
  std::vector<std::string> out;
  if (const auto* kinds = json::find(job, "kinds"); kinds != nullptr && kinds->is_object())
    for (const auto& [name, kind] : kinds->get_object()) out.push_back(kind_line(name, kind, bars));
  auto state = fmt::format("{} {}", json::string_or(job, "id"), json::string_or(job, "state"));
  if (const auto* waiting = json::find(job, "waiting"); waiting != nullptr && waiting->is_object())
    state += fmt::format(" ({}: {})", json::string_or(*waiting, "reason"), json::string_or(*waiting, "detail"));
  out.push_back(state);
  return out;
}

int exit_of(std::string_view state) {
  if (state == "succeeded") return kOk;
  return state == "partial" ? kPartial : kFailed;
}

}  // namespace

int watch_job(Cli& cli, const std::string& job_id) {
  const bool live = on_terminal(STDERR_FILENO);
  std::size_t drawn = 0;
  for (int round = 0;; ++round) {
    const auto job = call(cli, "GET", "/api/jobs/" + job_id);
    if (!job) return cli.exit_code;
    const auto state = json::string_or(*job, "state");
    const bool over = state == "succeeded" || state == "failed" || state == "partial" || state == "cancelled";
    if (live && drawn > 0) std::cerr << "\x1b[" << drawn << "A";
    if (live || over || round % kPlainEvery == 0) {
      const auto lines = lines_of(*job, live);
      for (const auto& line : lines) std::cerr << (live ? "\r\x1b[2K" : "") << line << "\n";
      drawn = lines.size();
    }
    if (over) {
      if (const auto* error = json::find(*job, "error"); error != nullptr && error->is_object()) {
        say(fmt::format("error: {}", json::string_or(*error, "detail")));
        if (const auto next = json::string_or(*error, "nextStep"); !next.empty()) say(fmt::format("next: {}", next));
      }
      if (cli.json) print_json(*job);
      return cli.exit_code = exit_of(state);
    }
    pause(std::chrono::milliseconds(live ? 200 : 500));
  }
}

}  // namespace stoa::app
