#include "registry/auth/auth_config.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/strip.h"

namespace registryd {

bool SplitAuth(absl::string_view auth, AuthConfig& config) {
  std::string text;
  const bool valid = absl::Base64Unescape(auth, &text);
  const Secret decoded(std::move(text));
  if (!valid) return false;
  const absl::string_view pair = decoded.Reveal();
  const size_t colon = pair.find(':');
  if (colon == absl::string_view::npos || colon == 0) return false;
  absl::string_view password = pair.substr(colon + 1);
  while (!password.empty() && password.back() == '\0') password.remove_suffix(1);
  while (!password.empty() && password.front() == '\0') password.remove_prefix(1);
  config.username = std::string(pair.substr(0, colon));
  config.password = Secret(password);
  return true;
}

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
