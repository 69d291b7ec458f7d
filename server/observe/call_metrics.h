#ifndef REGISTRYD_SERVER_OBSERVE_CALL_METRICS_H_
#define REGISTRYD_SERVER_OBSERVE_CALL_METRICS_H_

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "prometheus/collectable.h"

namespace registryd {

// Counts the calls of one method. Thread-safe; Record takes no lock.
class MethodMetrics {
 public:
  // gRPC's codes, 0 to 16.
  static constexpr size_t kCodes = 17;
  // Upper bounds of the histogram's buckets, in seconds; one more has no bound.
  static constexpr std::array<double, 14> kBounds = {0.00001, 0.000025, 0.00005, 0.0001, 0.00025,
                                                     0.0005,  0.001,    0.0025,  0.005,  0.01,
                                                     0.05,    0.25,     1,       10};

  // A call has ended with `code` (others than gRPC's count as UNKNOWN) after `duration`.
  void Record(absl::StatusCode code, absl::Duration duration);

 private:
  friend class CallMetrics;

  std::array<std::atomic<uint64_t>, kCodes> calls_{};
  std::array<std::atomic<uint64_t>, kBounds.size() + 1> buckets_{};
  // Of all calls together. In two parts: streams that last for months, of thousands of
  // callers, are more nanoseconds than a number holds.
  double Seconds() const;
  std::atomic<int64_t> seconds_{0};
  std::atomic<int64_t> nanoseconds_{0};
};

// The calls of all methods, as registryd_calls_total{method,code} and
// registryd_call_duration_seconds{method}. Thread-safe.
class CallMetrics final : public prometheus::Collectable {
 public:
  // The counters of `method` ("registry.v1.RegistryService/ParseReference"), made
  // at the first call. Takes a lock: ask once and keep the reference, which is
  // valid as long as this object. Names come from the API, never from a caller's
  // bytes, so that their number is bounded.
  MethodMetrics& Method(absl::string_view method);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  mutable absl::Mutex mutex_;
  std::map<std::string, std::unique_ptr<MethodMetrics>, std::less<>> methods_
      ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_CALL_METRICS_H_
