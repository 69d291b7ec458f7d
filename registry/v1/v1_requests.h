#ifndef REGISTRYD_REGISTRY_V1_V1_REQUESTS_H_
#define REGISTRYD_REGISTRY_V1_V1_REQUESTS_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"

namespace registryd {

struct V1Answer {
  HttpResponseHead head;
  // As much as came.
  std::string body;
  // Why that is not all; OK if it is.
  absl::Status body_status;
};

// Sends one caller's requests to V1 registries. Thread-safe; its copies are alike.
class V1Requests {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<V1Answer>) &&>;

  // For one request, redirects and what authorizes it included, besides the caller's
  // own deadline. Docker Engine waits forever.
  static constexpr absl::Duration kTimeout = absl::Seconds(30);

  // `headers` are sent with every request; from CheckCallerHeaders. `connection_group` is
  // as in HttpOptions: the caller, where there are credentials. `client` and `clock`
  // outlive this object, its copies and the requests.
  V1Requests(HttpClient& client, const Clock& clock, std::vector<HttpHeader> headers,
             std::string connection_group = "");

  const Clock& clock() const { return clock_; }

  // Sends `call`, with the caller's headers before its own. Once there is a head there is
  // an answer, unless the caller gives up.
  //
  // Errors: those of HttpClient::Stream. DEADLINE_EXCEEDED means the caller's deadline;
  // kTimeout is UNAVAILABLE (CONNECTION_FAILED), in Docker Engine's words.
  void Send(HttpCall call, const CallContext& context, Done done) const;

  // The same for an answer, or a request's body, that takes its time: there is no
  // kTimeout, and `receiver` gets the answer as it comes.
  void Stream(HttpCall call, const CallContext& context,
              std::unique_ptr<HttpReceiver> receiver) const;

 private:
  class Receiver;

  void Complete(HttpCall& call) const;

  HttpClient& client_;
  const Clock& clock_;
  const std::vector<HttpHeader> headers_;
  const std::string connection_group_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_REQUESTS_H_
