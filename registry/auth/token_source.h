#ifndef REGISTRYD_REGISTRY_AUTH_TOKEN_SOURCE_H_
#define REGISTRYD_REGISTRY_AUTH_TOKEN_SOURCE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "registry/auth/auth_config.h"
#include "registry/base/cancellation.h"
#include "registry/base/secret.h"
#include "registry/net/http_message.h"
#include "registry/net/upstream.h"

namespace registryd {

// What a bearer token is wanted for.
struct TokenRequest {
  // The registry that challenged.
  std::shared_ptr<const Upstream> upstream;
  // From its challenge; untrusted.
  std::string realm;
  std::string service;
  // "repository:NAME:ACTIONS", "registry:catalog:search". May be empty.
  std::vector<std::string> scopes;
  // User name and password, or the identity token. Never null; may be empty.
  std::shared_ptr<const AuthConfig> credentials;
  // Who asks this service, so that no caller gets another's token.
  std::string caller;
  // `User-Agent`. Empty: the service's own.
  std::string user_agent;
  // More headers, for token servers that may have credentials.
  std::vector<HttpHeader> headers;
  // Ask for a refresh token too (`offline_token=true`).
  bool offline = true;
  // OAuth2 by POST also with a user name and password.
  bool force_oauth = false;
};

struct Token {
  Secret access_token;
  // A new refresh token, to keep as the identity token; empty without one.
  Secret refresh_token;
  // By this service's clock.
  absl::Time expires;
  // The realm, if it was asked without the request's credentials, which may not go
  // there: the token then says nothing about them. Empty otherwise.
  std::string withheld_from = "";
};

// Where tokens come from. Thread-safe.
class TokenSource {
 public:
  using Callback = absl::AnyInvocable<void(absl::StatusOr<Token>) &&>;

  virtual ~TokenSource() = default;

  // Calls `done` exactly once. Errors: those of HttpClient::Fetch and RegistryError;
  // FAILED_PRECONDITION (REALM_REFUSED, PLAINTEXT_CREDENTIALS_REFUSED); INTERNAL
  // (RESPONSE_INVALID) for an answer without a token.
  virtual void Get(TokenRequest request, const CallContext& context, Callback done) = 0;

  // The registry refused the token that such a request got: it is not given again.
  virtual void Forget(const TokenRequest& request) {}
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_TOKEN_SOURCE_H_
