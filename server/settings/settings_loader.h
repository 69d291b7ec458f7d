#ifndef REGISTRYD_SERVER_SETTINGS_SETTINGS_LOADER_H_
#define REGISTRYD_SERVER_SETTINGS_SETTINGS_LOADER_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/settings/environment.h"
#include "server/settings/setting.h"
#include "server/settings/settings.h"

namespace registryd {

struct LoadedSettings {
  Settings settings;
  // What an operator should know and need not act on, a sentence each: keys and
  // variables that were ignored.
  std::vector<std::string> notes;
  // FileStamp of the configuration file, from before it was read; empty without one.
  std::string file_stamp;
};

// Merges the sources: a flag beats the environment, the environment beats the
// file that flag or environment name, the file beats the default. Called again
// with the same arguments it is a reload. Reads that one file, nothing else.
//
//   auto command_line = ParseCommandLine(arguments);
//   auto loaded = LoadSettings(command_line->values, ProcessEnvironment());
//
// Returns INVALID_ARGUMENT (SETTING_INVALID) with a message that names the source
// of the fault; also for settings that are good alone and not together. UNAVAILABLE
// (SETTING_INVALID) if the file could not be read for a cause that may pass.
absl::StatusOr<LoadedSettings> LoadSettings(const SettingValues& flags,
                                            const Environment& environment);

// The keys of settings that differ and that no reload applies, in table order.
std::vector<std::string> ChangedBeyondReload(const Settings& running, const Settings& loaded);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_SETTINGS_LOADER_H_
