#ifndef REGISTRYD_REGISTRY_V1_V1_AUTHORIZER_H_
#define REGISTRYD_REGISTRY_V1_V1_AUTHORIZER_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/auth/auth_config.h"
#include "registry/base/clock.h"
#include "registry/base/secret.h"
#include "registry/net/http_client.h"
#include "registry/net/upstream.h"
#include "registry/v1/cookie_jar.h"

namespace registryd {

// What one V1 session proves itself with: credentials, and the tokens and cookies that
// registries hand out. As in Docker Engine
//   - a standalone registry reached by https gets user name and password with every
//     request, and no token;
//   - others get them with requests that ask for a token (X-Docker-Token: true), if
//     there is a user name; all other requests carry the tokens of the last response
//     that had any, whether or not it was asked for: `Authorization: Token a,b`;
//   - after a redirect there is no Authorization, unless from one trusted location to
//     another (IsTrustedLocation), nor are tokens learned there;
//   - cookies are kept and sent at every hop.
// Unlike there
//   - none of it goes to another origin than the call's upstream (docs/security.md, row 7);
//   - user name and password go to the session's own endpoint alone. Tokens go to
//     whatever registry the session's owner calls: that is what an index gives them for;
//   - by plain http neither they nor tokens that came by https are sent, unless the
//     upstream's allow_plaintext_credentials.
//
// Always owned by a std::shared_ptr. Thread-safe.
class V1Authorizer : public std::enable_shared_from_this<V1Authorizer> {
 public:
  // Of the values of X-Docker-Token together; longer ones are passed over.
  static constexpr size_t kMaxTokenBytes = size_t{8} * 1024;

  // `credentials` may be null: anonymous. `origin` is the endpoint's. `always_basic`:
  // it is a standalone registry reached by https. `clock` outlives this object.
  V1Authorizer(std::shared_ptr<const AuthConfig> credentials, std::string origin, bool always_basic,
               const Clock& clock);

  // For one call to `upstream`. `asks_for_token`: it has `X-Docker-Token: true`.
  //
  // Prepare's error: FAILED_PRECONDITION (PLAINTEXT_CREDENTIALS_REFUSED).
  std::shared_ptr<HttpHopHeaders> ForCall(std::shared_ptr<const Upstream> upstream,
                                          bool asks_for_token);

 private:
  class Call;

  // The value of Authorization; empty: none.
  absl::StatusOr<Secret> Authorization(const Url& url, const Upstream& upstream,
                                       bool asks_for_token) const;
  void LearnTokens(const Url& url, const HttpResponseHead& head);

  const std::shared_ptr<const AuthConfig> credentials_;
  const std::string origin_;
  const bool always_basic_;
  const Clock& clock_;
  CookieJar cookies_;
  mutable absl::Mutex mutex_;
  // "a,b"; may be empty, as a registry may hand out an empty token.
  std::optional<Secret> tokens_ ABSL_GUARDED_BY(mutex_);
  bool tokens_came_by_https_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_AUTHORIZER_H_
