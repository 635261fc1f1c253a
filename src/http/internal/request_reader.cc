#include "http/internal/request_reader.h"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <cstring>

#include "base/text.h"

namespace stoa::http::internal {
namespace {

namespace beast = boost::beast;
using beast::error_code;

constexpr std::size_t kBufferBytes = 4096;  // of a connection that is at rest
constexpr std::size_t kChunkBytes =
    16 * 1024;  // of chunked coding read at a time; also the longest chunk header or trailer
constexpr std::size_t kBodyStep = 64 * 1024;  // a body's buffer starts here and doubles, whatever length was announced
constexpr std::size_t kHeadersMax = 100;
constexpr std::size_t kRequestLineRest = 32;  // of a request line, method and version beside the target
// Beast asserts (aborts) when it is called again with less than a last chunk's shortest form, "0\r\n\r\n". Any
// unfinished chunked body is at least that long, so waiting for it never waits for nothing.
constexpr std::size_t kLastChunkBytes = 5;

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

Method method_of(std::string_view name) {
  if (name == "GET") return Method::get;
  if (name == "HEAD") return Method::head;
  if (name == "POST") return Method::post;
  if (name == "PUT") return Method::put;
  if (name == "PATCH") return Method::patch;
  if (name == "DELETE") return Method::del;
  if (name == "OPTIONS") return Method::options;
  return Method::other;
}

bool plain_target(std::string_view target) {
  return target.starts_with('/') &&
         std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7F && c != '#'; });
}

// Codings that exist (RFC 9112, 7) but that we do not speak, as opposed to what is no coding at all.
bool known_coding(std::string_view name) {
  return ascii_iequals(name, "chunked") || ascii_iequals(name, "gzip") || ascii_iequals(name, "x-gzip") ||
         ascii_iequals(name, "deflate") || ascii_iequals(name, "compress") || ascii_iequals(name, "x-compress");
}

std::string_view reason_of(const error_code& status) {
  using beast::http::error;
  if (status == error::bad_method) return "the method is not a token";
  if (status == error::bad_target) return "the request target has characters that are not allowed";
  if (status == error::bad_line_ending) return "a line does not end with CR LF";
  if (status == error::bad_field) return "a header's name is not a token followed by a colon";
  if (status == error::bad_value) return "a header's value has characters that are not allowed";
  if (status == error::bad_content_length || status == error::multiple_content_length)
    return "Content-Length is not one number, or stands beside Transfer-Encoding";
  if (status == error::bad_transfer_encoding) return "Transfer-Encoding is repeated or stands beside Content-Length";
  if (status == error::bad_chunk || status == error::bad_chunk_extension) return "the chunked coding is broken";
  return "the request is not HTTP/1.1";
}

}  // namespace

// Fills the request with views into the buffer; a body in chunks goes into a string.
class RequestReader::Head final : public beast::http::basic_parser<true> {
 public:
  Head(Request& request, std::string& body) : request_(request), body_(body) {
    header_limit(UINT32_MAX);  // ours are checked outside
    body_limit(boost::none);
  }

  Fault fault{.status = 0, .code = {}, .detail = {}};
  std::size_t body_bytes_max = 0;
  bool http_1_1 = true;
  bool expects_continue = false;

  // What only the whole head can tell.
  void check_whole() {
    if (hosts_ > 1 || (http_1_1 && hosts_ == 0)) return malformed("one Host header is needed");
    if (codings_.empty()) return;
    if (!http_1_1 || lengths_ > 0) return malformed("Transfer-Encoding needs HTTP/1.1 and no Content-Length");
    if (ascii_iequals(codings_, "chunked")) return;
    const auto names = split(codings_, ',');
    if (!std::ranges::all_of(names, [](auto name) { return known_coding(trim(name)); }) ||
        std::ranges::count_if(names, [](auto name) { return ascii_iequals(trim(name), "chunked"); }) > 1)
      return malformed("Transfer-Encoding is no list of codings");
    fault = {501, "transfer-coding-not-supported", "The only transfer coding understood here is chunked."};
  }

 private:
  void malformed(std::string_view why) { fault = {400, "malformed-request", fmt::format("http: {}", why)}; }

  void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target, int version,
                       error_code& status) override {
    http_1_1 = version == 11;
    request_.method = method_of(view(method));
    request_.target = view(target);
    if (!plain_target(request_.target)) {
      malformed("the request target must be a path starting with '/', in visible ASCII");
      status = beast::http::error::bad_target;
      return;
    }
    const auto question = request_.target.find('?');
    request_.path = request_.target.substr(0, question);
    request_.query = question == std::string_view::npos ? std::string_view() : request_.target.substr(question + 1);
  }

  void on_field_impl(beast::http::field name, beast::string_view key, beast::string_view value,
                     error_code& status) override {
    using beast::http::field;
    if (is_header_done()) return;  // a trailer: checked, and dropped
    if (request_.headers.size() == kHeadersMax) {
      fault = {431, "too-many-headers", fmt::format("http: more than {} headers", kHeadersMax)};
      status = beast::http::error::header_limit;
      return;
    }
    request_.headers.emplace_back(view(key), view(value));
    if (name == field::host) ++hosts_;
    if (name == field::content_length) ++lengths_;
    if (name == field::transfer_encoding) {
      if (!codings_.empty() || trim(view(value)).empty()) status = beast::http::error::bad_transfer_encoding;
      codings_ = trim(view(value));
    }
    if (name == field::expect) {
      expects_continue = ascii_iequals(view(value), "100-continue");
      if (!expects_continue) {
        fault = {417, "expectation-failed", "The only expectation understood here is 100-continue."};
        status = beast::http::error::bad_value;
      }
    }
  }

  std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view bytes, error_code& status) override {
    if (bytes.size() > body_bytes_max - body_.size()) {
      status = beast::http::error::body_limit;
      return 0;
    }
    body_.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_response_impl(int, beast::string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast::string_view bytes, error_code&) override { return bytes.size(); }
  void on_chunk_header_impl(std::uint64_t, beast::string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  Request& request_;
  std::string& body_;
  std::string_view codings_;
  int hosts_ = 0;
  int lengths_ = 0;
};

RequestReader::RequestReader(const ServerOptions& options) : options_(options) { resize_buffer(kBufferBytes); }
RequestReader::~RequestReader() = default;

void RequestReader::resize_buffer(std::size_t capacity) {
  auto other = std::make_unique_for_overwrite<char[]>(capacity);
  if (size_ > 0) std::memcpy(other.get(), buffer_.get(), size_);
  buffer_ = std::move(other);
  capacity_ = capacity;
}

std::span<char> RequestReader::space() {
  if (stage_ == Stage::chunks) return std::span(chunks_).subspan(chunks_got_);
  if (stage_ == Stage::body_apart) {
    if (body_got_ == body_.size()) {
      const auto larger = std::min(body_wanted_, std::max(kBodyStep, body_got_ * 2));
      body_.resize_and_overwrite(larger, [&](char*, std::size_t) { return larger; });  // not zeroed: it is read into
    }
    return std::span(body_).subspan(body_got_);
  }
  if (size_ == capacity_) resize_buffer(std::max(kBufferBytes, std::min(capacity_ * 2, options_.header_bytes_max)));
  return {buffer_.get() + size_, capacity_ - size_};
}

void RequestReader::commit(std::size_t bytes) {
  if (stage_ == Stage::chunks)
    chunks_got_ += bytes;
  else if (stage_ == Stage::body_apart)
    body_got_ += bytes;
  else
    size_ += bytes;
}

RequestReader::Step RequestReader::advance() {
  switch (stage_) {
    case Stage::head: return read_head();
    case Stage::judged: return Step::head;
    case Stage::body_behind_head:
      if (size_ < request_end_) return Step::more;
      return done_with({buffer_.get() + request_end_ - body_wanted_, body_wanted_});
    case Stage::body_apart: return body_got_ < body_wanted_ ? Step::more : done_with(body_);
    case Stage::chunks: return take_chunks();
    case Stage::done: return Step::done;
    case Stage::fault: return Step::fault;
  }
  return Step::fault;
}

// Finds the empty line that ends the head. Lines are judged here as they come: what is wrong is answered at once, not
// at a deadline.
RequestReader::Step RequestReader::read_head() {
  const char* bytes = buffer_.get();
  while (const void* found = size_ > searched_ ? std::memchr(bytes + searched_, '\n', size_ - searched_) : nullptr) {
    const auto end = std::size_t(static_cast<const char*>(found) - bytes);
    if (end == line_ || bytes[end - 1] != '\r') return malformed("a line does not end with CR LF");
    if (line_ > 0 && (bytes[line_] == ' ' || bytes[line_] == '\t'))
      return malformed("a header is folded over two lines");
    if (line_ == 0 && end > options_.target_bytes_max + kRequestLineRest) return target_too_long();
    const bool empty = end == line_ + 1;
    line_ = searched_ = end + 1;
    if (empty) return parse_head(line_);
  }
  searched_ = size_;
  if (line_ == 0 && size_ > options_.target_bytes_max + kRequestLineRest) return target_too_long();
  return size_ < options_.header_bytes_max ? Step::more : head_too_long();
}

RequestReader::Step RequestReader::parse_head(std::size_t head_bytes) {
  if (head_bytes > options_.header_bytes_max) return head_too_long();
  head_ = std::make_unique<Head>(request_, body_);
  error_code status;
  head_->put(boost::asio::const_buffer(buffer_.get(), head_bytes), status);
  if (!status) head_->check_whole();
  if (head_->fault.status != 0) return refuse(std::move(head_->fault));
  if (status) return malformed(reason_of(status));
  if (request_.target.size() > options_.target_bytes_max) return target_too_long();
  request_end_ = head_bytes;
  stage_ = Stage::judged;
  return Step::head;
}

void RequestReader::allow_body(std::size_t bytes_max) {
  STOA_CHECK(stage_ == Stage::judged, "a body is allowed once, after its head");
  head_->body_bytes_max = bytes_max;
  head_->eager(true);  // from here on it takes all it is given
  const auto behind = size_ - request_end_;
  const auto length = head_->content_length().value_or(0);
  if (head_->chunked()) {
    // What follows the head moves out of the buffer; what follows the body moves back in next().
    chunks_.resize(std::max(kChunkBytes, behind));
    std::memcpy(chunks_.data(), buffer_.get() + request_end_, behind);
    chunks_got_ = behind;
    size_ = request_end_;
    stage_ = Stage::chunks;
  } else if (length > bytes_max) {
    body_too_large();
  } else if (length <= capacity_ - request_end_) {
    body_wanted_ = length;
    request_end_ += length;
    stage_ = Stage::body_behind_head;
  } else {
    body_wanted_ = length;
    body_.assign(buffer_.get() + request_end_, behind);
    body_got_ = behind;
    size_ = request_end_;
    stage_ = Stage::body_apart;
  }
}

RequestReader::Step RequestReader::take_chunks() {
  if (chunks_got_ < kLastChunkBytes) return Step::more;
  error_code status;
  const auto used = head_->put(boost::asio::const_buffer(chunks_.data(), chunks_got_), status);
  chunks_got_ -= used;
  std::memmove(chunks_.data(), chunks_.data() + used, chunks_got_);
  if (status == beast::http::error::body_limit) return body_too_large();
  if (status && status != beast::http::error::need_more) return malformed(reason_of(status));
  if (head_->is_done()) return done_with(body_);
  return chunks_got_ < chunks_.size() ? Step::more : malformed("a chunk's header or the trailers are too long");
}

RequestReader::Step RequestReader::done_with(std::string_view body) {
  request_.body = body;
  stage_ = Stage::done;
  return Step::done;
}

void RequestReader::next() {
  const auto rest = size_ - request_end_;
  std::memmove(buffer_.get(), buffer_.get() + request_end_, rest);
  size_ = rest;
  if (chunks_got_ > 0) {  // nothing is in the buffer then: all that came was taken for chunks
    if (chunks_got_ > capacity_) resize_buffer(chunks_got_);
    std::memcpy(buffer_.get(), chunks_.data(), chunks_got_);
    size_ = chunks_got_;
    chunks_got_ = 0;
  } else if (size_ == 0 && capacity_ > kBufferBytes) {
    resize_buffer(kBufferBytes);
  }
  body_.clear();
  if (body_.capacity() > kBodyStep) body_.shrink_to_fit();
  line_ = searched_ = request_end_ = body_wanted_ = body_got_ = 0;
  request_.method = Method::other;
  request_.target = request_.path = request_.query = request_.body = {};
  request_.headers.clear();
  stage_ = Stage::head;
}

RequestReader::Step RequestReader::refuse(Fault fault) {
  fault_ = std::move(fault);
  stage_ = Stage::fault;
  return Step::fault;
}

RequestReader::Step RequestReader::malformed(std::string_view why) {
  return refuse({400, "malformed-request", fmt::format("http: {}", why)});
}

RequestReader::Step RequestReader::target_too_long() {
  return refuse({414, "target-too-long",
                 fmt::format("http: the request target is longer than {} bytes", options_.target_bytes_max)});
}

RequestReader::Step RequestReader::head_too_long() {
  return refuse({431, "headers-too-large",
                 fmt::format("http: request line and headers are longer than {} bytes", options_.header_bytes_max)});
}

RequestReader::Step RequestReader::body_too_large() {
  return refuse({413, "body-too-large", fmt::format("http: the body is larger than {} bytes", head_->body_bytes_max)});
}

bool RequestReader::body_follows() const { return head_->chunked() || head_->content_length().value_or(0) > 0; }
bool RequestReader::keep_alive() const { return head_ && head_->is_header_done() && head_->keep_alive(); }
bool RequestReader::http_1_1() const { return !head_ || head_->http_1_1; }
bool RequestReader::expects_continue() const { return head_->http_1_1 && head_->expects_continue; }

}  // namespace stoa::http::internal
