#include "registry/auth/auth_config.h"

#include <algorithm>

#include "absl/strings/strip.h"

namespace registryd {

std::string GetAuthConfigKey(const IndexInfo& index) {
  return index.official ? std::string(kIndexServer) : index.name;
}

AuthConfigs::const_iterator FindAuthConfig(const AuthConfigs& configs, const IndexInfo& index) {
  const std::string key = GetAuthConfigKey(index);
  const auto found = configs.find(key);
  if (found != configs.end() || index.official) return found;
  return std::find_if(configs.begin(), configs.end(), [&](const AuthConfigs::value_type& entry) {
    return ConvertToHostname(entry.first) == key;
  });
}

const AuthConfig& ResolveAuthConfig(const AuthConfigs& configs, const IndexInfo& index) {
  static const AuthConfig& none = *new AuthConfig;
  const auto found = FindAuthConfig(configs, index);
  return found == configs.end() ? none : found->second;
}

absl::string_view ConvertToHostname(absl::string_view url) {
  if (!absl::ConsumePrefix(&url, "http://")) absl::ConsumePrefix(&url, "https://");
  return url.substr(0, url.find('/'));
}

}  // namespace registryd
