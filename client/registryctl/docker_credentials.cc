#include "client/registryctl/docker_credentials.h"

#include "client/registryctl/docker_files.h"

namespace registryd::registryctl {
namespace {

constexpr char kOfficialIndex[] = "docker.io";

}  // namespace

absl::StatusOr<v1::IndexInfo> IndexNamed(Session& session, const std::string& name) {
  v1::ValidateIndexNameRequest request;
  request.set_name(name);
  const auto response = session.client.ValidateIndexName(request);
  if (!response.ok()) return response.status();
  v1::IndexInfo index;
  index.set_name(response->name());
  index.set_official(response->name() == kOfficialIndex);
  return index;
}

absl::StatusOr<v1::IndexInfo> IndexOfServer(Session& session, const std::string& server) {
  if (server.empty()) return IndexNamed(session, kOfficialIndex);
  v1::ConvertToHostnameRequest request;
  request.set_url(server);
  const auto response = session.client.ConvertToHostname(request);
  if (!response.ok()) return response.status();
  return IndexNamed(session, response->hostname());
}

absl::StatusOr<v1::ResolveAuthConfigResponse> FindCredentials(Session& session,
                                                              const std::string& path,
                                                              const v1::IndexInfo& index) {
  const auto text = ReadInput(path, session.in);
  if (!text.ok()) return text.status();
  const auto file = ReadCredentialFile(*text);
  if (!file.ok()) return file.status();
  if (file->kept_elsewhere) {
    session.err << "registryctl: note: the file names a credential store or helper; what is kept "
                   "there was not looked at\n";
  }
  v1::ResolveAuthConfigRequest request;
  request.mutable_auth_configs()->insert(file->auth_configs.begin(), file->auth_configs.end());
  *request.mutable_index() = index;
  return session.client.ResolveAuthConfig(request);
}

}  // namespace registryd::registryctl
