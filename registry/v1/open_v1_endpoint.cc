#include "registry/v1/open_v1_endpoint.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

using Done = absl::AnyInvocable<void(absl::StatusOr<OpenedV1Endpoint>) &&>;

// `status` with its code and details, and other words.
absl::Status Reworded(const absl::Status& status, absl::string_view message) {
  absl::Status reworded(status.code(), message);
  status.ForEachPayload([&reworded](absl::string_view url, const absl::Cord& payload) {
    reworded.SetPayload(url, payload);
  });
  return reworded;
}

absl::Status SecureFailed(const V1Endpoint& endpoint, const absl::Status& status) {
  const std::string& host = endpoint.host();
  return Reworded(
      status,
      absl::StrCat("invalid registry endpoint ", endpoint.ToString(), ": ", status.message(),
                   ". If this private registry supports only HTTP or HTTPS with an unknown CA "
                   "certificate, please add `--insecure-registry ",
                   host,
                   "` to the daemon's arguments. In the case of HTTPS, if you have access to the "
                   "registry's CA certificate, no need for the flag; simply place the CA "
                   "certificate at /etc/docker/certs.d/",
                   host, "/ca.crt"));
}

absl::Status BothFailed(const V1Endpoint& endpoint, const absl::Status& https,
                        const absl::Status& http) {
  return Reworded(
      http, absl::StrCat("invalid registry endpoint ", Quote(endpoint.ToString()),
                         ". HTTPS attempt: ", https.message(), ". HTTP attempt: ", http.message()));
}

// One endpoint being tried. Owns itself through the ping that is under way.
class Opening : public std::enable_shared_from_this<Opening> {
 public:
  Opening(V1Requests requests, V1Trust trust, CallContext context, Done done)
      : requests_(std::move(requests)),
        trust_(std::move(trust)),
        context_(std::move(context)),
        done_(std::move(done)) {}

  void Try(const V1Endpoint& endpoint) {
    const auto upstream = std::make_shared<const Upstream>(
        Upstream{endpoint.origin(), trust_.tls, trust_.checked_addresses,
                 trust_.allow_plaintext_credentials});
    PingV1(requests_, upstream, endpoint, /*hop_headers=*/nullptr, context_,
           [self = shared_from_this(), endpoint, upstream](absl::StatusOr<V1Ping> ping) {
             if (ping.ok()) {
               std::move(self->done_)(OpenedV1Endpoint{endpoint, upstream, *std::move(ping)});
             } else {
               self->Failed(endpoint, ping.status());
             }
           });
  }

 private:
  void Failed(const V1Endpoint& endpoint, const absl::Status& status) {
    if (status.code() == absl::StatusCode::kCancelled ||
        status.code() == absl::StatusCode::kDeadlineExceeded) {
      std::move(done_)(status);
    } else if (!trust_.tls.insecure_skip_verify) {
      std::move(done_)(SecureFailed(endpoint, status));
    } else if (endpoint.scheme() == "https") {
      https_failure_ = status;
      Try(endpoint.WithScheme("http"));
    } else {
      std::move(done_)(BothFailed(endpoint, https_failure_, status));
    }
  }

  const V1Requests requests_;
  const V1Trust trust_;
  const CallContext context_;
  Done done_;
  absl::Status https_failure_;
};

}  // namespace

void OpenV1Endpoint(const V1Requests& requests, const V1Endpoint& endpoint, V1Trust trust,
                    const CallContext& context, Done done) {
  std::make_shared<Opening>(requests, std::move(trust), context, std::move(done))
      ->Try(endpoint.is_index_server() ? endpoint : endpoint.WithScheme("https"));
}

}  // namespace registryd
