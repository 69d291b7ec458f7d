#ifndef REGISTRYD_REGISTRY_V1_V1_SESSION_H_
#define REGISTRYD_REGISTRY_V1_V1_SESSION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/base/timer_queue.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/net/upstream.h"
#include "registry/v1/authorize_v1.h"
#include "registry/v1/v1_authorizer.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_requests.h"
#include "registry/v1/v1_trust.h"

namespace registryd {

// What V1 sessions work with. Plain references, to be copied; the objects outlive the
// sessions and their calls, and are thread-safe.
struct V1SessionParts {
  EndpointLookup& lookup;
  HttpClient& client;
  TimerQueue& timers;
  const Clock& clock;
  // The registries that get credentials by plain http.
  const PlaintextHosts& plaintext;
  // The present configuration. Called on any thread.
  std::function<EndpointLookup::Config()> config;
};

struct V1SessionOptions {
  // HOST[:PORT], or a URL, as V1Endpoint::OfIndex has it. Empty: Docker Hub's index.
  std::string endpoint;
  // Null: anonymous.
  std::shared_ptr<const AuthConfig> credentials;
  // As CheckCallerHeaders has them.
  std::string user_agent;
  std::vector<HttpHeader> headers;
  // No registry is reached by http or without verification, whatever the configuration
  // says.
  bool require_secure = false;
  // Whose session it is; as in TokenRequest.
  std::string caller;
};

// A caller's dealings with registries that speak V1: one endpoint, and what proves who
// asks. The operations are functions that take a session: v1_reads.h, v1_tags.h,
// v1_layer_reader.h, v1_writes.h, v1_layer_writer.h, v1_index.h. They keep the session
// alive while they run, and many may run at the same time.
//
// The endpoint's own trust is that of the session's beginning; that of other registries
// is looked up for each call. Thread-safe.
class V1Session {
 public:
  using Opened = absl::AnyInvocable<void(absl::StatusOr<std::shared_ptr<V1Session>>) &&>;

  // Pings the endpoint as OpenV1Endpoint and AuthorizeV1 do, and calls `done` once.
  //
  // Errors: INVALID_ARGUMENT (FIELD_INVALID, field "user_agent" or "headers[2]";
  // HOSTNAME_INVALID, INDEX_NAME_INVALID, field "endpoint"; CERTIFICATES_INVALID); others
  // of EndpointLookup; those of OpenV1Endpoint and AuthorizeV1.
  static void Open(const V1SessionParts& parts, V1SessionOptions options,
                   const CallContext& context, Opened done);

  V1Session(const V1Session&) = delete;
  V1Session& operator=(const V1Session&) = delete;

  // With the scheme that answered.
  const V1Endpoint& endpoint() const { return endpoint_; }
  // The registry works without an index.
  bool standalone() const { return standalone_; }
  // Whether it was opened with credentials.
  bool has_credentials() const { return has_credentials_; }

  // Ends the session: its calls end with CANCELLED, those that come later too, and its
  // secrets are wiped with the last of them. Not to be called with a lock held that the
  // calls' callbacks take.
  void Close();

 private:
  friend class V1Call;

  V1Session(const V1SessionParts& parts, bool require_secure, V1Requests requests,
            bool has_credentials, AuthorizedV1Endpoint authorized);

  // Null once the session has ended.
  std::shared_ptr<V1Authorizer> authorizer() const;
  // The trust in the host of `endpoint`, as `require_secure` has it. Errors as
  // FindV1Trust; INVALID_ARGUMENT names `field`.
  static void FindTrust(const V1SessionParts& parts, bool require_secure,
                        const V1Endpoint& endpoint, absl::string_view field,
                        const CallContext& context,
                        absl::AnyInvocable<void(absl::StatusOr<V1Trust>) &&> done);

  const V1SessionParts parts_;
  const bool require_secure_;
  const V1Requests requests_;
  const V1Endpoint endpoint_;
  const bool standalone_;
  const bool has_credentials_;
  const std::shared_ptr<const Upstream> upstream_;
  const std::shared_ptr<Cancellation> closing_ = std::make_shared<Cancellation>();
  mutable absl::Mutex mutex_;
  std::shared_ptr<V1Authorizer> authorizer_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_SESSION_H_
