#ifndef REGISTRYD_REGISTRY_AUTH_V2_REQUEST_H_
#define REGISTRYD_REGISTRY_AUTH_V2_REQUEST_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/net/http_client.h"
#include "registry/net/upstream.h"

namespace registryd {

// As long as Docker's client waits for the answer to one request, redirects and the
// token that it needs included.
inline constexpr absl::Duration kV2RequestTimeout = absl::Seconds(15);

// A GET whose answer is the header: a ping, a login.
struct V2Request {
  std::shared_ptr<const Upstream> upstream;
  std::string url;
  // `User-Agent`. Empty: the client's own.
  std::string user_agent;
  // More headers.
  std::vector<HttpHeader> headers;
  // As in HttpCall.
  std::shared_ptr<HttpHopHeaders> hop_headers;
  std::string connection_group;
};

struct V2Answer {
  HttpResponseHead head;
  // The beginning of the body, as far as it came; at most 64 KiB. Untrusted.
  std::string body;
  // Of the last hop.
  std::string url;
  // From the request to the end of the answer's header.
  absl::Duration elapsed;
};

// The URL of the V2 API at `endpoint_url`: "/v2/" is appended with one slash.
std::string V2Url(absl::string_view endpoint_url);

// Sends `request`, for at most kV2RequestTimeout. Once there is a header there is an
// answer, whatever becomes of the body: one that is too large, breaks off or takes longer
// than a second is no failure. `client` and `clock` outlive the call; `done` is called
// exactly once.
//
// Errors: those of HttpClient::Stream and of `hop_headers`. DEADLINE_EXCEEDED means
// the caller's deadline; kV2RequestTimeout is UNAVAILABLE (CONNECTION_FAILED).
void SendV2Request(HttpClient& client, const Clock& clock, V2Request request,
                   const CallContext& context,
                   absl::AnyInvocable<void(absl::StatusOr<V2Answer>) &&> done);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_V2_REQUEST_H_
