#include "server/service/ping_call.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "registry/auth/endpoint_upstream.h"
#include "registry/auth/v2_ping.h"
#include "registry/base/error.h"
#include "registry/uri/url.h"
#include "registry/v1/caller_headers.h"
#include "server/observe/host_label.h"
#include "server/service/convert.h"
#include "server/service/lookup_target.h"

namespace registryd {
namespace {

constexpr absl::string_view kHostField = "hostname";
constexpr absl::string_view kUrlField = "endpoint_url";

// No other endpoint would answer better.
bool EndsPing(const absl::Status& status) {
  return absl::IsInvalidArgument(status) || absl::IsDeadlineExceeded(status) ||
         absl::IsCancelled(status);
}

// One call, endpoint by endpoint. Lives as long as what it waits for.
class Ping : public std::enable_shared_from_this<Ping> {
 public:
  // `field` names the target, and is of static storage.
  Ping(const UpstreamParts& upstream, absl::string_view field, std::string user_agent,
       const CallContext& context, api::PingV2RegistryResponse* response, DoneCallback done)
      : upstream_(upstream),
        field_(field),
        user_agent_(std::move(user_agent)),
        context_(context),
        response_(response),
        done_(std::move(done)) {}

  void Run(std::vector<APIEndpoint> endpoints) {
    endpoints_ = std::move(endpoints);
    AskNext();
  }

  void Fail(absl::Status status) { std::move(done_)(std::move(status)); }
  // As Fail, of what is said of the target in other terms.
  void FailTarget(absl::Status status) { Fail(BlameField(std::move(status), field_)); }

 private:
  void AskNext() {
    const APIEndpoint& endpoint = endpoints_[next_++];
    // Nothing that is sent is secret.
    auto upstream = UpstreamOf(endpoint, PlaintextHosts());
    if (!upstream.ok()) return FailTarget(upstream.status());
    PingV2(upstream_.client, upstream_.clock, *std::move(upstream), std::string(endpoint.url),
           user_agent_, context_, [self = shared_from_this()](absl::StatusOr<V2Ping> ping) {
             self->Answered(std::move(ping));
           });
  }

  void Answered(absl::StatusOr<V2Ping> ping) {
    if (ping.ok()) {
      Fill(*ping, response_);
      return std::move(done_)(absl::OkStatus());
    }
    if (EndsPing(ping.status()) || next_ == endpoints_.size()) return Fail(ping.status());
    AskNext();
  }

  const UpstreamParts upstream_;
  const absl::string_view field_;
  const std::string user_agent_;
  const CallContext context_;
  api::PingV2RegistryResponse* const response_;
  DoneCallback done_;
  // Never empty.
  std::vector<APIEndpoint> endpoints_;
  size_t next_ = 0;
};

absl::StatusOr<Url> EndpointUrl(absl::string_view text) {
  absl::StatusOr<Url> url = Url::Parse(text);
  if (!url.ok()) return BlameField(url.status(), kUrlField);
  const char* fault = nullptr;
  if (url->scheme() != "http" && url->scheme() != "https") {
    fault = "is no http or https URL";
  } else if (url->host().empty()) {
    fault = "has no host";
  } else if (url->has_user_info()) {
    fault = "has user information";
  } else if (url->has_query() || !url->fragment().empty()) {
    fault = "has a query or a fragment";
  }
  if (fault == nullptr) return url;
  return FieldError(Reason::kFieldInvalid, kUrlField, absl::StrCat(kUrlField, " ", fault));
}

// The one endpoint at `url`, trusted as those of its host are.
std::vector<APIEndpoint> EndpointAt(const Url& url, std::vector<APIEndpoint> of_host) {
  APIEndpoint endpoint = std::move(of_host.front());
  endpoint.url = absl::Cord(url.ToString());
  return {std::move(endpoint)};
}

}  // namespace

void AnswerPing(const UpstreamParts& upstream, EndpointLookup& lookup,
                EndpointLookup::Config config, const api::PingV2RegistryRequest& request,
                const CallContext& context, api::PingV2RegistryResponse* response,
                DoneCallback done) {
  if (auto headers = CheckCallerHeaders(request.user_agent(), {}); !headers.ok()) {
    return std::move(done)(headers.status());
  }
  const auto ping =
      std::make_shared<Ping>(upstream, request.has_hostname() ? kHostField : kUrlField,
                             request.user_agent(), context, response, std::move(done));
  if (request.has_hostname()) {
    return lookup.Push(std::move(config), request.hostname(), context,
                       [ping](absl::StatusOr<std::vector<APIEndpoint>> endpoints) {
                         if (!endpoints.ok()) return ping->FailTarget(endpoints.status());
                         ping->Run(*std::move(endpoints));
                       });
  }
  if (!request.has_endpoint_url()) {
    return ping->Fail(
        FieldError(Reason::kFieldMissing, "target", "either endpoint_url or hostname is required"));
  }
  absl::StatusOr<Url> url = EndpointUrl(request.endpoint_url());
  if (!url.ok()) return ping->Fail(url.status());
  lookup.Push(std::move(config), url->host(), context,
              [ping, url = *url](absl::StatusOr<std::vector<APIEndpoint>> endpoints) {
                if (!endpoints.ok()) return ping->FailTarget(endpoints.status());
                ping->Run(EndpointAt(url, *std::move(endpoints)));
              });
}

std::string RegistryOf(const api::PingV2RegistryRequest& request) {
  if (request.has_hostname()) return HostLabel(request.hostname());
  const absl::StatusOr<Url> url = Url::Parse(request.endpoint_url());
  return HostLabel(url.ok() ? url->host() : "");
}

}  // namespace registryd
