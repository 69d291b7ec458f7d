#include "server/observe/call_metrics.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "prometheus/metric_family.h"

namespace registryd {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr auto kRelaxed = std::memory_order_relaxed;

}  // namespace

void MethodMetrics::Record(absl::StatusCode code, absl::Duration duration) {
  size_t index = static_cast<size_t>(code);
  if (index >= kCodes) index = static_cast<size_t>(absl::StatusCode::kUnknown);
  const auto bound =
      std::lower_bound(kBounds.begin(), kBounds.end(), absl::ToDoubleSeconds(duration));
  calls_[index].fetch_add(1, kRelaxed);
  buckets_[static_cast<size_t>(bound - kBounds.begin())].fetch_add(1, kRelaxed);
  absl::Duration rest;
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &rest);
  if (seconds != 0) seconds_.fetch_add(seconds, kRelaxed);
  nanoseconds_.fetch_add(absl::ToInt64Nanoseconds(rest), kRelaxed);
}

double MethodMetrics::Seconds() const {
  return static_cast<double>(seconds_.load(kRelaxed)) +
         static_cast<double>(nanoseconds_.load(kRelaxed)) / 1e9;
}

MethodMetrics& CallMetrics::Method(absl::string_view method) {
  absl::MutexLock lock(&mutex_);
  auto found = methods_.find(method);
  if (found == methods_.end()) {
    found = methods_.emplace(std::string(method), std::make_unique<MethodMetrics>()).first;
  }
  return *found->second;
}

std::vector<MetricFamily> CallMetrics::Collect() const {
  MetricFamily calls{"registryd_calls_total", "Calls that have ended.", MetricType::Counter, {}};
  MetricFamily durations{"registryd_call_duration_seconds",
                         "Time from a call's arrival to its end.",
                         MetricType::Histogram,
                         {}};
  absl::MutexLock lock(&mutex_);
  for (const auto& [name, method] : methods_) {
    for (size_t code = 0; code < MethodMetrics::kCodes; ++code) {
      const uint64_t count = method->calls_[code].load(kRelaxed);
      if (count == 0) continue;
      ClientMetric metric;
      metric.label = {
          {"method", name},
          {"code", absl::StatusCodeToString(static_cast<absl::StatusCode>(code))},
      };
      if (code == 0) metric.label[1].value = "OK";
      metric.counter.value = static_cast<double>(count);
      calls.metric.push_back(std::move(metric));
    }

    ClientMetric metric;
    metric.label = {{"method", name}};
    uint64_t total = 0;
    for (size_t i = 0; i < method->buckets_.size(); ++i) {
      total += method->buckets_[i].load(kRelaxed);
      const double bound = i < MethodMetrics::kBounds.size()
                               ? MethodMetrics::kBounds[i]
                               : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({total, bound});
    }
    metric.histogram.sample_count = total;
    metric.histogram.sample_sum = method->Seconds();
    durations.metric.push_back(std::move(metric));
  }
  return {std::move(calls), std::move(durations)};
}

}  // namespace registryd
