#include "server/settings/setting_kinds.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "registry/config/host_port.h"
#include "registry/net/proxy_rules.h"

namespace registryd {
namespace {

absl::Status CheckText(absl::string_view text) {
  if (!absl::StrContains(text, '\0')) return absl::OkStatus();
  return absl::InvalidArgumentError("expected text without NUL bytes");
}

}  // namespace

Setting TextSetting(Setting setting, std::function<std::string&(Settings&)> field) {
  setting.type = SettingType::kText;
  setting.read = [field](const Settings& settings) -> std::vector<std::string> {
    return {field(const_cast<Settings&>(settings))};  // Read only: `field` selects, no more.
  };
  setting.write = [field](Settings& settings, absl::Span<const std::string> texts) {
    if (absl::Status status = CheckText(texts.front()); !status.ok()) return status;
    field(settings) = texts.front();
    return absl::OkStatus();
  };
  return setting;
}

Setting TextOrOffSetting(Setting setting, std::string Settings::*field) {
  setting = TextSetting(std::move(setting), field);
  setting.write = [write = setting.write](Settings& settings, absl::Span<const std::string> texts) {
    static const std::string* const kEmpty = new std::string;
    return write(settings, texts.front() == "off" ? absl::MakeConstSpan(kEmpty, 1) : texts);
  };
  return setting;
}

Setting ProxySetting(Setting setting, std::string ProxyOptions::*field) {
  setting = TextSetting(std::move(setting), [field](Settings& settings) -> std::string& {
    return settings.proxies.*field;
  });
  setting.confidential = true;
  setting.write = [field, write = setting.write](Settings& settings,
                                                 absl::Span<const std::string> texts) {
    ProxyOptions alone;
    alone.*field = texts.front();
    if (!ProxyRules::Create(alone).ok()) {
      return absl::InvalidArgumentError("expected a URL such as http://proxy.example:3128");
    }
    return write(settings, texts);
  };
  return setting;
}

Setting ListSetting(Setting setting, std::function<std::vector<std::string>&(Settings&)> field) {
  setting.type = SettingType::kList;
  setting.read = [field](const Settings& settings) {
    return field(const_cast<Settings&>(settings));  // Read only, as above.
  };
  setting.write = [field](Settings& settings, absl::Span<const std::string> texts) {
    for (const std::string& text : texts) {
      if (text.empty()) return absl::InvalidArgumentError("expected no empty entry");
      if (absl::Status status = CheckText(text); !status.ok()) return status;
    }
    if (texts.size() == 1 && texts.front() == "none") texts = {};
    field(settings).assign(texts.begin(), texts.end());
    return absl::OkStatus();
  };
  return setting;
}

Setting ServerListSetting(Setting setting,
                          std::function<std::vector<std::string>&(Settings&)> field) {
  setting = ListSetting(std::move(setting), std::move(field));
  setting.write = [write = setting.write](Settings& settings, absl::Span<const std::string> texts) {
    for (size_t i = 0; i < texts.size(); ++i) {
      if (texts[i].empty() || ValidateHostPort(texts[i]).ok()) continue;
      return absl::InvalidArgumentError(
          absl::StrCat("expected HOST or HOST:PORT as entry ", i + 1));
    }
    return write(settings, texts);
  };
  return setting;
}

Setting NumberSetting(Setting setting, int Settings::*field, int minimum, int maximum) {
  setting.type = SettingType::kNumber;
  setting.read = [field](const Settings& settings) -> std::vector<std::string> {
    return {absl::StrCat(settings.*field)};
  };
  setting.write = [field, minimum, maximum](Settings& settings,
                                            absl::Span<const std::string> texts) {
    int value = 0;
    if (!absl::SimpleAtoi(texts.front(), &value) || value < minimum || value > maximum) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected a whole number from ", minimum, " to ", maximum));
    }
    settings.*field = value;
    return absl::OkStatus();
  };
  return setting;
}

Setting DurationSetting(Setting setting, absl::Duration Settings::*field, absl::Duration minimum,
                        absl::Duration maximum) {
  setting.type = SettingType::kDuration;
  setting.read = [field](const Settings& settings) -> std::vector<std::string> {
    return {absl::FormatDuration(settings.*field)};
  };
  setting.write = [field, minimum, maximum](Settings& settings,
                                            absl::Span<const std::string> texts) {
    absl::Duration value;
    if (!absl::ParseDuration(texts.front(), &value) || value < minimum || value > maximum) {
      return absl::InvalidArgumentError(
          absl::StrCat("expected a duration from ", absl::FormatDuration(minimum), " to ",
                       absl::FormatDuration(maximum), ", such as 90s or 1m30s"));
    }
    settings.*field = value;
    return absl::OkStatus();
  };
  return setting;
}

Setting SwitchSetting(Setting setting, bool Settings::*field) {
  setting = ChoiceSetting<bool>(std::move(setting), field,
                                {{"on", true}, {"off", false}, {"true", true}, {"false", false}});
  setting.type = SettingType::kSwitch;
  return setting;
}

}  // namespace registryd
