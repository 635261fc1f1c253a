#include "http/internal/peer_fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>

#include "base/text.h"

namespace stoa::http::testing {
namespace {

constexpr timeval kPatience{.tv_sec = 5, .tv_usec = 0};

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(std::uint16_t(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

}  // namespace

void pause(std::chrono::milliseconds time) { ::poll(nullptr, 0, int(time.count())); }

void write_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(std::size_t(sent));
  }
}

std::string read_head(int socket) {
  std::string head;
  char bytes[4096];
  while (head.find("\r\n\r\n") == std::string::npos) {
    const auto got = ::recv(socket, bytes, sizeof bytes, 0);
    if (got <= 0) break;
    head.append(bytes, std::size_t(got));
  }
  return head;
}

void set_reset_on_close(int socket) {
  const linger abrupt{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &abrupt, sizeof abrupt);
}

RawClient::RawClient(const std::string& address) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  const int on = 1;
  ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  const auto to = loopback(std::stoi(address.substr(address.rfind(':') + 1)));
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0) end_ = "<refused>";
}

RawClient::~RawClient() { ::close(socket_); }

void RawClient::send(std::string_view bytes) { write_all(socket_, bytes); }
void RawClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

void RawClient::reset() {
  set_reset_on_close(socket_);
  ::close(socket_);
  socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
}

bool RawClient::fill() {
  if (!end_.empty()) return false;
  char bytes[16 * 1024];
  const auto got = ::recv(socket_, bytes, sizeof bytes, 0);
  if (got > 0) {
    pending_.append(bytes, std::size_t(got));
    return true;
  }
  end_ = got == 0 ? "<closed>" : errno == ECONNRESET ? "<reset>" : "<timeout>";
  return false;
}

std::string RawClient::Answer::header(std::string_view name) const {
  for (const auto line : split(head, '\n')) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || !ascii_iequals(line.substr(0, colon), name)) continue;
    auto value = line.substr(colon + 1);
    if (value.ends_with('\r')) value.remove_suffix(1);
    return std::string(trim(value));
  }
  return {};
}

RawClient::Answer RawClient::receive(bool head_only) {
  Answer answer;
  std::size_t end = 0;
  while ((end = pending_.find("\r\n\r\n")) == std::string::npos)
    if (!fill()) return answer;
  answer.head = pending_.substr(0, end + 2);
  pending_.erase(0, end + 4);
  const int status = std::stoi(answer.head.substr(9, 3));
  const auto length = parse_int(answer.header("content-length")).value_or(0);
  if (!head_only && status >= 200) {
    while (pending_.size() < std::size_t(length))
      if (!fill()) return answer;
    answer.body = pending_.substr(0, std::size_t(length));
    pending_.erase(0, std::size_t(length));
  }
  answer.status = status;
  return answer;
}

std::string RawClient::receive_all() {
  while (fill()) {
  }
  return pending_ + (end_ == "<closed>" ? "" : end_);
}

RawServer::RawServer(Handle handle) : listener_(::socket(AF_INET, SOCK_STREAM, 0)) {
  auto address = loopback(0);
  socklen_t size = sizeof address;
  ::bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  ::listen(listener_, 16);
  ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, handle = std::move(handle)] {
    for (;;) {
      const int socket = ::accept(listener_, nullptr, nullptr);
      if (socket < 0) return;
      ::setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
      handle(socket, ++connections_);
      ::close(socket);
    }
  });
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::string RawServer::url(std::string_view path) const { return fmt::format("http://127.0.0.1:{}{}", port_, path); }

}  // namespace stoa::http::testing
