// Metrics in Prometheus text, by the names the contract fixes. Thread-safe. Over prometheus-cpp; one registry per
// process object.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace stoa {

class Metrics {
 public:
  using Labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  Metrics();
  ~Metrics();
  // Adds to a counter, made when first named. `name` as published, e.g. "stoa_webhooks_total".
  void count(std::string_view name, std::string_view help, Labels labels = {}, double by = 1);
  void gauge(std::string_view name, std::string_view help, Labels labels, double value);
  // A handle for hot paths: add without a look-up. Lives as long as the Metrics.
  class Counter {
   public:
    virtual ~Counter() = default;
    virtual void add(double by = 1) = 0;
  };
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});

  std::string text() const;  // Prometheus exposition format 0.0.4

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace stoa
