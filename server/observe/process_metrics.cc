#include "server/observe/process_metrics.h"

#include <dirent.h>
#include <unistd.h>

#include <fstream>
#include <optional>
#include <string>
#include <utility>

#include "prometheus/metric_family.h"

namespace registryd {
namespace {

using prometheus::MetricFamily;

MetricFamily Gauge(std::string name, std::string help, double value) {
  MetricFamily family{std::move(name), std::move(help), prometheus::MetricType::Gauge, {}};
  family.metric.emplace_back();
  family.metric.back().gauge.value = value;
  return family;
}

std::optional<double> ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  double resident_pages = 0;
  if (!(statm >> pages >> resident_pages)) return std::nullopt;
  return resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::optional<double> OpenDescriptors() {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return std::nullopt;
  int count = 0;
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.') ++count;
  }
  closedir(folder);
  return count - 1;  // The folder's own.
}

}  // namespace

std::vector<MetricFamily> ProcessMetrics::Collect() const {
  std::vector<MetricFamily> families;
  families.push_back(Gauge("process_start_time_seconds", "When the process began, Unix time.",
                           absl::ToDoubleSeconds(started_ - absl::UnixEpoch())));
  if (const auto bytes = ResidentBytes()) {
    families.push_back(
        Gauge("process_resident_memory_bytes", "Memory that is in use and not swapped.", *bytes));
  }
  if (const auto count = OpenDescriptors()) {
    families.push_back(Gauge("process_open_fds", "Open file descriptors.", *count));
  }
  return families;
}

}  // namespace registryd
