#ifndef REGISTRYD_REGISTRY_AUTH_AUTH_CONFIG_H_
#define REGISTRYD_REGISTRY_AUTH_AUTH_CONFIG_H_

#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "registry/base/secret.h"
#include "registry/config/index_info.h"

namespace registryd {

inline constexpr absl::string_view kIndexServer = "https://index.docker.io/v1/";

// Credentials for one registry. Mirrors Docker's registry.AuthConfig.
struct AuthConfig {
  std::string username;
  Secret password;
  Secret auth;  // Base64 of "username:password", as config.json has it.
  std::string email;
  std::string server_address;
  Secret identity_token;
  Secret registry_token;
};

// Takes base64 of USERNAME:PASSWORD apart into `config`'s user name and password. NULs
// around the password are cut, as Docker does. False if it is none, and nothing has changed.
bool SplitAuth(absl::string_view auth, AuthConfig& config);

// By key, as Docker's config.json holds them: host names or whole URLs. Ordered,
// so that where several legacy keys match, the first in order is taken.
using AuthConfigs = std::map<std::string, AuthConfig, std::less<>>;

// The key under which an index's credentials are kept: kIndexServer for the
// official index, the index's name for others.
std::string GetAuthConfigKey(const IndexInfo& index);

// The entry with the credentials for `index`: by its key, else (not for the
// official index) the first whose key's ConvertToHostname equals that. end()
// without one.
AuthConfigs::const_iterator FindAuthConfig(const AuthConfigs& configs, const IndexInfo& index);

// The credentials that FindAuthConfig finds, or an empty AuthConfig.
const AuthConfig& ResolveAuthConfig(const AuthConfigs& configs, const IndexInfo& index);

// Cuts `http://` or `https://` off, and everything from the first '/' on.
absl::string_view ConvertToHostname(absl::string_view url);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_AUTH_CONFIG_H_
