#ifndef REGISTRYD_SERVER_OBSERVE_PULLED_METRICS_H_
#define REGISTRYD_SERVER_OBSERVE_PULLED_METRICS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "prometheus/collectable.h"
#include "prometheus/metric_type.h"

namespace registryd {

// Values of a label, each with its figure.
using LabelledFigures = std::vector<std::pair<std::string, double>>;

// Figures that someone else keeps, read when they are collected. Thread-safe.
class PulledMetrics final : public prometheus::Collectable {
 public:
  // `type` is Counter or Gauge. `read` is called with a lock held: it must not call this object.
  void Add(prometheus::MetricType type, std::string name, std::string help,
           std::function<double()> read);
  // The same, of several figures that `label` tells apart.
  void Add(prometheus::MetricType type, std::string name, std::string help, std::string label,
           std::function<LabelledFigures()> read);

  std::vector<prometheus::MetricFamily> Collect() const override;

 private:
  struct Figure {
    prometheus::MetricType type;
    std::string name;
    std::string help;
    std::string label;  // Empty: one figure, whose label's value counts for nothing.
    std::function<LabelledFigures()> read;
  };

  mutable absl::Mutex mutex_;
  std::vector<Figure> figures_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_PULLED_METRICS_H_
