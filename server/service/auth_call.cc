#include "server/service/auth_call.h"

#include <memory>
#include <utility>

#include "registry/auth/auth_config.h"
#include "registry/auth/registry_login.h"
#include "registry/v1/caller_headers.h"
#include "server/observe/host_label.h"
#include "server/service/request_credentials.h"

namespace registryd {
namespace {

namespace api = ::registry::v1;

LoginRequest MakeLogin(const api::AuthRequest& request, const CallerIdentity& caller) {
  LoginRequest login;
  login.user_agent = request.user_agent();
  login.caller = caller.id;
  return login;
}

// Answers with what a login brought.
RegistryLogin::Callback FillAuth(const api::AuthRequest& request, api::AuthResponse* response,
                                 DoneCallback done) {
  return [own = request.service_credentials(), response,
          done = std::move(done)](absl::StatusOr<LoginResult> result) mutable {
    if (!result.ok()) return std::move(done)(result.status());
    response->set_status(std::move(result->status));
    if (!own) response->set_identity_token(std::string(result->identity_token.Reveal()));
    std::move(done)(absl::OkStatus());
  };
}

void LogInWithOwn(const UpstreamParts& upstream, EndpointLookup::Config config,
                  const api::AuthRequest& request, const CallerIdentity& caller,
                  const CallContext& context, api::AuthResponse* response, DoneCallback done) {
  const std::string& server = request.auth_config().server_address();
  // Without user information, which is no part of a key.
  const absl::StatusOr<std::string> host = LoginHost(server);
  if (!host.ok()) return std::move(done)(host.status());
  upstream.credentials.Get(
      *host, context,
      [&login = upstream.login, config = std::move(config), prepared = MakeLogin(request, caller),
       &request, server, context, response,
       done = std::move(done)](absl::StatusOr<AuthConfig> credentials) mutable {
        if (!credentials.ok()) return std::move(done)(credentials.status());
        auto own = std::make_shared<AuthConfig>(*std::move(credentials));
        own->server_address = server;
        prepared.credentials = std::move(own);
        login.Run(std::move(config), std::move(prepared), context,
                  FillAuth(request, response, std::move(done)));
      });
}

}  // namespace

void AnswerAuth(const UpstreamParts& upstream, EndpointLookup::Config config,
                const api::AuthRequest& request, const CallerIdentity& caller,
                const CallContext& context, api::AuthResponse* response, DoneCallback done) {
  if (auto headers = CheckCallerHeaders(request.user_agent(), {}); !headers.ok()) {
    return std::move(done)(headers.status());
  }
  if (request.service_credentials()) {
    if (absl::Status status = CheckServiceCredentials(caller, request.auth_config());
        !status.ok()) {
      return std::move(done)(std::move(status));
    }
    return LogInWithOwn(upstream, std::move(config), request, caller, context, response,
                        std::move(done));
  }
  auto credentials = CredentialsIn(request.auth_config());
  if (!credentials.ok()) return std::move(done)(credentials.status());
  LoginRequest login = MakeLogin(request, caller);
  login.credentials = *std::move(credentials);
  upstream.login.Run(std::move(config), std::move(login), context,
                     FillAuth(request, response, std::move(done)));
}

std::string RegistryOf(const api::AuthRequest& request) {
  const absl::StatusOr<std::string> host = LoginHost(request.auth_config().server_address());
  return HostLabel(host.ok() ? *host : "");
}

}  // namespace registryd
