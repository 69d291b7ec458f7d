#ifndef REGISTRYD_SERVER_OBSERVE_PULLED_METRICS_H_
#define REGISTRYD_SERVER_OBSERVE_PULLED_METRICS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "prometheus/collectable.h"
#include "prometheus/metric_type.h"

namespace registryd {

// Figures without labels that someone else keeps, read when they are collected.
// Thread-safe.
class PulledMetrics final : public prometheus::Collectable {
 public:
  // `type` is Counter or Gauge. `read` is called with a lock held: it must not call this object.
  void Add(prometheus::MetricType type, std::string name, std::string help,
           std::function<double()> read);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct Figure {
    prometheus::MetricType type;
    std::string name;
    std::string help;
    std::function<double()> read;
  };

  mutable absl::Mutex mutex_;
  std::vector<Figure> figures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_PULLED_METRICS_H_
