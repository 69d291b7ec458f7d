#ifndef REGISTRYD_SERVER_OBSERVE_PROCESS_METRICS_H_
#define REGISTRYD_SERVER_OBSERVE_PROCESS_METRICS_H_

#include <vector>

#include "absl/time/time.h"
#include "prometheus/collectable.h"

namespace registryd {

// This process, as the system sees it: process_start_time_seconds,
// process_resident_memory_bytes and process_open_fds, under the names that
// Prometheus has for them. What cannot be read is left out. Thread-safe.
class ProcessMetrics final : public prometheus::Collectable {
 public:
  explicit ProcessMetrics(absl::Time started) : started_(started) {}

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  const absl::Time started_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_PROCESS_METRICS_H_
