#include "server/observe/upstream_metrics.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "prometheus/metric_family.h"
#include "registry/base/error.h"
#include "server/observe/host_label.h"

namespace registryd {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

// One of a bounded set.
std::string ResultLabel(const UpstreamResult& result) {
  if (!result.status.ok()) {
    const absl::string_view reason = ReasonName(ReasonOf(result.status));
    return reason.empty() ? absl::StatusCodeToString(result.status.code()) : std::string(reason);
  }
  const int kind = result.http_status / 100;
  return kind >= 1 && kind <= 5 ? absl::StrCat(kind, "xx") : "other";
}

}  // namespace

void UpstreamMetrics::OnStart() {
  absl::MutexLock lock(&mutex_);
  ++running_;
}

void UpstreamMetrics::OnResult(absl::string_view host, const UpstreamResult& result) {
  // A clock that was set back makes no time negative.
  const double seconds = std::max(0.0, absl::ToDoubleSeconds(result.elapsed));
  const auto bound = std::lower_bound(kBounds.begin(), kBounds.end(), seconds);
  std::string label = HostLabel(host);

  absl::MutexLock lock(&mutex_);
  --running_;
  if (hosts_.size() >= kMaxHosts && hosts_.find(label) == hosts_.end()) {
    label = std::string(kOtherHosts);
  }
  Host& counted = hosts_[std::move(label)];
  ++counted.results[ResultLabel(result)];
  ++counted.buckets[static_cast<size_t>(bound - kBounds.begin())];
  counted.seconds += seconds;
}

std::vector<MetricFamily> UpstreamMetrics::Collect() const {
  MetricFamily requests{"registryd_upstream_requests_total",
                        "Requests to registries and token servers that have ended.",
                        MetricType::Counter,
                        {}};
  MetricFamily durations{"registryd_upstream_request_duration_seconds",
                         "Time from a request to the end of its response.",
                         MetricType::Histogram,
                         {}};
  MetricFamily running{"registryd_upstream_requests_running",
                       "Requests to registries and token servers that have not ended.",
                       MetricType::Gauge,
                       {}};
  absl::MutexLock lock(&mutex_);
  running.metric.emplace_back();
  running.metric.back().gauge.value = static_cast<double>(running_);
  for (const auto& [name, host] : hosts_) {
    for (const auto& [result, count] : host.results) {
      ClientMetric metric;
      metric.label = {{"host", name}, {"result", result}};
      metric.counter.value = static_cast<double>(count);
      requests.metric.push_back(std::move(metric));
    }
    ClientMetric metric;
    metric.label = {{"host", name}};
    uint64_t total = 0;
    for (size_t i = 0; i < host.buckets.size(); ++i) {
      total += host.buckets[i];
      const double bound =
          i < kBounds.size() ? kBounds[i] : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({total, bound});
    }
    metric.histogram.sample_count = total;
    metric.histogram.sample_sum = host.seconds;
    durations.metric.push_back(std::move(metric));
  }
  return {std::move(requests), std::move(durations), std::move(running)};
}

}  // namespace registryd
