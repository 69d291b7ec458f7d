#ifndef REGISTRYD_REGISTRY_AUTH_DOCKER_CONFIG_FILE_H_
#define REGISTRYD_REGISTRY_AUTH_DOCKER_CONFIG_FILE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/auth/auth_config.h"

namespace registryd {

inline constexpr size_t kMaxDockerConfigBytes = 1 << 20;

// What Docker's config.json says of credentials.
struct DockerConfig {
  // `auths`. `auth` is taken apart into user name and password; `server_address` is
  // the key.
  AuthConfigs auths;
  // `credsStore`: NAME of the helper docker-credential-NAME that keeps all others.
  // Empty: none.
  std::string creds_store;
  // `credHelpers`: such names by registry.
  std::map<std::string, std::string, std::less<>> cred_helpers;
  // What to look at in a file that is usable, a sentence each. ReadDockerConfig alone
  // fills it.
  std::vector<std::string> warnings;
};

// Reads the text of a config.json as Docker's command line does: other keys are
// ignored, and so is the case of those that it knows; null is as good as absent, the
// last of two equal keys counts, NULs around a password are cut, and nothing at all is
// a file without credentials. Returns INVALID_ARGUMENT that says which key is at
// fault, and no secret.
absl::StatusOr<DockerConfig> ParseDockerConfig(absl::string_view text);

// Reads the file, which blocks. Warns where others than its owner may change it, or
// everyone may read it. Returns FAILED_PRECONDITION (CREDENTIALS_UNAVAILABLE) that
// names the file if it cannot be read, is not a regular file, is larger than
// kMaxDockerConfigBytes, or has a fault.
absl::StatusOr<DockerConfig> ReadDockerConfig(const std::string& path);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_DOCKER_CONFIG_FILE_H_
