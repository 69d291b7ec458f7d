#include "server/observe/metrics.h"

#include <iterator>
#include <utility>

#include "prometheus/gauge.h"
#include "prometheus/text_serializer.h"
#include "server/observe/process_metrics.h"

namespace registryd {

Metrics::Metrics(absl::string_view version, absl::string_view commit, absl::Time started)
    : started_(started),
      reloads_(prometheus::BuildCounter()
                   .Name("registryd_config_reloads_total")
                   .Help("Times that the configuration file was read again.")
                   .Register(registry_)),
      reloads_ok_(reloads_.Add({{"result", "ok"}})),
      reloads_failed_(reloads_.Add({{"result", "failed"}})) {
  prometheus::BuildGauge()
      .Name("registryd_build_info")
      .Help("What is running; always 1.")
      .Register(registry_)
      .Add({{"version", std::string(version)}, {"commit", std::string(commit)}})
      .Set(1);
}

void Metrics::CountReload(bool ok) { (ok ? reloads_ok_ : reloads_failed_).Increment(); }

void Metrics::AddCounter(std::string name, std::string help, std::function<double()> read) {
  pulled_.Add(prometheus::MetricType::Counter, std::move(name), std::move(help), std::move(read));
}

void Metrics::AddGauge(std::string name, std::string help, std::function<double()> read) {
  pulled_.Add(prometheus::MetricType::Gauge, std::move(name), std::move(help), std::move(read));
}

void Metrics::AddCounters(std::string name, std::string help, std::string label,
                          std::function<LabelledFigures()> read) {
  pulled_.Add(prometheus::MetricType::Counter, std::move(name), std::move(help), std::move(label),
              std::move(read));
}

void Metrics::AddGauges(std::string name, std::string help, std::string label,
                        std::function<LabelledFigures()> read) {
  pulled_.Add(prometheus::MetricType::Gauge, std::move(name), std::move(help), std::move(label),
              std::move(read));
}

std::string Metrics::Text() const {
  const ProcessMetrics process(started_);
  const std::initializer_list<const prometheus::Collectable*> sources = {
      &registry_, &calls_, &upstream_, &pulled_, &process};
  std::vector<prometheus::MetricFamily> families;
  for (const prometheus::Collectable* source : sources) {
    std::vector<prometheus::MetricFamily> some = source->Collect();
    std::move(some.begin(), some.end(), std::back_inserter(families));
  }
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace registryd
