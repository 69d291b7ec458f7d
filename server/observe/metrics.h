#ifndef REGISTRYD_SERVER_OBSERVE_METRICS_H_
#define REGISTRYD_SERVER_OBSERVE_METRICS_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/registry.h"
#include "server/observe/call_metrics.h"
#include "server/observe/pulled_metrics.h"
#include "server/observe/upstream_metrics.h"

namespace registryd {

// Everything that Prometheus is told. Made once, by main.
//
//   Metrics metrics(version, commit, absl::Now());
//   MethodMetrics& parse = metrics.calls().Method("registry.v1.RegistryService/ParseReference");
//   ...
//   parse.Record(status.code(), duration);   // No lock.
//   metrics.AddCounter("registryd_dns_cache_hits_total", "...", [&] { return resolver.hits(); });
//
// Thread-safe.
class Metrics {
 public:
  Metrics(absl::string_view version, absl::string_view commit, absl::Time started);

  CallMetrics& calls() { return calls_; }
  UpstreamMetrics& upstream() { return upstream_; }

  // registryd_config_reloads_total{result="ok"|"failed"}.
  void CountReload(bool ok);

  // Figures that someone else keeps: `read` is called for each scrape, on the
  // scraper's thread, and stays callable as long as this object is scraped. A
  // counter only grows; its name ends in "_total".
  void AddCounter(std::string name, std::string help, std::function<double()> read);
  void AddGauge(std::string name, std::string help, std::function<double()> read);
  // The same, of several figures that `label` tells apart.
  void AddCounters(std::string name, std::string help, std::string label,
                   std::function<LabelledFigures()> read);
  void AddGauges(std::string name, std::string help, std::string label,
                 std::function<LabelledFigures()> read);

  // All of it in Prometheus' text format, version 0.0.4.
  std::string Text() const;

 private:
  const absl::Time started_;
  CallMetrics calls_;
  UpstreamMetrics upstream_;
  PulledMetrics pulled_;
  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& reloads_;
  prometheus::Counter& reloads_ok_;
  prometheus::Counter& reloads_failed_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_METRICS_H_
