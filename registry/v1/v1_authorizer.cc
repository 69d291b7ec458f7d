#include "registry/v1/v1_authorizer.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "registry/base/error.h"
#include "registry/v1/trusted_location.h"

namespace registryd {
namespace {

absl::Status CheckPlaintext(const Url& url, const Upstream& upstream) {
  if (url.scheme() == "https" || upstream.allow_plaintext_credentials) return absl::OkStatus();
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kPlaintextCredentialsRefused,
               absl::StrCat("credentials are not sent to ", url.host(),
                            " in plain text; allow-plaintext-credentials does not name it"));
}

Secret BasicValue(const AuthConfig& credentials) {
  std::string plain = absl::StrCat(credentials.username, ":", credentials.password.Reveal());
  std::string encoded = absl::Base64Escape(plain);
  Wipe(plain);
  std::string value = absl::StrCat("Basic ", encoded);
  Wipe(encoded);
  return Secret(std::move(value));
}

}  // namespace

class V1Authorizer::Call final : public HttpHopHeaders {
 public:
  Call(std::shared_ptr<V1Authorizer> session, std::shared_ptr<const Upstream> upstream,
       bool asks_for_token)
      : session_(std::move(session)),
        upstream_(std::move(upstream)),
        asks_for_token_(asks_for_token) {}

  void Prepare(const HttpHop& hop, const CallContext& context, Ready ready) override {
    if (hop.number == 0) from_trusted_ = IsTrustedLocation(hop.url);
    std::vector<SecretHttpHeader> headers;
    if (!hop.own_origin) return std::move(ready)(std::move(headers));
    if (MayAuthorize(hop)) {
      absl::StatusOr<Secret> value = session_->Authorization(hop.url, *upstream_, asks_for_token_);
      if (!value.ok()) return std::move(ready)(value.status());
      if (!value->empty()) headers.push_back({"Authorization", *std::move(value)});
    }
    Secret cookies = session_->cookies_.HeaderFor(hop.url, session_->clock_.Now());
    if (!cookies.empty()) headers.push_back({"Cookie", std::move(cookies)});
    std::move(ready)(std::move(headers));
  }

  void OnResponse(const HttpHop& hop, const HttpResponseHead& head) override {
    if (!hop.own_origin) return;
    session_->cookies_.Store(hop.url, head, session_->clock_.Now());
    if (MayAuthorize(hop)) session_->LearnTokens(hop.url, head);
  }

 private:
  bool MayAuthorize(const HttpHop& hop) const {
    return hop.number == 0 || (from_trusted_ && IsTrustedLocation(hop.url));
  }

  const std::shared_ptr<V1Authorizer> session_;
  const std::shared_ptr<const Upstream> upstream_;
  const bool asks_for_token_;
  bool from_trusted_ = false;
};

V1Authorizer::V1Authorizer(std::shared_ptr<const AuthConfig> credentials, std::string origin,
                           bool always_basic, const Clock& clock)
    : credentials_(std::move(credentials)),
      origin_(std::move(origin)),
      always_basic_(always_basic && credentials_ != nullptr),
      clock_(clock) {}

std::shared_ptr<HttpHopHeaders> V1Authorizer::ForCall(std::shared_ptr<const Upstream> upstream,
                                                      bool asks_for_token) {
  return std::make_shared<Call>(shared_from_this(), std::move(upstream), asks_for_token);
}

absl::StatusOr<Secret> V1Authorizer::Authorization(const Url& url, const Upstream& upstream,
                                                   bool asks_for_token) const {
  const bool has_user = credentials_ != nullptr && !credentials_->username.empty();
  if (upstream.origin == origin_ && (always_basic_ || (asks_for_token && has_user))) {
    if (absl::Status s = CheckPlaintext(url, upstream); !s.ok()) return s;
    return BasicValue(*credentials_);
  }
  absl::MutexLock lock(&mutex_);
  if (!tokens_.has_value()) return Secret();
  if (tokens_came_by_https_) {
    if (absl::Status s = CheckPlaintext(url, upstream); !s.ok()) return s;
  }
  std::string value = absl::StrCat("Token ", tokens_->Reveal());
  return Secret(std::move(value));
}

void V1Authorizer::LearnTokens(const Url& url, const HttpResponseHead& head) {
  if (always_basic_) return;
  const std::vector<absl::string_view> values = head.FindAll("X-Docker-Token");
  if (values.empty()) return;
  std::string tokens = absl::StrJoin(values, ",");
  if (tokens.size() > kMaxTokenBytes) return;
  absl::MutexLock lock(&mutex_);
  tokens_ = Secret(std::move(tokens));
  tokens_came_by_https_ = url.scheme() == "https";
}

}  // namespace registryd
