#include "registry/auth/token_client.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "registry/auth/registry_error.h"
#include "registry/auth/token_form.h"
#include "registry/auth/token_response.h"
#include "registry/base/error.h"
#include "registry/base/utf8.h"

namespace registryd {
namespace {

// Tokens name what they are good for, and take up to some tens of kilobytes.
constexpr uint64_t kMaxAnswerBytes = uint64_t{256} * 1024;
constexpr size_t kMaxQuotedRealmBytes = 256;

bool HasPassword(const AuthConfig& credentials) {
  return !credentials.username.empty() && !credentials.password.empty();
}

// Sends user name and password to the realm's origin.
class RealmHeaders final : public HttpHopHeaders {
 public:
  explicit RealmHeaders(Secret authorization) : authorization_(std::move(authorization)) {}

  void Prepare(const HttpHop& hop, const CallContext&, Ready ready) override {
    std::vector<SecretHttpHeader> headers;
    if (hop.own_origin) headers.push_back({"Authorization", authorization_});
    std::move(ready)(std::move(headers));
  }

 private:
  const Secret authorization_;
};

// Who the request is sent on behalf of. A realm that gets credentials is a server of its
// own, verified always, by the registry's roots too, and without its client
// certificates. Any other is only what the registry has named.
std::shared_ptr<const Upstream> RealmUpstream(const TokenRequest& request,
                                              const RealmDecision& realm) {
  if (realm.own_origin || !realm.may_have_credentials) return request.upstream;
  auto certificates = std::make_shared<HostCertificates>();
  certificates->roots = request.upstream->tls.certificates->roots;
  auto upstream = std::make_shared<Upstream>();
  upstream->origin = UrlString(realm.url.scheme(), realm.url.host());
  upstream->tls.certificates = std::move(certificates);
  if (realm.own_host) upstream->checked_addresses = request.upstream->checked_addresses;
  upstream->allow_plaintext_credentials = realm.origin.scheme == "http";
  return upstream;
}

HttpCall MakeCall(const TokenRequest& request, const RealmDecision& realm, TokenMethod method) {
  const AuthConfig& credentials = *request.credentials;
  HttpCall call;
  call.upstream = RealmUpstream(request, realm);
  call.host_is_configured = realm.host_is_configured;
  call.max_body_bytes = kMaxAnswerBytes;
  if (!request.user_agent.empty()) call.headers.push_back({"User-Agent", request.user_agent});
  if (realm.may_have_credentials) {
    call.connection_group = request.caller;
    call.headers.insert(call.headers.end(), request.headers.begin(), request.headers.end());
  }
  if (method == TokenMethod::kPost) {
    call.method = "POST";
    call.url = realm.url.RequestUrl();
    call.headers.push_back({"Content-Type", "application/x-www-form-urlencoded"});
    call.body = TokenForm(request);
    return call;
  }
  const bool has_account = realm.may_have_credentials && HasPassword(credentials);
  call.url = TokenUrl(realm.url, request, has_account);
  if (has_account) {
    call.hop_headers = std::make_shared<RealmHeaders>(
        BasicAuthorization(credentials.username, credentials.password));
  }
  return call;
}

// One question, from its reply on.
struct Question {
  // "token request to https://auth.example/token".
  std::string action;
  TokenMethod method;
  // A refresh token that is no news; empty without one.
  Secret identity_token;
  // The deadline is kTokenTimeout, not the caller's.
  bool own_deadline;
  // As in Token.
  std::string withheld_from;

  absl::StatusOr<Token> Answer(absl::StatusOr<HttpReply> reply, absl::Time now) const {
    if (!reply.ok()) {
      if (!own_deadline || !absl::IsDeadlineExceeded(reply.status())) return reply.status();
      return Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
                   absl::StrCat(action, " took more than ", absl::FormatDuration(kTokenTimeout)));
    }
    if (reply->head.status < 200 || reply->head.status > 399) {
      return RegistryError(action, reply->head, reply->body, now);
    }
    absl::StatusOr<Token> token = ParseTokenResponse(reply->body, method, now);
    Wipe(reply->body);
    if (!token.ok()) {
      return Error(token.status().code(), ReasonOf(token.status()),
                   absl::StrCat(action, ": ", token.status().message()));
    }
    if (method == TokenMethod::kPost && token->refresh_token == identity_token) {
      token->refresh_token = Secret();
    }
    token->withheld_from = withheld_from;
    return token;
  }
};

}  // namespace

TokenClient::TokenClient(HttpClient& http, RealmPolicy policy, const Clock& clock)
    : http_(http), policy_(std::move(policy)), clock_(clock) {}

void TokenClient::Get(TokenRequest request, const CallContext& context, Callback done) {
  const AuthConfig& credentials = *request.credentials;
  const bool has_credentials = !credentials.identity_token.empty() || HasPassword(credentials);
  const absl::StatusOr<RealmDecision> realm =
      policy_.Decide(*request.upstream, request.realm, has_credentials);
  if (!realm.ok()) return std::move(done)(realm.status());

  const bool posts =
      realm->may_have_credentials && (!credentials.identity_token.empty() || request.force_oauth);
  const absl::Time own_deadline = clock_.Now() + kTokenTimeout;
  const std::string name = PrintableText(realm->url.WithoutQuery(), kMaxQuotedRealmBytes);
  Question question;
  question.action = absl::StrCat("token request to ", name);
  if (has_credentials && !realm->may_have_credentials) question.withheld_from = name;
  const TokenMethod method = posts ? TokenMethod::kPost : TokenMethod::kGet;
  question.method = method;
  question.identity_token = credentials.identity_token;
  question.own_deadline = own_deadline < context.deadline;
  http_.Fetch(MakeCall(request, *realm, method),
              {std::min(own_deadline, context.deadline), context.cancellation},
              [question = std::move(question), &clock = clock_,
               done = std::move(done)](absl::StatusOr<HttpReply> reply) mutable {
                std::move(done)(question.Answer(std::move(reply), clock.Now()));
              });
}

}  // namespace registryd
