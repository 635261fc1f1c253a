"""What tools/tidy.py --self-test runs on: a small tree without faults, and per rule the changes to it that must make the
rule speak. A change replaces or adds files."""

GOOD = {
    "src/layers.txt": "base:\nhttp: base\nstorage: base\ntesting: base\n",
    "src/README.md": "[base](base/README.md) [http](http/README.md)\n",
    "src/base/README.md": "Words.\n",
    "src/base/CMakeLists.txt": "stoa_module(base\n  SOURCES clock.cc log.cc)\n",
    "src/base/clock.h": "// Time.\n#pragma once\n",
    "src/base/clock.cc": '#include "base/clock.h"\nauto now() { return std::chrono::system_clock::now(); }\n',
    "src/base/log.cc": "#include <spdlog/spdlog.h>\n#include <unistd.h>\n// std::rand() and co_await in a comment\n",
    "src/http/README.md": "Bytes.\n",
    "src/http/CMakeLists.txt": "stoa_module(http\n  SOURCES server.cc\n  DEPS base\n  TESTS server_test.cc)\n",
    "src/http/server.cc": '#include <boost/asio.hpp>\n#include "base/clock.h"\n'
                          'task f() {\n  auto [a, b] = co_await g(1);\n  if (a) co_await h(x, "{[");  // not { or [\n}\n',
    "src/http/server_test.cc": "#include <gtest/gtest.h>\n",
}


def more(path, text):
    """The good tree's file with lines added."""
    return {path: GOOD[path] + text + "\n"}


def log(text):
    return more("src/base/log.cc", text)


def server(text):
    return more("src/http/server.cc", text)


def http_cmake(text):
    return {"src/http/CMakeLists.txt": f"stoa_module(http SOURCES server.cc TESTS server_test.cc {text})\n"}


UNREADY = "TO" "DO"

BAD = {
    "layers": [
        {"src/layers.txt": "base: http\nhttp: base\nstorage: base\ntesting: base\n"},
        {"src/layers.txt": "base:\ntesting: base\n"},
        log('#include "http/server.h"'),
        log('#include "testing/fakes.h"'),
        log('#include "clock.h"'),
        log('#include "../base/clock.h"'),
        more("src/http/server_test.cc", '#include "storage/store.h"'),
    ],
    "internal": [
        server('#include "base/internal/table.h"'),
        server('#include "http/tls/internal/context.h"'),
    ],
    "libraries": [
        log(f"#include <{header}>") for header in (
            "boost/asio.hpp", "boost/beast/http.hpp", "boost/json.hpp", "simdjson.h", "curl/curl.h", "openssl/ssl.h",
            "sqlite3.h", "mongoc/mongoc.h", "bson/bson.h", "prometheus/counter.h", "sodium.h", "xxhash.h", "zlib.h",
            "brotli/encode.h", "CLI/CLI.hpp", "toml++/toml.h", "vips/vips.h", "gtest/gtest.h",
            "benchmark/benchmark.h", "unheard/of.h")
    ] + [server("#include <curl/curl.h>"), server("#include <spdlog/spdlog.h>")],
    "calls": [
        log(call) for call in (
            "auto t = std::chrono::steady_clock::now();", "auto t = my_clock::now();",
            "clock_gettime(CLOCK_REALTIME, &t);", "std::this_thread::sleep_for(1ms);", "usleep(5);", "::sleep(1);",
            "int x = rand();", "srand(1);", "std::random_device device;", 'std::system("ls");', 'popen("ls", "r");',
            'auto home = std::getenv("HOME");', 'std::printf("x");', "char b[9]; snprintf(b, 9, s);",
            'std::cout << "x";', 'puts("x");', 'fmt::print("x");')
    ],
    "co_await": [
        server("task g() { co_await h(Options{1}); }"),
        server("task g() { co_await h(\n    1,\n    [&] { return 2; }); }"),
        server("task g() { if (co_await h(1)) {} }"),
        server("task g() { if (!co_await h(1)) {} }"),
        server("task g() { co_return co_await h(1); }"),
        server("task g() { f(1, co_await h(1)); }"),
    ],
    "coroutines": [log("task f() { co_return; }"), log("task f() { co_await g(); }"), log("task f() { co_yield 1; }")],
    "charters": [
        {"src/base/README.md": "line\n" * 26},
        {"src/storage/a.cc": "\n"},
        {"src/README.md": "[base](base/README.md)\n"},
        more("src/README.md", "[gone](gone/README.md)"),
    ],
    "unfinished": [log(f"// {UNREADY}: later"), {"tools/x.py": f"# {UNREADY}\n"}, {"dev": "# FIX" "ME\n"}],
    "listed": [
        {"src/base/extra.cc": "\n"},
        {"src/base/deep/extra.cc": "\n"},
        {"src/base/extra.h": "// Unused.\n#pragma once\n"},
        {"src/base/notes.txt": "\n"},
        {"src/base/CMakeLists.txt": "stoa_module(base SOURCES clock.cc log.cc gone.cc)\n"},
    ],
    "cmake_deps": [
        http_cmake("DEPS base storage"),
        http_cmake(""),
        http_cmake("DEPS base TEST_DEPS testing"),
        more("src/http/server_test.cc", '#include "testing/fakes.h"'),
        http_cmake("DEPS base TEST_DEPS storage"),
        {"src/http/server.cc": "\n"},
    ],
    "headers": [{"src/base/clock.h": "#pragma once\n"}, {"src/base/clock.h": "// Time.\n"}],
    "white_space": [log("int x; "), log("\tint x;"), log("int x;\n"), {"dev": "no newline"}, {"docs/a.md": "crlf\r\n"}],
    "names": [{"src/base/Clock.cc": "\n"}, {"src/base/my-file.cc": "\n"}, {"tools/runTests.py": "\n"}],
}
