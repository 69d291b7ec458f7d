#include "client/registryctl/v1_command.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "client/registryctl/docker_credentials.h"

namespace registryd::registryctl {
namespace {

constexpr char kDockerHub[] = "docker.io";

absl::Status NoRegistry(const client::V1Session& v1_session) {
  return absl::FailedPreconditionError(
      absl::StrCat(v1_session.facts().endpoint(),
                   " is an index, and does not hold images itself: give --repository, so that it "
                   "says who does, or --registry"));
}

}  // namespace

void AddV1Options(CLI::App* command, V1Options& options) {
  command
      ->add_option("ENDPOINT", options.endpoint,
                   "The registry or index: HOST, HOST:PORT or a URL; docker.io is Docker Hub's")
      ->required();
  AddCredentialOptions(command, options.credentials, ServiceCredentials::kNotOffered);
  command->add_flag("--require-secure", options.require_secure,
                    "Insist on verified TLS, even if the service calls the registry insecure");
}

void AddRegistryOption(CLI::App* command, V1Options& options) {
  command
      ->add_option("--registry", options.registry,
                   "The registry that holds the images, if ENDPOINT is an index")
      ->type_name("URL");
}

void AddImageOptions(CLI::App* command, V1ImageOptions& options) {
  AddV1Options(command, options);
  command->add_option("IMAGE", options.image, "The image's id")->required();
  AddRegistryOption(command, options);
  command
      ->add_option("--repository", options.repository,
                   "The image's repository: an index names the registries of one, and gives the "
                   "right to use them")
      ->type_name("NAME");
}

absl::StatusOr<std::unique_ptr<client::V1Session>> OpenV1Session(Session& session,
                                                                 const V1Options& options) {
  v1::CreateSessionRequest request;
  if (options.endpoint != kDockerHub) request.set_endpoint(options.endpoint);
  request.set_require_secure(options.require_secure);
  if (options.credentials.any()) {
    auto credentials = ReadCredentials(session, options.credentials,
                                       [&] { return IndexOfServer(session, options.endpoint); });
    if (!credentials.ok()) return credentials.status();
    *request.mutable_auth_config() = *std::move(credentials);
  }
  return client::V1Session::Open(session.client.v1_sessions(), request);
}

absl::StatusOr<v1::GetRepositoryDataResponse> ReadRepository(Session& session,
                                                             const client::V1Session& v1_session,
                                                             const std::string& repository) {
  v1::GetRepositoryDataRequest request;
  request.set_session_id(v1_session.id());
  request.set_repository(repository);
  auto all = session.client.v1_sessions().GetRepositoryData(request);
  while (all.ok() && !all->next_page_token().empty()) {
    request.set_page_token(all->next_page_token());
    auto page = session.client.v1_sessions().GetRepositoryData(request);
    if (!page.ok()) return page;
    all->mutable_images()->MergeFrom(page->images());
    all->set_next_page_token(page->next_page_token());
  }
  return all;
}

absl::StatusOr<std::vector<std::string>> RegistriesToRead(Session& session,
                                                          const client::V1Session& v1_session,
                                                          const V1Options& options) {
  const bool standalone = v1_session.facts().standalone();
  std::vector<std::string> registries;
  if (!standalone && !options.repository.empty()) {
    const auto repository = ReadRepository(session, v1_session, options.repository);
    if (!repository.ok()) return repository.status();
    registries.assign(repository->endpoints().begin(), repository->endpoints().end());
  }
  if (!options.registry.empty()) return std::vector<std::string>{options.registry};
  if (!standalone && registries.empty()) return NoRegistry(v1_session);
  return registries;
}

absl::StatusOr<PushTarget> RegistryToPush(Session& session, const client::V1Session& v1_session,
                                          const V1Options& options, const v1::V1Image& image) {
  PushTarget target;
  target.announced = !v1_session.facts().standalone() && !options.repository.empty();
  if (target.announced) {
    v1::PushImageJSONIndexRequest request;
    request.set_session_id(v1_session.id());
    request.set_repository(options.repository);
    *request.add_images() = image;
    const auto response = session.client.v1_sessions().PushImageJSONIndex(request);
    if (!response.ok()) return response.status();
    if (response->endpoints_size() > 0) target.registry = response->endpoints(0);
  }
  if (!options.registry.empty()) target.registry = options.registry;
  if (!v1_session.facts().standalone() && target.registry.empty()) return NoRegistry(v1_session);
  return target;
}

}  // namespace registryd::registryctl
