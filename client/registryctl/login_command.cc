#include <memory>
#include <string>

#include "client/registryctl/command.h"
#include "client/registryctl/credential_options.h"
#include "client/registryctl/docker_credentials.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

struct LoginOptions {
  std::string server;
  CredentialOptions credentials;
  bool show_token = false;
};

absl::Status Login(Session& session, const LoginOptions& options) {
  auto credentials = ReadCredentials(session, options.credentials,
                                     [&] { return IndexOfServer(session, options.server); });
  if (!credentials.ok()) return credentials.status();
  v1::AuthRequest request;
  *request.mutable_auth_config() = *std::move(credentials);
  request.mutable_auth_config()->set_server_address(options.server);
  request.set_service_credentials(options.credentials.service_credentials);
  return Show(session, session.client.Auth(request), [&](const auto& answer, std::ostream& out) {
    ViewLogin(answer, options.show_token, out);
  });
}

}  // namespace

void AddLoginCommand(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<LoginOptions>();
  CLI::App* const command =
      AddCommand(app, "login", "Whether a registry accepts credentials; nothing is kept",
                 "registryctl login -u ann\n"
                 "registryctl login registry.example.com:5000 -u ann --password-stdin < password\n"
                 "registryctl login registry.example.com --docker-config ~/.docker/config.json\n"
                 "registryctl login registry.example.com --service-credentials");
  command->add_option("SERVER", options->server,
                      "HOST, HOST:PORT or a URL; without one, Docker Hub");
  AddCredentialOptions(command, options->credentials);
  command->add_flag("--show-token", options->show_token,
                    "Print the identity token that the registry gave, instead of (hidden)");
  command->parse_complete_callback([options] {
    if (!options->credentials.any()) {
      throw CLI::RequiredError(
          "one of --username, --identity-token-stdin, --docker-config and "
          "--service-credentials");
    }
  });
  OnRunUpstream(command, invocation,
                [options](Session& session) { return Login(session, *options); });
}

}  // namespace registryd::registryctl
