#include <memory>
#include <string>

#include "client/registryctl/command.h"
#include "client/registryctl/docker_credentials.h"
#include "client/registryctl/output.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

void Hide(std::string* secret) {
  if (!secret->empty()) *secret = "(hidden)";
}

void HideSecrets(v1::AuthConfig& config) {
  Hide(config.mutable_password());
  Hide(config.mutable_auth());
  Hide(config.mutable_identity_token());
  Hide(config.mutable_registry_token());
}

struct AuthConfigOptions {
  std::string index;
  std::string file = "-";
  bool show_secrets = false;
};

absl::Status ResolveAuthConfig(Session& session, const AuthConfigOptions& options) {
  const auto index = IndexNamed(session, options.index);
  if (!index.ok()) return index.status();
  auto response = FindCredentials(session, options.file, *index);
  if (response.ok() && !options.show_secrets) HideSecrets(*response->mutable_auth_config());
  return Show(session, response, ViewAuthConfig);
}

void AddAuthKey(CLI::App& app, Invocation& invocation) {
  const auto name = std::make_shared<std::string>();
  CLI::App* const command =
      AddCommand(app, "auth-key", "The key that an index's credentials are kept under",
                 "registryctl auth-key docker.io\n"
                 "registryctl auth-key registry.example.com:5000");
  command->add_option("INDEX", *name, "docker.io, HOST or HOST:PORT")->required();
  OnRun(command, invocation, [name](Session& session) -> absl::Status {
    const auto index = IndexNamed(session, *name);
    if (!index.ok()) return index.status();
    v1::GetAuthConfigKeyRequest request;
    *request.mutable_index() = *index;
    return Show(
        session, session.client.GetAuthConfigKey(request),
        [](const auto& answer, std::ostream& out) { Table().Row({answer.key()}).Write(out); });
  });
}

void AddAuthConfig(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<AuthConfigOptions>();
  CLI::App* const command =
      AddCommand(app, "auth-config", "An index's credentials in a Docker config.json",
                 "registryctl auth-config docker.io --config ~/.docker/config.json\n"
                 "registryctl auth-config registry.example.com < config.json\n"
                 "registryctl auth-config docker.io --config config.json --show-secrets -o json");
  command->add_option("INDEX", options->index, "docker.io, HOST or HOST:PORT")->required();
  command->add_option("--config", options->file, "File; - is standard input, the default")
      ->type_name("FILE");
  command->add_flag("--show-secrets", options->show_secrets,
                    "Print passwords and tokens instead of (hidden)");
  OnRun(command, invocation,
        [options](Session& session) { return ResolveAuthConfig(session, *options); });
}

}  // namespace

void AddAuthCommands(CLI::App& app, Invocation& invocation) {
  AddAuthKey(app, invocation);
  AddAuthConfig(app, invocation);
}

}  // namespace registryd::registryctl
