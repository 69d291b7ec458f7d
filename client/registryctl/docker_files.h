#ifndef REGISTRYD_CLIENT_REGISTRYCTL_DOCKER_FILES_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_DOCKER_FILES_H_

#include <istream>
#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/v1/types.pb.h"

namespace registryd::registryctl {

// The content of a file, or of `in` if `path` is `-`. Errors as ReadFile's
// (client/read_file.h).
absl::StatusOr<std::string> ReadInput(const std::string& path, std::istream& in);

// The three lists of registries in a daemon.json: `registry-mirrors`,
// `insecure-registries`, `allow-nondistributable-artifacts`. A list that is
// missing is empty; other keys are ignored. Returns INVALID_ARGUMENT that names
// the key if the text is no JSON object or a list is not one of strings.
absl::StatusOr<::registry::v1::ServiceOptions> ReadDaemonFile(absl::string_view json);

// What a Docker config.json says of credentials.
struct CredentialFile {
  // Its `auths`, by key; `auth` is taken apart into user name and password.
  // Secret.
  std::map<std::string, ::registry::v1::AuthConfig> auth_configs;
  // It names a credential store or helper, so that some are not in the file.
  bool kept_elsewhere = false;
};

// Reads a config.json. Other keys are ignored. Returns INVALID_ARGUMENT that
// names the key, never a secret.
absl::StatusOr<CredentialFile> ReadCredentialFile(absl::string_view json);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_DOCKER_FILES_H_
