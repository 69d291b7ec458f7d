#ifndef REGISTRYD_SERVER_SETTINGS_SETTING_KINDS_H_
#define REGISTRYD_SERVER_SETTINGS_SETTING_KINDS_H_

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/net/proxy_rules.h"
#include "server/settings/setting.h"

namespace registryd {

// Each completes `setting` with the type, the reader and the writer of one kind
// of field. The table of settings is made of them.

// A path, an address: anything but a NUL byte. `field`: a member of Settings, or
// what selects a text within one.
Setting TextSetting(Setting setting, std::function<std::string&(Settings&)> field);

// As TextSetting; the word "off" stands for the empty text.
Setting TextOrOffSetting(Setting setting, std::string Settings::*field);

// The URL of a proxy, which may have a password. Confidential.
Setting ProxySetting(Setting setting, std::string ProxyOptions::*field);

// Texts. One text "none" stands for the empty list.
Setting ListSetting(Setting setting, std::function<std::vector<std::string>&(Settings&)> field);

// Servers, as HOST or HOST:PORT. Otherwise as ListSetting.
Setting ServerListSetting(Setting setting,
                          std::function<std::vector<std::string>&(Settings&)> field);

// From `minimum` to `maximum`.
Setting NumberSetting(Setting setting, int Settings::*field, int minimum, int maximum);

// From `minimum` to `maximum`, as absl::ParseDuration reads it.
Setting DurationSetting(Setting setting, absl::Duration Settings::*field, absl::Duration minimum,
                        absl::Duration maximum);

// on or off; true and false mean the same.
Setting SwitchSetting(Setting setting, bool Settings::*field);

// One of `choices`.
template <typename T>
Setting ChoiceSetting(Setting setting, T Settings::*field,
                      std::vector<std::pair<absl::string_view, T>> choices) {
  setting.type = SettingType::kText;
  setting.read = [field, choices](const Settings& settings) -> std::vector<std::string> {
    for (const auto& [name, value] : choices) {
      if (settings.*field == value) return {std::string(name)};
    }
    return {};
  };
  setting.write = [field, choices](Settings& settings, absl::Span<const std::string> texts) {
    for (const auto& [name, value] : choices) {
      if (texts.front() != name) continue;
      settings.*field = value;
      return absl::OkStatus();
    }
    const auto name_of = [](std::string* out, const auto& choice) {
      absl::StrAppend(out, choice.first);
    };
    return absl::InvalidArgumentError(
        absl::StrCat("expected ", absl::StrJoin(choices, " or ", name_of)));
  };
  return setting;
}

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_SETTING_KINDS_H_
