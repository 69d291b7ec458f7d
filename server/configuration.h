#ifndef REGISTRYD_SERVER_CONFIGURATION_H_
#define REGISTRYD_SERVER_CONFIGURATION_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "registry/config/config_store.h"
#include "registry/config/state_file.h"
#include "server/settings/environment.h"
#include "server/settings/setting.h"
#include "server/settings/settings_loader.h"

namespace registryd {

// The service's configuration between its two authors: the operator, who writes
// settings, and callers, who change it by RPC. What was changed last holds. So a
// change by RPC stays until the operator's lists are changed, and with a state
// folder that is so across restarts too.
//
// Thread-safe.
class Configuration {
 public:
  // `flags` and `environment` are what `loaded` was made of; a reload reads the
  // rest again. Errors: INVALID_ARGUMENT for lists that cannot be used, and those
  // of StateFile::Load.
  static absl::StatusOr<std::unique_ptr<Configuration>> Create(const LoadedSettings& loaded,
                                                               SettingValues flags,
                                                               Environment environment);

  struct Reloaded {
    Settings settings;
    // For an operator, a sentence each.
    std::vector<std::string> notes;
    // Settings that changed and need a restart.
    std::vector<std::string> beyond_reload;
  };
  // Reads the settings again and applies those that a reload can. On an error
  // nothing has changed. INVALID_ARGUMENT is the settings' own; any other, as
  // UNAVAILABLE, may pass, and the file counts as changed until it was read.
  absl::StatusOr<Reloaded> Reload();

  // Whether the configuration file is another than the one that was last read, or
  // was last found to have a fault. An empty one is not: somebody is about to write it, or
  // could not. As Docker has it, it says nothing: at the start, and to Reload().
  bool FileChanged() const;

  // For an operator, a sentence each, of the start.
  const std::vector<std::string>& warnings() const { return warnings_; }

  ConfigStore& store() { return *store_; }

 private:
  Configuration(const LoadedSettings& loaded, SettingValues flags, Environment environment);
  absl::Status Start();
  absl::StatusOr<Reloaded> ReadAndTake();
  // Makes `lists`, which can be used, the current ones, as the operator's word.
  absl::Status Take(const ServiceOptions& lists);
  absl::Status Save(const VersionedConfig& config);

  const SettingValues flags_;
  const Environment environment_;
  const Settings running_;
  std::optional<StateFile> state_;
  std::unique_ptr<ConfigStore> store_;
  std::vector<std::string> warnings_;

  mutable absl::Mutex mutex_;
  // The operator's lists, as they were last read.
  ServiceOptions written_ ABSL_GUARDED_BY(mutex_);
  // nullopt: has to be read, whatever it is.
  std::optional<std::string> file_stamp_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_CONFIGURATION_H_
