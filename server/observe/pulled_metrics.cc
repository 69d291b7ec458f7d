#include "server/observe/pulled_metrics.h"

#include <utility>

#include "prometheus/metric_family.h"

namespace registryd {

void PulledMetrics::Add(prometheus::MetricType type, std::string name, std::string help,
                        std::function<double()> read) {
  absl::MutexLock lock(&mutex_);
  figures_.push_back({type, std::move(name), std::move(help), std::move(read)});
}

std::vector<prometheus::MetricFamily> PulledMetrics::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  absl::MutexLock lock(&mutex_);
  for (const Figure& figure : figures_) {
    prometheus::ClientMetric metric;
    const double value = figure.read();
    if (figure.type == prometheus::MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    families.push_back({figure.name, figure.help, figure.type, {std::move(metric)}});
  }
  return families;
}

}  // namespace registryd
