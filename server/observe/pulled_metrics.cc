#include "server/observe/pulled_metrics.h"

#include <utility>

#include "prometheus/metric_family.h"

namespace registryd {

void PulledMetrics::Add(prometheus::MetricType type, std::string name, std::string help,
                        std::function<double()> read) {
  Add(type, std::move(name), std::move(help), /*label=*/"", [read = std::move(read)] {
    return LabelledFigures{{"", read()}};
  });
}

void PulledMetrics::Add(prometheus::MetricType type, std::string name, std::string help,
                        std::string label, std::function<LabelledFigures()> read) {
  absl::MutexLock lock(&mutex_);
  figures_.push_back({type, std::move(name), std::move(help), std::move(label), std::move(read)});
}

std::vector<prometheus::MetricFamily> PulledMetrics::Collect() const {
  std::vector<prometheus::MetricFamily> families;
  absl::MutexLock lock(&mutex_);
  for (const Figure& figure : figures_) {
    prometheus::MetricFamily family{figure.name, figure.help, figure.type, {}};
    for (auto& [label, value] : figure.read()) {
      prometheus::ClientMetric metric;
      if (!figure.label.empty()) metric.label = {{figure.label, std::move(label)}};
      if (figure.type == prometheus::MetricType::Counter) {
        metric.counter.value = value;
      } else {
        metric.gauge.value = value;
      }
      family.metric.push_back(std::move(metric));
    }
    families.push_back(std::move(family));
  }
  return families;
}

}  // namespace registryd
