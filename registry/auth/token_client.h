#ifndef REGISTRYD_REGISTRY_AUTH_TOKEN_CLIENT_H_
#define REGISTRYD_REGISTRY_AUTH_TOKEN_CLIENT_H_

#include "registry/auth/realm_policy.h"
#include "registry/auth/token_source.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/net/http_client.h"

namespace registryd {

// How long a token server may take, redirects included, as in Docker Engine.
inline constexpr absl::Duration kTokenTimeout = absl::Seconds(15);

// Asks token servers, as Docker's distribution client does, as far as a RealmPolicy
// allows: by GET, with Basic where there are both user name and password; by POST
// (OAuth2) where there is an identity token, or with `force_oauth`. A realm that gets no
// credentials is asked by GET and for nobody.
//
// Credentials go to the realm's origin alone: a redirect elsewhere leaves them behind.
// Every request is a question to the token server; CachingTokenSource remembers.
//
// DEADLINE_EXCEEDED means the caller's deadline; kTokenTimeout is UNAVAILABLE
// (CONNECTION_FAILED). Thread-safe.
class TokenClient final : public TokenSource {
 public:
  // `http` and `clock` outlive the client and its calls.
  TokenClient(HttpClient& http, RealmPolicy policy, const Clock& clock);

  void Get(TokenRequest request, const CallContext& context, Callback done) override;

 private:
  HttpClient& http_;
  const RealmPolicy policy_;
  const Clock& clock_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_TOKEN_CLIENT_H_
