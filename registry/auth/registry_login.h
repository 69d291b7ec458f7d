#ifndef REGISTRYD_REGISTRY_AUTH_REGISTRY_LOGIN_H_
#define REGISTRYD_REGISTRY_AUTH_REGISTRY_LOGIN_H_

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/auth/token_source.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/base/secret.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/http_client.h"

namespace registryd {

struct LoginRequest {
  // What to verify, and where: of `server_address` only HOST[:PORT] counts, scheme and
  // path are ignored; empty means Docker Hub. `registry_token` and `auth` are not
  // looked at. Never null.
  std::shared_ptr<const AuthConfig> credentials;
  // `User-Agent`. Empty: the service's own.
  std::string user_agent;
  // As in TokenRequest.
  std::string caller;
};

struct LoginResult {
  // For people.
  std::string status = "Login Succeeded";
  // The refresh token that the registry gave, else the identity token that was used.
  Secret identity_token;
  // The endpoint that accepted: "https://registry.example".
  std::string endpoint_url;
};

// Verifies credentials. Mirrors Docker Engine's Service.Auth. Thread-safe.
//
// The registry's push endpoints are tried in order, never a mirror: a ping for the
// challenges, then `/v2/` again with what these want, 15 seconds each. 200 is success.
// A registry or token server that answers "unauthorized" ends it, as does what no other
// endpoint would mend (the caller's deadline or cancellation, a request that cannot be
// sent); after another failure the next endpoint is tried, and the last error returned.
class RegistryLogin {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<LoginResult>) &&>;

  // All outlive the login, and it its calls. `tokens` does not cache: what it has from an
  // earlier login proves nothing. `plaintext` names the registries that get
  // credentials over http where https fails.
  RegistryLogin(EndpointLookup& lookup, HttpClient& client, TokenSource& tokens, const Clock& clock,
                PlaintextHosts plaintext = {});

  // Calls `done` exactly once. Errors: INVALID_ARGUMENT (FIELD_INVALID,
  // HOSTNAME_INVALID, field "auth_config.server_address"); others of
  // EndpointLookup::Push; those of PingV2, RequestAuthorizer and RegistryError.
  // Where http was left because credentials do not go there in clear
  // (PLAINTEXT_CREDENTIALS_REFUSED), the message says why https failed, too.
  void Run(EndpointLookup::Config config, LoginRequest request, const CallContext& context,
           Callback done);

 private:
  class Attempt;

  EndpointLookup& lookup_;
  HttpClient& client_;
  TokenSource& tokens_;
  const Clock& clock_;
  const PlaintextHosts plaintext_;
};

// HOST[:PORT] of a login's server address. INVALID_ARGUMENT as RegistryLogin::Run.
absl::StatusOr<std::string> LoginHost(absl::string_view server_address);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_REGISTRY_LOGIN_H_
