#include "base/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <mutex>
#include <unordered_map>

namespace stoa {
namespace {

class PrometheusCounter final : public Metrics::Counter {
 public:
  explicit PrometheusCounter(prometheus::Counter& counter) : counter_(counter) {}
  void add(double by) override { counter_.Increment(by); }

 private:
  prometheus::Counter& counter_;
};

std::map<std::string, std::string> native(Metrics::Labels labels) {
  std::map<std::string, std::string> out;
  for (const auto& [name, value] : labels) out.emplace(name, value);
  return out;
}

}  // namespace

struct Metrics::Impl {
  prometheus::Registry registry;
  std::mutex mutex;
  std::unordered_map<std::string, prometheus::Family<prometheus::Counter>*> counters;
  std::unordered_map<std::string, prometheus::Family<prometheus::Gauge>*> gauges;
  std::unordered_map<prometheus::Counter*, std::unique_ptr<PrometheusCounter>> handles;

  prometheus::Counter& find_counter(std::string_view name, std::string_view help, Labels labels) {
    auto& family = counters[std::string(name)];
    if (family == nullptr)
      family = &prometheus::BuildCounter().Name(std::string(name)).Help(std::string(help)).Register(registry);
    return family->Add(native(labels));
  }
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::count(std::string_view name, std::string_view help, Labels labels, double by) {
  const std::lock_guard lock(impl_->mutex);
  impl_->find_counter(name, help, labels).Increment(by);
}

void Metrics::gauge(std::string_view name, std::string_view help, Labels labels, double value) {
  const std::lock_guard lock(impl_->mutex);
  auto& family = impl_->gauges[std::string(name)];
  if (family == nullptr)
    family = &prometheus::BuildGauge().Name(std::string(name)).Help(std::string(help)).Register(impl_->registry);
  family->Add(native(labels)).Set(value);
}

Metrics::Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(impl_->mutex);
  auto& native_counter = impl_->find_counter(name, help, labels);
  auto& handle = impl_->handles[&native_counter];
  if (handle == nullptr) handle = std::make_unique<PrometheusCounter>(native_counter);
  return *handle;
}

std::string Metrics::text() const { return prometheus::TextSerializer().Serialize(impl_->registry.Collect()); }

}  // namespace stoa
