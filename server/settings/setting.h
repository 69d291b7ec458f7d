#ifndef REGISTRYD_SERVER_SETTINGS_SETTING_H_
#define REGISTRYD_SERVER_SETTINGS_SETTING_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "server/settings/settings.h"

namespace registryd {

// The JSON type that a setting has in the configuration file.
enum class SettingType {
  kText,      // String. Choices too.
  kList,      // Array of strings; elsewhere: a repeated flag, a comma-separated variable.
  kNumber,    // Whole number.
  kSwitch,    // true or false; elsewhere: on or off.
  kDuration,  // String: "90s", "1m30s".
};

// One setting: its names in the three sources, what it means, and how its text
// gets into Settings and out of it. Help, parsing of all sources and the
// reference page derive from the table of these. Immutable.
struct Setting {
  // Heading under which people find it.
  absl::string_view group;
  // Without dashes: "insecure-registry".
  absl::string_view flag;
  // In the file. Upper-cased, with '_' for '-', after "REGISTRYD_": in the environment.
  absl::string_view key;
  // What stands for its value in help: "FILE".
  absl::string_view placeholder;
  // Sentences for an operator.
  absl::string_view meaning;
  SettingType type = SettingType::kText;

  enum class InFile {
    kNo,
    kTopLevel,         // A key of Docker's.
    kRegistrydObject,  // Within the object "registryd".
  };
  InFile in_file = InFile::kRegistrydObject;
  // A reload of the configuration applies it; others take a restart.
  bool reloadable = false;
  // Its value may hold a password: no error repeats it.
  bool confidential = false;

  // The value as text: one element, any number for a kList.
  std::function<std::vector<std::string>(const Settings&)> read;
  // Takes the value's text. INVALID_ARGUMENT with what was expected, and no more:
  // the caller knows where the value stands.
  std::function<absl::Status(Settings&, absl::Span<const std::string>)> write;
};

// Every setting, in the order in which people want to read of them.
absl::Span<const Setting> AllSettings();

// "REGISTRYD_DRAIN_TIMEOUT".
std::string EnvironmentName(const Setting& setting);

// "registryd.drain-timeout", "registry-mirrors"; empty for what no file may set.
std::string FileKey(const Setting& setting);

// The default as people read it: "30s", "none".
std::string DefaultText(const Setting& setting);

// A value and where it stands, for errors: "--drain-timeout",
// "REGISTRYD_DRAIN_TIMEOUT", "/etc/docker/daemon.json: registryd.drain-timeout".
struct SettingValue {
  std::vector<std::string> texts;
  std::string origin;
};

// What one source sets, by Setting::key.
using SettingValues = std::map<absl::string_view, SettingValue>;

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_SETTING_H_
