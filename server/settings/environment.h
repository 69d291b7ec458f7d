#ifndef REGISTRYD_SERVER_SETTINGS_ENVIRONMENT_H_
#define REGISTRYD_SERVER_SETTINGS_ENVIRONMENT_H_

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "server/settings/setting.h"

namespace registryd {

// Environment variables, name to value.
using Environment = std::map<std::string, std::string, std::less<>>;

// Those of this process. Not safe beside a thread that changes them.
Environment ProcessEnvironment();

// The value of `name`; empty without one.
absl::string_view Lookup(const Environment& environment, absl::string_view name);

struct EnvironmentSettings {
  SettingValues values;
  // REGISTRYD_* variables that are no setting. They are no error: Kubernetes makes
  // some up (REGISTRYD_SERVICE_HOST) for a service of this name.
  std::vector<std::string> ignored;
};

// The settings that `environment` holds. A variable that is empty counts as not
// set; a list's entries stand between commas, with or without spaces.
EnvironmentSettings ReadEnvironment(const Environment& environment);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_ENVIRONMENT_H_
