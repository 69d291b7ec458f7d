#include "registry/v1/v1_session.h"

#include <utility>

#include "registry/base/error.h"
#include "registry/config/service_config.h"
#include "registry/v1/caller_headers.h"
#include "registry/v1/open_v1_endpoint.h"

namespace registryd {
namespace {

const EndpointLookup::Config& SecureConfig() {
  static const auto* const config = new EndpointLookup::Config(ServiceConfig::AllSecure());
  return *config;
}

absl::Status BlameField(const absl::Status& status, absl::string_view field) {
  const Reason reason = ReasonOf(status);
  if (reason != Reason::kIndexNameInvalid && reason != Reason::kHostnameInvalid) return status;
  return FieldError(reason, field, status.message());
}

}  // namespace

void V1Session::Open(const V1SessionParts& parts, V1SessionOptions options,
                     const CallContext& context, Opened done) {
  absl::StatusOr<std::vector<HttpHeader>> headers =
      CheckCallerHeaders(options.user_agent, options.headers);
  if (!headers.ok()) return std::move(done)(headers.status());
  const absl::StatusOr<V1Endpoint> endpoint = V1Endpoint::OfIndex(options.endpoint);
  if (!endpoint.ok()) return std::move(done)(endpoint.status());
  V1Requests requests(parts.client, parts.clock, *std::move(headers), options.caller);

  auto authorized = [parts, require_secure = options.require_secure, requests,
                     has_credentials = options.credentials != nullptr,
                     done = std::move(done)](absl::StatusOr<AuthorizedV1Endpoint> result) mutable {
    if (!result.ok()) return std::move(done)(result.status());
    std::move(done)(std::shared_ptr<V1Session>(new V1Session(
        parts, require_secure, std::move(requests), has_credentials, *std::move(result))));
  };
  auto opened = [requests, credentials = std::move(options.credentials), context,
                 next = std::move(authorized)](absl::StatusOr<OpenedV1Endpoint> result) mutable {
    if (!result.ok()) return std::move(next)(result.status());
    AuthorizeV1(requests, *std::move(result), std::move(credentials), context, std::move(next));
  };
  FindTrust(parts, options.require_secure, *endpoint, "endpoint", context,
            [requests, endpoint = *endpoint, context,
             next = std::move(opened)](absl::StatusOr<V1Trust> trust) mutable {
              if (!trust.ok()) return std::move(next)(trust.status());
              OpenV1Endpoint(requests, endpoint, *std::move(trust), context, std::move(next));
            });
}

void V1Session::FindTrust(const V1SessionParts& parts, bool require_secure,
                          const V1Endpoint& endpoint, absl::string_view field,
                          const CallContext& context,
                          absl::AnyInvocable<void(absl::StatusOr<V1Trust>) &&> done) {
  FindV1Trust(parts.lookup, require_secure ? SecureConfig() : parts.config(), parts.plaintext,
              endpoint, context,
              [require_secure, field = std::string(field),
               done = std::move(done)](absl::StatusOr<V1Trust> trust) mutable {
                if (!trust.ok()) return std::move(done)(BlameField(trust.status(), field));
                if (require_secure) trust->allow_plaintext_credentials = false;
                std::move(done)(std::move(trust));
              });
}

V1Session::V1Session(const V1SessionParts& parts, bool require_secure, V1Requests requests,
                     bool has_credentials, AuthorizedV1Endpoint authorized)
    : parts_(parts),
      require_secure_(require_secure),
      requests_(std::move(requests)),
      endpoint_(std::move(authorized.opened.endpoint)),
      standalone_(authorized.opened.ping.standalone),
      has_credentials_(has_credentials),
      upstream_(std::move(authorized.opened.upstream)),
      authorizer_(std::move(authorized.authorizer)) {}

void V1Session::Close() {
  std::shared_ptr<V1Authorizer> authorizer;
  {
    absl::MutexLock lock(&mutex_);
    authorizer = std::move(authorizer_);
  }
  closing_->Cancel();
}

std::shared_ptr<V1Authorizer> V1Session::authorizer() const {
  absl::MutexLock lock(&mutex_);
  return authorizer_;
}

}  // namespace registryd
