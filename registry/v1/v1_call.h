#ifndef REGISTRYD_REGISTRY_V1_V1_CALL_H_
#define REGISTRYD_REGISTRY_V1_V1_CALL_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/timer_queue.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/net/upstream.h"
#include "registry/v1/v1_authorizer.h"
#include "registry/v1/v1_requests.h"
#include "registry/v1/v1_session.h"

namespace registryd {

// A registry as a call reaches it.
struct V1Registry {
  // "https://HOST[:PORT]/v1/": paths are added to it.
  std::string base;
  std::shared_ptr<const Upstream> upstream;
};

// What a registry is asked.
struct V1Question {
  std::string method = "GET";
  // Below the registry's base, escaped.
  std::string path;
  // The question's own. As in Docker Engine they are sent twice after a redirect
  // (WithRedirectedHeader).
  std::vector<HttpHeader> headers;
  // X-Docker-Token: true.
  bool asks_for_token = false;
  // Without what authorizes it, and the answer's tokens and cookies are not kept.
  bool anonymous = false;
  std::string body;
  // Of the answer.
  uint64_t max_body_bytes = uint64_t{1024} * 1024;
};

// One call of a session: what ends when the caller gives up, and when the session does.
// Whatever is under way holds the call, and the call the session. Thread-safe.
class V1Call : public std::enable_shared_from_this<V1Call> {
 public:
  static std::shared_ptr<V1Call> Begin(const std::shared_ptr<V1Session>& session,
                                       const CallContext& context);

  // Where `registry`, a base URL, is and how far it is trusted; empty: the session's
  // endpoint. One of the endpoint's own origin has the endpoint's trust.
  //
  // Errors: INVALID_ARGUMENT, naming `field`, as ParseV1RegistryUrl; for plain http to a
  // registry that is not insecure, or in a session that requires TLS (FIELD_INVALID); and
  // for the host (HOSTNAME_INVALID); others of EndpointLookup.
  void Find(absl::string_view registry, absl::string_view field,
            absl::AnyInvocable<void(absl::StatusOr<V1Registry>) &&> done);

  // Errors: those of V1Requests::Send and V1Authorizer::ForCall.
  void Ask(const V1Registry& registry, V1Question question, V1Requests::Done done);

  // Find and Ask.
  void AskAt(absl::string_view registry, absl::string_view field, V1Question question,
             V1Requests::Done done);

  // Sends `question`, with `body` if that is not null, and its answer to `receiver` as it
  // comes and without decompression. Errors: those of HttpClient::Stream and
  // V1Authorizer::ForCall, to be passed through Explain().
  void Stream(const V1Registry& registry, V1Question question, std::unique_ptr<HttpBodySource> body,
              std::unique_ptr<HttpReceiver> receiver);

  // Ends with CANCELLED what is under way.
  void Abort() { cancellation_->Cancel(); }

  // `status`, in other words where it was the session's end that cancelled the call.
  absl::Status Explain(absl::Status status) const;

  // The caller's deadline; cancelled as the call is.
  const CallContext& context() const { return context_; }
  const V1Session& session() const { return *session_; }
  const V1Requests& requests() const { return session_->requests_; }
  TimerQueue& timers() const { return session_->parts_.timers; }
  absl::Time now() const { return session_->parts_.clock.Now(); }
  // The session's endpoint.
  V1Registry endpoint() const;
  // Authorizes one request to `upstream`; null once the session has ended.
  std::shared_ptr<HttpHopHeaders> Authorize(std::shared_ptr<const Upstream> upstream,
                                            bool asks_for_token) const;

 private:
  V1Call(const std::shared_ptr<V1Session>& session, const CallContext& context);

  HttpCall MakeCall(const V1Registry& registry, V1Question question) const;

  const std::shared_ptr<V1Session> session_;
  const std::shared_ptr<V1Authorizer> authorizer_;
  const std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  const CallContext context_;
  Cancellation::Registration of_caller_;
  Cancellation::Registration of_session_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_CALL_H_
