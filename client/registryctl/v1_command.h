#ifndef REGISTRYD_CLIENT_REGISTRYCTL_V1_COMMAND_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_V1_COMMAND_H_

#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/registryctl/credential_options.h"
#include "client/registryctl/session.h"
#include "client/v1_session.h"

// What the subcommands of `registryctl v1` share.
namespace registryd::registryctl {

struct V1Options {
  // HOST[:PORT] or a URL.
  std::string endpoint;
  CredentialOptions credentials;
  bool require_secure = false;
  // Base URL of the registry that holds the images. Empty: found out.
  std::string registry;
  // Which repository to ask an index for. Empty: none.
  std::string repository;
};

// Gives `command` the argument ENDPOINT and the options that every subcommand has.
void AddV1Options(CLI::App* command, V1Options& options);

// --registry.
void AddRegistryOption(CLI::App* command, V1Options& options);

struct V1ImageOptions : V1Options {
  // The image's id.
  std::string image;
};

// All of these, the argument IMAGE and --repository.
void AddImageOptions(CLI::App* command, V1ImageOptions& options);

// Opens a session with the endpoint of `options`. Errors: those of ReadCredentials and
// CreateSession.
absl::StatusOr<std::unique_ptr<client::V1Session>> OpenV1Session(Session& session,
                                                                 const V1Options& options);

// All that an index knows of a repository, its pages as one. Errors as
// GetRepositoryData's.
absl::StatusOr<v1::GetRepositoryDataResponse> ReadRepository(Session& session,
                                                             const client::V1Session& v1_session,
                                                             const std::string& repository);

// The registries to read from, in the order to ask them: the one of `options`, or those
// that the index names for the repository, which gives the session the right to read
// there. None: the session's endpoint is a registry itself.
//
// Errors: FAILED_PRECONDITION if the endpoint is an index, and `options` names neither a
// registry nor a repository; those of ReadRepository.
absl::StatusOr<std::vector<std::string>> RegistriesToRead(Session& session,
                                                          const client::V1Session& v1_session,
                                                          const V1Options& options);

// A request for the image of `options`. Errors as RegistriesToRead's.
template <typename Request>
absl::StatusOr<Request> V1ImageRequest(Session& session, const client::V1Session& v1_session,
                                       const V1ImageOptions& options) {
  const auto registries = RegistriesToRead(session, v1_session, options);
  if (!registries.ok()) return registries.status();
  Request request;
  request.set_session_id(v1_session.id());
  request.set_image_id(options.image);
  if (!registries->empty()) request.set_registry(registries->front());
  return request;
}

// Where a push goes.
struct PushTarget {
  // Empty: the session's endpoint.
  std::string registry;
  // The index was told of the image, and is to be told when it is there.
  bool announced = false;
};

// The same for a push of `image`: an index is told of the image first, and names the
// registries. Errors as RegistriesToRead's and PushImageJSONIndex's.
absl::StatusOr<PushTarget> RegistryToPush(Session& session, const client::V1Session& v1_session,
                                          const V1Options& options, const v1::V1Image& image);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_V1_COMMAND_H_
