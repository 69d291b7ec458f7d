#include "registry/auth/request_authorizer.h"

#include <cstddef>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "registry/base/error.h"
#include "registry/net/http_message.h"
#include "registry/uri/url.h"
#include "registry/uri/url_escape.h"

namespace registryd {
namespace {

// The address whose challenges hold for a request to `url`; empty if none do.
std::string PingUrl(const Url& url) {
  std::string path;
  if (UrlUnescape(url.path(), UrlPart::kPath, path).has_value()) return "";
  if (const size_t v2 = path.find("/v2/"); v2 != std::string::npos) {
    path.resize(v2);
  } else if (const size_t v1 = path.find("/v1/"); v1 != std::string::npos) {
    path.resize(v1);
  } else {
    return "";
  }
  return absl::StrCat(UrlString(url.scheme(), url.host()), UrlEscape(path, UrlPart::kPath), "/v2/");
}

// The first value of `name` in a query, decoded as Go's url.ParseQuery does, which
// passes over what has a ';' or a wrong escape. Empty without one.
std::string QueryValue(absl::string_view query, absl::string_view name) {
  const auto decode = [](absl::string_view text, std::string& decoded) {
    return !UrlUnescape(absl::StrReplaceAll(text, {{"+", " "}}), UrlPart::kPath, decoded);
  };
  for (const absl::string_view pair : absl::StrSplit(query, '&')) {
    if (pair.find(';') != absl::string_view::npos) continue;
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    std::string key, value;
    if (decode(parts.first, key) && key == name && decode(parts.second, value)) return value;
  }
  return "";
}

bool HasPassword(const AuthConfig& credentials) {
  return !credentials.username.empty() && !credentials.password.empty();
}

std::vector<SecretHttpHeader> AuthorizationHeader(absl::string_view scheme,
                                                  absl::string_view value) {
  std::vector<SecretHttpHeader> headers;
  headers.push_back({"Authorization", Secret(absl::StrCat(scheme, " ", value))});
  return headers;
}

const AuthChallenge* FindScheme(const std::vector<AuthChallenge>& challenges,
                                absl::string_view scheme) {
  const auto found = absl::c_find_if(
      challenges, [&](const AuthChallenge& challenge) { return challenge.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

std::string Parameter(const AuthChallenge& challenge, absl::string_view name) {
  const auto found = challenge.parameters.find(name);
  return found == challenge.parameters.end() ? "" : found->second;
}

}  // namespace

void RequestAuthorizer::Create(HttpClient& client, TokenSource& tokens, const Clock& clock,
                               absl::string_view endpoint_url, Authorization authorization,
                               const CallContext& context, Created created) {
  const std::shared_ptr<const Upstream> upstream = authorization.upstream;
  const std::string user_agent = authorization.user_agent;
  std::vector<HttpHeader> headers = authorization.headers;
  PingV2(
      client, clock, upstream, endpoint_url, user_agent, context,
      [&tokens, &clock, authorization = std::move(authorization),
       created = std::move(created)](absl::StatusOr<V2Ping> ping) mutable {
        if (!ping.ok()) return std::move(created)(ping.status());
        std::move(created)(std::make_shared<RequestAuthorizer>(tokens, clock, *std::move(ping),
                                                               std::move(authorization)));
      },
      std::move(headers));
}

RequestAuthorizer::RequestAuthorizer(TokenSource& tokens, const Clock& clock, V2Ping ping,
                                     Authorization authorization)
    : tokens_(tokens),
      clock_(clock),
      ping_(std::move(ping)),
      authorization_(std::move(authorization)),
      credentials_(authorization_.credentials) {}

void RequestAuthorizer::Prepare(const HttpHop& hop, const CallContext& context, Ready ready) {
  std::vector<AuthChallenge> challenges;
  if (hop.own_origin) challenges = ping_.ChallengesFor(PingUrl(hop.url));
  if (const AuthChallenge* const bearer = FindScheme(challenges, "bearer")) {
    return PrepareBearer(hop, *bearer, context, std::move(ready));
  }
  if (FindScheme(challenges, "basic") != nullptr) return std::move(ready)(Basic(hop));
  std::move(ready)(std::vector<SecretHttpHeader>());
}

void RequestAuthorizer::PrepareBearer(const HttpHop& hop, const AuthChallenge& challenge,
                                      const CallContext& context, Ready ready) {
  const AuthConfig& credentials = *authorization_.credentials;
  if (!credentials.identity_token.empty() || HasPassword(credentials)) {
    if (absl::Status allowed = CheckPlaintext(hop); !allowed.ok()) {
      return std::move(ready)(std::move(allowed));
    }
  }

  std::vector<std::string> scopes = authorization_.scopes;
  const std::string from = QueryValue(hop.url.query(), "from");
  const std::string from_scope = absl::StrCat("repository:", from, ":pull");
  const bool for_this_hop = !from.empty() && !absl::c_linear_search(scopes, from_scope);
  if (for_this_hop) {
    scopes.push_back(from_scope);
  } else if (token_.has_value() && clock_.Now() <= token_->expires) {
    return std::move(ready)(AuthorizationHeader("Bearer", token_->access_token.Reveal()));
  }

  TokenRequest request;
  request.upstream = authorization_.upstream;
  request.realm = Parameter(challenge, "realm");
  request.service = Parameter(challenge, "service");
  request.scopes = std::move(scopes);
  request.credentials = credentials_;
  request.caller = authorization_.caller;
  request.user_agent = authorization_.user_agent;
  request.headers = authorization_.headers;
  asked_ = std::make_shared<const TokenRequest>(request);
  tokens_.Get(std::move(request), context,
              [self = shared_from_this(), for_this_hop,
               ready = std::move(ready)](absl::StatusOr<Token> token) mutable {
                if (!token.ok()) return std::move(ready)(token.status());
                if (!token->refresh_token.empty()) {
                  self->TakeRefreshToken(std::move(token->refresh_token));
                }
                auto headers = AuthorizationHeader("Bearer", token->access_token.Reveal());
                if (!for_this_hop) self->token_ = *std::move(token);
                std::move(ready)(std::move(headers));
              });
}

void RequestAuthorizer::OnResponse(const HttpHop& hop, const HttpResponseHead& head) {
  if (head.status != 401 || !hop.own_origin || asked_ == nullptr) return;
  tokens_.Forget(*asked_);
}

void RequestAuthorizer::TakeRefreshToken(Secret refresh_token) {
  if (authorization_.adopt_refresh_token) {
    auto adopted = std::make_shared<AuthConfig>(*credentials_);
    adopted->identity_token = refresh_token;
    credentials_ = std::move(adopted);
  }
  new_refresh_token_ = std::move(refresh_token);
}

absl::StatusOr<std::vector<SecretHttpHeader>> RequestAuthorizer::Basic(const HttpHop& hop) const {
  const AuthConfig& credentials = *authorization_.credentials;
  if (!HasPassword(credentials)) {
    return Error(absl::StatusCode::kUnauthenticated, Reason::kRegistryUnauthorized,
                 "no basic auth credentials");
  }
  if (absl::Status allowed = CheckPlaintext(hop); !allowed.ok()) return allowed;
  std::string plain = absl::StrCat(credentials.username, ":", credentials.password.Reveal());
  std::string encoded = absl::Base64Escape(plain);
  std::vector<SecretHttpHeader> headers = AuthorizationHeader("Basic", encoded);
  Wipe(plain);
  Wipe(encoded);
  return headers;
}

absl::Status RequestAuthorizer::CheckPlaintext(const HttpHop& hop) const {
  if (hop.url.scheme() != "http" || authorization_.upstream->allow_plaintext_credentials) {
    return absl::OkStatus();
  }
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kPlaintextCredentialsRefused,
               absl::StrCat("credentials are not sent to ", authorization_.upstream->origin,
                            " in clear: give the registry TLS, or name ", hop.url.host(),
                            " in allow-plaintext-credentials"));
}

}  // namespace registryd
