#ifndef REGISTRYD_REGISTRY_AUTH_REQUEST_AUTHORIZER_H_
#define REGISTRYD_REGISTRY_AUTH_REQUEST_AUTHORIZER_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/auth/auth_challenge.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/token_source.h"
#include "registry/auth/v2_ping.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/base/secret.h"
#include "registry/net/http_client.h"
#include "registry/net/upstream.h"

namespace registryd {

// For whom requests are authorized, and for what.
struct Authorization {
  // The registry; of its ping and of every request.
  std::shared_ptr<const Upstream> upstream;
  // Never null; may be empty. `registry_token` is not used: a login proves user name
  // and password or an identity token, as in Docker Engine.
  std::shared_ptr<const AuthConfig> credentials;
  // Of the tokens: "registry:catalog:search". Often none.
  std::vector<std::string> scopes;
  // A refresh token that comes with a token takes the identity token's place when the
  // next token is asked for, as in Docker Engine's logins; not in its searches.
  bool adopt_refresh_token = false;
  // As in TokenRequest.
  std::string caller;
  std::string user_agent;
  // More headers for the ping and the requests for tokens.
  std::vector<HttpHeader> headers;
};

// Answers the challenges of a registry's ping in the requests that follow, hop by hop,
// as Docker's distribution client does:
//   - a request below ".../v2/" is bound to the challenges under that address, one
//     below ".../v1/" to those under ".../v2/" beside it; others go without;
//   - Bearer: a token from the TokenSource, asked for once and kept until it expires.
//     A query parameter `from` adds the scope to pull from there, for that hop alone;
//   - Basic: user name and password, which must both be there;
//   - other schemes are passed over.
// Unlike there:
//   - where both are challenged, Bearer wins;
//   - only the upstream's own origin gets anything, and after a hop elsewhere not even
//     that (docs/security.md, row 7);
//   - over plain http go neither a password nor a token that credentials may have
//     bought, unless the upstream's allow_plaintext_credentials.
//
// Prepare's errors: UNAUTHENTICATED (REGISTRY_UNAUTHORIZED) without the credentials for
// Basic; FAILED_PRECONDITION (PLAINTEXT_CREDENTIALS_REFUSED); those of TokenSource::Get.
//
// One object serves one call, or calls one after the other.
//
//   RequestAuthorizer::Create(client, tokens, clock, "https://registry.example", who, context,
//       [...](absl::StatusOr<std::shared_ptr<RequestAuthorizer>> authorizer) {
//         ...
//         call.hop_headers = *authorizer;
//       });
class RequestAuthorizer final : public HttpHopHeaders,
                                public std::enable_shared_from_this<RequestAuthorizer> {
 public:
  using Created = absl::AnyInvocable<void(absl::StatusOr<std::shared_ptr<RequestAuthorizer>>) &&>;

  // Pings `endpoint_url`, at `authorization.upstream`, for its challenges. `client`,
  // `tokens` and `clock` outlive the call, the last two the authorizer as well. Errors
  // as PingV2.
  static void Create(HttpClient& client, TokenSource& tokens, const Clock& clock,
                     absl::string_view endpoint_url, Authorization authorization,
                     const CallContext& context, Created created);

  // For the challenges of `ping`. Always owned by a std::shared_ptr.
  RequestAuthorizer(TokenSource& tokens, const Clock& clock, V2Ping ping,
                    Authorization authorization);

  void Prepare(const HttpHop& hop, const CallContext& context, Ready ready) override;
  // A token that the registry refuses is not given to another call.
  void OnResponse(const HttpHop& hop, const HttpResponseHead& head) override;

  // The last refresh token that came with an access token: the identity token from now
  // on. Empty without one. Not to be called while a request is under way.
  const Secret& new_refresh_token() const { return new_refresh_token_; }

  // The realm of the token in use if the credentials were not sent there, so that what
  // the token opens proves nothing about them. Empty otherwise.
  std::string withheld_from() const { return token_.has_value() ? token_->withheld_from : ""; }

 private:
  void PrepareBearer(const HttpHop& hop, const AuthChallenge& challenge, const CallContext& context,
                     Ready ready);
  void TakeRefreshToken(Secret refresh_token);
  absl::StatusOr<std::vector<SecretHttpHeader>> Basic(const HttpHop& hop) const;
  // Whether a secret may go to the hop.
  absl::Status CheckPlaintext(const HttpHop& hop) const;

  TokenSource& tokens_;
  const Clock& clock_;
  const V2Ping ping_;
  const Authorization authorization_;
  // For the next token: the authorization's, unless a refresh token was adopted.
  std::shared_ptr<const AuthConfig> credentials_;
  std::optional<Token> token_;
  // What the last token was asked by; null before that.
  std::shared_ptr<const TokenRequest> asked_;
  Secret new_refresh_token_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_REQUEST_AUTHORIZER_H_
