#ifndef REGISTRYD_REGISTRY_AUTH_V2_PING_H_
#define REGISTRYD_REGISTRY_AUTH_V2_PING_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/auth/auth_challenge.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/net/http_client.h"
#include "registry/net/upstream.h"

namespace registryd {

// How a registry answered to `/v2/`.
struct V2Ping {
  // As asked, without `/v2/`.
  std::string endpoint_url;
  int status_code = 0;
  // The words of Docker-Distribution-Api-Version, in order.
  std::vector<std::string> api_versions;
  // Where the answer came from: "https://registry.example/v2/", another URL after
  // redirects. Challenges hold for this one alone: as in Docker Engine, a registry
  // that redirects its ping has not challenged under the address that was asked.
  std::string answered_url;
  std::vector<AuthChallenge> challenges;
  // From the request to the end of the answer's header.
  absl::Duration elapsed;

  // The challenges that hold for `url`, as Docker's client compares: equal scheme,
  // host (without regard to case, the scheme's port written out) and path.
  std::vector<AuthChallenge> ChallengesFor(absl::string_view url) const;
};

// Asks the registry at `endpoint_url` (an http or https URL with or without a path;
// "/v2/" is appended with one slash) without credentials, for at most 15 seconds. Any
// HTTP status is an answer, and the body is not looked at. `client` and `clock` outlive
// the call; `done` is called exactly once. `headers` go along.
//
// Errors: those of SendV2Request, but that what is no HTTP is INTERNAL
// (PING_RESPONSE_INVALID).
void PingV2(HttpClient& client, const Clock& clock, std::shared_ptr<const Upstream> upstream,
            absl::string_view endpoint_url, absl::string_view user_agent,
            const CallContext& context, absl::AnyInvocable<void(absl::StatusOr<V2Ping>) &&> done,
            std::vector<HttpHeader> headers = {});

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_V2_PING_H_
