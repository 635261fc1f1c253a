// The control of bench/run: the product's HTTP server, answering GET /NAME from the event loop with the bytes of one
// file, held in memory. static_server LISTEN THREADS NAME=FILE…   until SIGTERM
#include <signal.h>

#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>

#include "base/crypto.h"
#include "base/random.h"
#include "http/server.h"

namespace stoa {
namespace {

class Files final : public http::Service {
 public:
  void add(std::string_view name_and_file) {
    const auto equals = name_and_file.find('=');
    std::ifstream in(std::string(name_and_file.substr(equals + 1)), std::ios::binary);
    auto response = http::json_response(200, std::string(std::istreambuf_iterator(in), {}));
    files_.emplace("/" + std::string(name_and_file.substr(0, equals)), std::move(response));
  }

  std::optional<http::Response> answer_now(const http::Request& request) override {
    const auto found = files_.find(request.path);
    return found == files_.end() ? http::text_response(404, "text/plain", "no such file") : found->second;
  }
  http::Response answer(const http::Request&) override { return {}; }  // never asked: all is in memory

 private:
  std::map<std::string, http::Response, std::less<>> files_;
};

int run(const std::string& listen, std::string_view threads, std::span<char*> files) {
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  crypto_init();
  Files service;
  for (const char* file : files) service.add(file);
  http::ServerOptions options{.listen = listen};
  std::from_chars(threads.begin(), threads.end(), options.threads);
  SystemClock clock;
  SystemRandom random;
  const auto server = http::Server::start(options, service, clock, random);
  if (!server) {
    std::fputs((server.error().what + "\n").c_str(), stderr);
    return 1;
  }
  std::printf("listening on http://%s\n", (*server)->address().c_str());
  std::fflush(stdout);
  int signal_number = 0;
  sigwait(&stop, &signal_number);
  return 0;
}

}  // namespace
}  // namespace stoa

int main(int count, char** words) {
  if (count < 4) return 2;
  return stoa::run(words[1], words[2], {words + 3, words + count});
}
