#ifndef REGISTRYD_SERVER_SETTINGS_COMMAND_LINE_H_
#define REGISTRYD_SERVER_SETTINGS_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/settings/setting.h"

namespace registryd {

// What was asked for on the command line.
struct CommandLine {
  enum class Action {
    kServe,
    kCheckConfig,   // Validate all settings, say so, and exit.
    kHelp,          // Print HelpText() and exit.
    kVersion,       // Print the version and exit.
    kSettingsPage,  // Print SettingsPage() and exit. Not in help.
  };
  Action action = Action::kServe;
  SettingValues values;
};

// Parses the arguments after the program's name. INVALID_ARGUMENT
// (SETTING_INVALID) for a flag that is not known (the nearest is named), has no
// value, or is given twice though it is no list; and for any other argument.
// With several actions the first of kHelp, kVersion, kSettingsPage, kCheckConfig
// counts.
absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_COMMAND_LINE_H_
