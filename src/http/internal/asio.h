// Asio for the server's few translation units that do network I/O: the only place that includes it. Executors are
// io_context's own, not the type-erased default: a tenth of the cost of a small request.
#pragma once

// ThreadSanitizer does not know stand-alone fences (GCC refuses them); Asio's queues lock besides.
#ifdef __SANITIZE_THREAD__
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <chrono>

namespace stoa::http::internal {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

using Executor = asio::io_context::executor_type;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Executor>;
template <class T = void>
using Task = asio::awaitable<T, Executor>;
using Await = asio::use_awaitable_t<Executor>;

// co_await socket.async_x(…, kAwait) answers a tuple that starts with an error_code; nothing is thrown.
inline constexpr asio::as_tuple_t<Await> kAwait{Await{}};

}  // namespace stoa::http::internal
