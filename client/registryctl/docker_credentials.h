#ifndef REGISTRYD_CLIENT_REGISTRYCTL_DOCKER_CREDENTIALS_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_DOCKER_CREDENTIALS_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/registryctl/session.h"

// Credentials in a Docker config.json, picked by the service's rules.
namespace registryd::registryctl {

// The index of a name that a person typed: normalised by the service, so that
// `index.docker.io` is Docker Hub too. Errors as ValidateIndexName's.
absl::StatusOr<v1::IndexInfo> IndexNamed(Session& session, const std::string& name);

// The same for the address of a registry, which may be a URL. Empty: Docker Hub's.
absl::StatusOr<v1::IndexInfo> IndexOfServer(Session& session, const std::string& server);

// What the config.json at `path` holds for `index`; `-` is the session's input. A
// file whose credentials may be kept elsewhere is noted in the session's err.
// Errors: those of ReadInput, ReadCredentialFile and ResolveAuthConfig.
absl::StatusOr<v1::ResolveAuthConfigResponse> FindCredentials(Session& session,
                                                              const std::string& path,
                                                              const v1::IndexInfo& index);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_DOCKER_CREDENTIALS_H_
