#include "server/check_settings.h"

#include "absl/strings/str_cat.h"
#include "registry/auth/docker_config_file.h"
#include "registry/config/service_config.h"
#include "registry/config/state_file.h"
#include "server/listen/listen_address.h"
#include "server/listen/tls_files.h"
#include "server/listener_options.h"
#include "server/observe/loopback_address.h"
#include "server/setting_fault.h"

namespace registryd {
namespace {

// As Configuration meets it at the start.
absl::Status CheckState(const Settings& settings, std::vector<std::string>& warnings) {
  const StateFile state(settings.state_dir);
  const auto saved = state.Load();
  if (!saved.ok()) return saved.status();
  const bool is_saved = saved->has_value() && (*saved)->settings == settings.service_options;
  if (is_saved) {
    const auto config = ServiceConfig::Create((*saved)->options, settings.insecure_match);
    if (!config.ok()) return NameSetting(config.status(), state.path());
  }
  const absl::Status status = state.CheckWritable();
  if (status.ok() || !is_saved) return status;
  warnings.push_back(absl::StrCat("changes by callers will be refused: ", status.message()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> CheckSettings(const Settings& settings) {
  const auto config = ServiceConfig::Create(settings.service_options, settings.insecure_match);
  if (!config.ok()) return NameSetting(config.status());

  const auto listeners = MakeListenersOptions(settings);
  if (!listeners.ok()) return listeners.status();
  for (const ListenAddress& address : listeners->addresses) {
    const absl::Status status = CheckExposure(address, listeners->tls.has_value());
    if (!status.ok()) return status;
  }
  if (listeners->tls.has_value()) {
    const auto materials = ReadTlsFiles(*listeners->tls);
    if (!materials.ok()) return materials.status();
    const absl::Status status = CheckTlsMaterials(*listeners->tls, *materials);
    if (!status.ok()) return status;
  }
  if (!settings.metrics_listen.empty()) {
    const auto address = LoopbackAddress::Parse(settings.metrics_listen);
    if (!address.ok()) return address.status();
  }
  std::vector<std::string> warnings = (*config)->warnings();
  if (!settings.state_dir.empty()) {
    const absl::Status status = CheckState(settings, warnings);
    if (!status.ok()) return status;
  }
  if (!settings.docker_config.empty()) {
    const auto docker_config = ReadDockerConfig(settings.docker_config);
    if (!docker_config.ok()) return docker_config.status();
    warnings.insert(warnings.end(), docker_config->warnings.begin(), docker_config->warnings.end());
  }
  return warnings;
}

}  // namespace registryd
