#ifndef REGISTRYD_SERVER_OBSERVE_UPSTREAM_METRICS_H_
#define REGISTRYD_SERVER_OBSERVE_UPSTREAM_METRICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "prometheus/collectable.h"

namespace registryd {

// How a request to a registry ended.
struct UpstreamResult {
  // Of the response; 0 if none came.
  int http_status = 0;
  // OK: the response is complete, whatever its HTTP status.
  absl::Status status;
  // From the request to the response's end.
  absl::Duration elapsed;
};

// The requests that this service makes: to registries, to token servers, and to
// where these redirect.
//
//   registryd_upstream_requests_total{host,result}      result: "2xx", ..., or the
//                                                       reason of what failed
//   registryd_upstream_request_duration_seconds{host}   histogram
//   registryd_upstream_requests_running
//
// Hosts come from callers and registries. The first kMaxHosts of them are told
// apart; those that come later count as kOtherHosts, so that nobody fills memory or
// Prometheus with names. Thread-safe.
class UpstreamMetrics final : public prometheus::Collectable {
 public:
  static constexpr size_t kMaxHosts = 200;
  static constexpr absl::string_view kOtherHosts = "(other)";
  // Upper bounds of the histogram's buckets, in seconds; one more has no bound.
  static constexpr std::array<double, 8> kBounds = {0.005, 0.02, 0.1, 0.5, 1, 5, 15, 60};

  // A request is made. An OnResult follows.
  void OnStart();
  // `host` is what HostLabel makes safe: any bytes.
  void OnResult(absl::string_view host, const UpstreamResult& result);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct Host {
    std::map<std::string, uint64_t> results;
    std::array<uint64_t, kBounds.size() + 1> buckets{};
    double seconds = 0;
  };

  mutable absl::Mutex mutex_;
  int64_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Host, std::less<>> hosts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_UPSTREAM_METRICS_H_
