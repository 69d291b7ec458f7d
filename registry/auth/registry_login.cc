#include "registry/auth/registry_login.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/auth/endpoint_upstream.h"
#include "registry/auth/registry_error.h"
#include "registry/auth/request_authorizer.h"
#include "registry/auth/v2_request.h"
#include "registry/base/error.h"
#include "registry/net/registry_url.h"
#include "registry/net/upstream.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

constexpr absl::string_view kIndexHostname = "index.docker.io";
constexpr absl::string_view kServerAddressField = "auth_config.server_address";

// No other endpoint would answer better.
bool EndsLogin(const absl::Status& status) {
  return absl::IsUnauthenticated(status) || absl::IsInvalidArgument(status) ||
         absl::IsDeadlineExceeded(status) || absl::IsCancelled(status) ||
         ReasonOf(status) == Reason::kRealmRefused;
}

// What the look-up has against the host, in terms of the login's own field.
absl::Status InServerAddress(const absl::Status& status) {
  if (ReasonOf(status) != Reason::kHostnameInvalid) return status;
  return FieldError(Reason::kHostnameInvalid, kServerAddressField, status.message());
}

}  // namespace

// One login, endpoint by endpoint. Lives as long as what it waits for.
class RegistryLogin::Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(const RegistryLogin& login, LoginRequest request, const CallContext& context,
          Callback done)
      : lookup_(login.lookup_),
        client_(login.client_),
        tokens_(login.tokens_),
        clock_(login.clock_),
        plaintext_(login.plaintext_),
        request_(std::move(request)),
        context_(context),
        done_(std::move(done)) {}

  void Start(EndpointLookup::Config config) {
    const absl::StatusOr<std::string> host = LoginHost(request_.credentials->server_address);
    if (!host.ok()) return std::move(done_)(host.status());
    lookup_.Push(std::move(config), *host, context_,
                 [self = shared_from_this()](absl::StatusOr<std::vector<APIEndpoint>> endpoints) {
                   if (!endpoints.ok()) {
                     return std::move(self->done_)(InServerAddress(endpoints.status()));
                   }
                   self->endpoints_ = *std::move(endpoints);
                   self->Ping();
                 });
  }

 private:
  const APIEndpoint& endpoint() const { return endpoints_[next_]; }
  std::string endpoint_url() const { return std::string(endpoint().url); }

  void Ping() {
    absl::StatusOr<std::shared_ptr<const Upstream>> upstream = UpstreamOf(endpoint(), plaintext_);
    if (!upstream.ok()) return Failed(upstream.status());
    Authorization authorization;
    authorization.upstream = *upstream;
    authorization.credentials = request_.credentials;
    authorization.caller = request_.caller;
    authorization.user_agent = request_.user_agent;
    authorization.adopt_refresh_token = true;
    RequestAuthorizer::Create(
        client_, tokens_, clock_, endpoint_url(), std::move(authorization), context_,
        [self = shared_from_this(), upstream = *std::move(upstream)](
            absl::StatusOr<std::shared_ptr<RequestAuthorizer>> authorizer) mutable {
          if (!authorizer.ok()) return self->Failed(authorizer.status());
          self->LogIn(std::move(upstream), *std::move(authorizer));
        });
  }

  void LogIn(std::shared_ptr<const Upstream> upstream,
             std::shared_ptr<RequestAuthorizer> authorizer) {
    V2Request request;
    request.upstream = std::move(upstream);
    request.url = V2Url(endpoint_url());
    request.user_agent = request_.user_agent;
    request.hop_headers = authorizer;
    request.connection_group = request_.caller;
    SendV2Request(client_, clock_, std::move(request), context_,
                  [self = shared_from_this(),
                   authorizer = std::move(authorizer)](absl::StatusOr<V2Answer> answer) {
                    if (!answer.ok()) return self->Failed(answer.status());
                    self->Answered(*answer, *authorizer);
                  });
  }

  void Answered(const V2Answer& answer, const RequestAuthorizer& authorizer) {
    if (answer.head.status != 200) {
      return Failed(RegistryError(absl::StrCat("login attempt to ", V2Url(endpoint_url())),
                                  answer.head, answer.body, clock_.Now()));
    }
    if (const std::string realm = authorizer.withheld_from(); !realm.empty()) {
      return Failed(Error(
          absl::StatusCode::kFailedPrecondition, Reason::kRealmRefused,
          absl::StrCat("the credentials were not verified: ", endpoint_url(), " sends logins to ",
                       realm, ", which is neither its own host nor one of the trusted-realms")));
    }
    LoginResult result;
    result.identity_token = authorizer.new_refresh_token().empty()
                                ? request_.credentials->identity_token
                                : authorizer.new_refresh_token();
    result.endpoint_url = endpoint_url();
    std::move(done_)(std::move(result));
  }

  void Failed(absl::Status status) {
    if (EndsLogin(status) || next_ + 1 == endpoints_.size()) {
      return std::move(done_)(WithHistory(std::move(status)));
    }
    last_failure_ = std::move(status);
    ++next_;
    Ping();
  }

  // Who is told that http is not used wants to know first why https was not.
  absl::Status WithHistory(absl::Status status) const {
    if (last_failure_.ok() || ReasonOf(status) != Reason::kPlaintextCredentialsRefused) {
      return status;
    }
    return Error(status.code(), Reason::kPlaintextCredentialsRefused,
                 absl::StrCat(std::string(endpoints_[next_ - 1].url), ": ", last_failure_.message(),
                              "; ", endpoint_url(), ": ", status.message()));
  }

  EndpointLookup& lookup_;
  HttpClient& client_;
  TokenSource& tokens_;
  const Clock& clock_;
  const PlaintextHosts& plaintext_;
  const LoginRequest request_;
  const CallContext context_;
  Callback done_;
  std::vector<APIEndpoint> endpoints_;  // Never empty.
  size_t next_ = 0;
  absl::Status last_failure_;
};

RegistryLogin::RegistryLogin(EndpointLookup& lookup, HttpClient& client, TokenSource& tokens,
                             const Clock& clock, PlaintextHosts plaintext)
    : lookup_(lookup),
      client_(client),
      tokens_(tokens),
      clock_(clock),
      plaintext_(std::move(plaintext)) {}

void RegistryLogin::Run(EndpointLookup::Config config, LoginRequest request,
                        const CallContext& context, Callback done) {
  std::make_shared<Attempt>(*this, std::move(request), context, std::move(done))
      ->Start(std::move(config));
}

absl::StatusOr<std::string> LoginHost(absl::string_view server_address) {
  if (server_address.empty()) return std::string(kIndexHostname);
  const bool has_scheme =
      absl::StartsWith(server_address, "https://") || absl::StartsWith(server_address, "http://");
  const absl::StatusOr<Url> url =
      Url::Parse(absl::StrCat(has_scheme ? "" : "https://", server_address));
  if (!url.ok()) {
    return FieldError(Reason::kFieldInvalid, kServerAddressField,
                      absl::StrCat("unable to parse server address: ", url.status().message()));
  }
  if (url->hostname().empty()) {
    return FieldError(Reason::kHostnameInvalid, kServerAddressField,
                      "the server address names no host");
  }
  if (absl::Status s = CheckRegistryUrl(*url, kServerAddressField); !s.ok()) return s;
  return url->host();
}

}  // namespace registryd
