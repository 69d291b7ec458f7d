#include "server/settings/environment.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace registryd {
namespace {

// Tells registryctl where the service is.
constexpr absl::string_view kClientsAddress = "REGISTRYD_ADDRESS";
constexpr absl::string_view kPrefix = "REGISTRYD_";

std::vector<std::string> Texts(const Setting& setting, absl::string_view value) {
  if (setting.type != SettingType::kList) return {std::string(value)};
  std::vector<std::string> texts;
  for (const absl::string_view entry : absl::StrSplit(value, ',')) {
    texts.emplace_back(absl::StripAsciiWhitespace(entry));
  }
  return texts;
}

const Setting* Find(absl::string_view name) {
  for (const Setting& setting : AllSettings()) {
    if (EnvironmentName(setting) == name) return &setting;
  }
  return nullptr;
}

}  // namespace

Environment ProcessEnvironment() {
  Environment environment;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::pair<absl::string_view, absl::string_view> variable =
        absl::StrSplit(*entry, absl::MaxSplits('=', 1));
    environment.emplace(variable.first, variable.second);
  }
  return environment;
}

absl::string_view Lookup(const Environment& environment, absl::string_view name) {
  const auto found = environment.find(name);
  return found == environment.end() ? absl::string_view() : found->second;
}

EnvironmentSettings ReadEnvironment(const Environment& environment) {
  EnvironmentSettings result;
  for (const auto& [name, value] : environment) {
    if (!absl::StartsWith(name, kPrefix) || name == kClientsAddress) continue;
    const Setting* setting = Find(name);
    if (setting == nullptr) {
      result.ignored.push_back(name);
    } else if (!value.empty()) {
      result.values[setting->key] = {Texts(*setting, value), name};
    }
  }
  return result;
}

}  // namespace registryd
