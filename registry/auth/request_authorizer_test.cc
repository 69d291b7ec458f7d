#include "registry/auth/request_authorizer.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/fake_token_source.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/proxy_rules.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::SizeIs;

constexpr absl::string_view kCanary = "canary-9f3a";

const AuthChallenge kBearer = {"bearer", {{"realm", "https://reg/token"}, {"service", "svc"}}};
const AuthChallenge kBasic = {"basic", {{"realm", "x"}}};
const AuthChallenge kDigest = {"digest", {{"realm", "x"}}};

AuthConfig Password(absl::string_view username, absl::string_view password) {
  AuthConfig credentials;
  credentials.username = std::string(username);
  credentials.password = Secret(password);
  return credentials;
}

AuthConfig IdentityToken(absl::string_view token) {
  AuthConfig credentials;
  credentials.identity_token = Secret(token);
  return credentials;
}

class RequestAuthorizerTest : public ::testing::Test {
 protected:
  Authorization At(const std::string& origin, AuthConfig credentials, bool allow_plaintext) {
    Upstream upstream;
    upstream.origin = origin;
    upstream.allow_plaintext_credentials = allow_plaintext;
    Authorization authorization;
    authorization.upstream = std::make_shared<const Upstream>(std::move(upstream));
    authorization.credentials = std::make_shared<const AuthConfig>(std::move(credentials));
    authorization.scopes = scopes_;
    authorization.caller = "uid:7";
    authorization.user_agent = "agent/1.0";
    authorization.headers = {{"X-Meta-Test", "m"}};
    return authorization;
  }

  // For a registry at `origin` that challenged under its "/v2/".
  std::shared_ptr<RequestAuthorizer> Make(std::vector<AuthChallenge> challenges,
                                          AuthConfig credentials,
                                          const std::string& origin = "https://reg",
                                          bool allow_plaintext = false) {
    V2Ping ping;
    ping.answered_url = absl::StrCat(origin, "/v2/");
    ping.challenges = std::move(challenges);
    return std::make_shared<RequestAuthorizer>(tokens_, clock_, std::move(ping),
                                               At(origin, std::move(credentials), allow_plaintext));
  }

  // "Authorization: value" of a request to `url`; "none" without one.
  absl::StatusOr<std::string> Header(RequestAuthorizer& authorizer, absl::string_view url,
                                     bool own_origin = true) {
    const absl::StatusOr<Url> parsed = Url::Parse(url);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    std::optional<absl::StatusOr<std::vector<SecretHttpHeader>>> result;
    authorizer.Prepare({*parsed, 0, own_origin}, {},
                       [&](absl::StatusOr<std::vector<SecretHttpHeader>> headers) {
                         EXPECT_FALSE(result.has_value()) << "called twice";
                         result = std::move(headers);
                       });
    if (!result.has_value()) return absl::UnknownError("no answer");
    if (!result->ok()) return result->status();
    if ((*result)->empty()) return "none";
    EXPECT_THAT(**result, SizeIs(1));
    return absl::StrCat((*result)->front().name, ": ", (*result)->front().value.Reveal());
  }

  void GiveRefreshToken(const std::string& token) {
    tokens_.SetAnswer([token](const TokenRequest&) {
      return Token{Secret(absl::string_view("t")), Secret(absl::string_view(token)), {}, {}};
    });
  }

  std::vector<std::string> scopes_;
  FakeClock clock_{absl::Now()};
  int given_ = 0;
  // "token-1", "token-2", ..., each for a minute.
  FakeTokenSource tokens_{[this](const TokenRequest&) {
    Token token;
    token.access_token = Secret(absl::StrCat("token-", ++given_));
    token.expires = clock_.Now() + absl::Minutes(1);
    return token;
  }};
};

TEST_F(RequestAuthorizerTest, RequestsAreBoundToThePingAboveThem) {
  for (const auto& [url, authorized] : std::vector<std::pair<std::string, bool>>{
           {"https://reg/v2/", true},
           {"https://reg:443/v2/", true},
           {"https://REG/v2/a/b", true},
           {"https://reg/v2/a/v2/b", true},
           {"https://reg/v1/search?q=a", true},
           {"https://reg/%762/", true},
           {"https://reg/v1/a/v2/b", false},  // Its ping is at /v1/a/v2/.
           {"https://reg/pre/v2/", false},
           {"https://reg/pre/v1/", false},
           {"https://reg/v2", false},
           {"https://reg/v3/", false},
           {"https://reg/", false},
           {"https://reg/?x=/v2/", false},
           {"http://reg/v2/", false},
           {"https://reg:444/v2/", false},
           {"https://other/v2/", false},
       }) {
    SCOPED_TRACE(url);
    const auto authorizer = Make({kBasic}, Password("a", "b"));
    EXPECT_EQ(*Header(*authorizer, url), authorized ? "Authorization: Basic YTpi" : "none");
  }
}

TEST_F(RequestAuthorizerTest, Schemes) {
  struct Case {
    std::string name;
    std::vector<AuthChallenge> challenges;
    std::string wanted;
  };
  for (const Case& c : std::vector<Case>{
           {"none", {}, "none"},
           {"bearer", {kBearer}, "Authorization: Bearer token-1"},
           {"basic", {kBasic}, "Authorization: Basic YTpi"},
           {"bearer wins", {kBearer, kBasic}, "Authorization: Bearer token-1"},
           {"in any order", {kBasic, kBearer}, "Authorization: Bearer token-1"},
           {"bearer twice", {kBearer, kBearer}, "Authorization: Bearer token-1"},
           {"basic twice", {kBasic, kBasic}, "Authorization: Basic YTpi"},
           {"unknown", {kDigest}, "none"},
           {"unknown and basic", {kDigest, kBasic}, "Authorization: Basic YTpi"},
       }) {
    SCOPED_TRACE(c.name);
    given_ = 0;
    const auto authorizer = Make(c.challenges, Password("a", "b"));
    EXPECT_EQ(*Header(*authorizer, "https://reg/v2/"), c.wanted);
  }
}

TEST_F(RequestAuthorizerTest, BasicNeedsUserNameAndPassword) {
  struct Case {
    std::string name;
    AuthConfig credentials;
    std::string wanted;
  };
  const std::vector<Case> cases = {
      {"both", Password("ann", "s3cret pass"), "Authorization: Basic YW5uOnMzY3JldCBwYXNz"},
      {"a colon and UTF-8", Password("j\xC3\xB6", "a:b"), "Authorization: Basic asO2OmE6Yg=="},
      {"no password", Password("ann", ""), ""},
      {"no user name", Password("", "b"), ""},
      {"an identity token alone", IdentityToken("t"), ""},
      {"nothing", {}, ""},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto authorizer = Make({kBasic}, c.credentials);
    const auto header = Header(*authorizer, "https://reg/v2/");
    if (!c.wanted.empty()) {
      ASSERT_TRUE(header.ok()) << header.status();
      EXPECT_EQ(*header, c.wanted);
      continue;
    }
    EXPECT_TRUE(absl::IsUnauthenticated(header.status())) << header.status();
    EXPECT_EQ(ReasonOf(header.status()), Reason::kRegistryUnauthorized);
    EXPECT_EQ(header.status().message(), "no basic auth credentials");
  }
}

// A registry token proves no user name and password.
TEST_F(RequestAuthorizerTest, RegistryTokenIsNotUsed) {
  AuthConfig credentials;
  credentials.registry_token = Secret(kCanary);
  const auto authorizer = Make({kBearer}, std::move(credentials));
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/"), "Authorization: Bearer token-1");
}

TEST_F(RequestAuthorizerTest, TheTokenRequestSaysWhatTheChallengeSaid) {
  scopes_ = {"registry:catalog:search"};
  const auto authorizer = Make({kBearer}, Password("a", "b"));
  ASSERT_TRUE(Header(*authorizer, "https://reg/v1/search?q=a").ok());
  ASSERT_THAT(tokens_.requests(), SizeIs(1));
  const TokenRequest request = tokens_.requests()[0];
  EXPECT_EQ(request.upstream->origin, "https://reg");
  EXPECT_EQ(request.realm, "https://reg/token");
  EXPECT_EQ(request.service, "svc");
  EXPECT_THAT(request.scopes, ElementsAre("registry:catalog:search"));
  EXPECT_EQ(request.credentials->username, "a");
  EXPECT_EQ(request.caller, "uid:7");
  EXPECT_EQ(request.user_agent, "agent/1.0");
  EXPECT_THAT(request.headers, ElementsAre(HttpHeader{"X-Meta-Test", "m"}));
  EXPECT_TRUE(request.offline);
  EXPECT_FALSE(request.force_oauth);
}

TEST_F(RequestAuthorizerTest, AChallengeWithoutParametersLeavesThemEmpty) {
  ASSERT_TRUE(Header(*Make({{"bearer", {}}}, {}), "https://reg/v2/").ok());
  EXPECT_EQ(tokens_.requests().at(0).realm, "");
  EXPECT_EQ(tokens_.requests().at(0).service, "");
}

TEST_F(RequestAuthorizerTest, TokenIsKeptUntilItExpires) {
  const auto authorizer = Make({kBearer}, {});
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/"), "Authorization: Bearer token-1");
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/a"), "Authorization: Bearer token-1");
  clock_.Advance(absl::Minutes(1));
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/a"), "Authorization: Bearer token-1");
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/a"), "Authorization: Bearer token-2");
  EXPECT_THAT(tokens_.requests(), SizeIs(2));
}

TEST_F(RequestAuthorizerTest, ATokenThatTheRegistryRefusesIsForgotten) {
  const Url url = *Url::Parse("https://reg/v2/");
  const auto authorizer = Make({kBearer}, {});
  HttpResponseHead head;
  head.status = 401;
  authorizer->OnResponse({url, 0, true}, head);
  EXPECT_THAT(tokens_.forgotten(), IsEmpty()) << "there was none";
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/"), "Authorization: Bearer token-1");
  authorizer->OnResponse({url, 0, false}, head);
  head.status = 403;
  authorizer->OnResponse({url, 0, true}, head);
  EXPECT_THAT(tokens_.forgotten(), IsEmpty());
  head.status = 401;
  authorizer->OnResponse({url, 0, true}, head);
  ASSERT_THAT(tokens_.forgotten(), SizeIs(1));
  EXPECT_EQ(tokens_.forgotten()[0].realm, "https://reg/token");
}

TEST_F(RequestAuthorizerTest, FromAddsAScopeForItsHopAlone) {
  scopes_ = {"repository:a:pull,push"};
  const auto authorizer = Make({kBearer}, {});
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/a?from=b%2Fc"), "Authorization: Bearer token-1");
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/a"), "Authorization: Bearer token-2");
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/a"), "Authorization: Bearer token-2");
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/a?from=d"), "Authorization: Bearer token-3");
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/a"), "Authorization: Bearer token-2");
  const auto requests = tokens_.requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_THAT(requests[0].scopes, ElementsAre("repository:a:pull,push", "repository:b/c:pull"));
  EXPECT_THAT(requests[1].scopes, ElementsAre("repository:a:pull,push"));
  EXPECT_THAT(requests[2].scopes, ElementsAre("repository:a:pull,push", "repository:d:pull"));
}

TEST_F(RequestAuthorizerTest, FromIsReadAsGoReadsAQuery) {
  for (const auto& [query, scope] :
       std::vector<std::pair<std::string, std::string>>{{"from=a", "repository:a:pull"},
                                                        {"x=1&from=a&from=b", "repository:a:pull"},
                                                        {"fr%6Fm=a", "repository:a:pull"},
                                                        {"from=a+b", "repository:a b:pull"},
                                                        {"from=a%2Bb", "repository:a+b:pull"},
                                                        {"from=%zz&from=a", "repository:a:pull"},
                                                        {"from=a;b&from=c", "repository:c:pull"},
                                                        {"from=a=b", "repository:a=b:pull"},
                                                        {"from=", ""},
                                                        {"from", ""},
                                                        {"from=&from=a", ""},
                                                        {"From=a", ""},
                                                        {"", ""}}) {
    SCOPED_TRACE(query);
    const auto authorizer = Make({kBearer}, {});
    ASSERT_TRUE(Header(*authorizer, absl::StrCat("https://reg/v2/?", query)).ok());
    const std::vector<std::string> scopes = tokens_.requests().back().scopes;
    EXPECT_EQ(scopes.empty() ? "" : scopes.front(), scope);
  }
}

TEST_F(RequestAuthorizerTest, AScopeThatIsThereIsNotAddedAgain) {
  scopes_ = {"repository:b:pull"};
  const auto authorizer = Make({kBearer}, {});
  for (const absl::string_view url : {"https://reg/v2/a?from=b", "https://reg/v2/a"}) {
    EXPECT_EQ(*Header(*authorizer, url), "Authorization: Bearer token-1");
  }
}

TEST_F(RequestAuthorizerTest, RefreshTokenIsKept) {
  const auto authorizer = Make({kBearer}, IdentityToken("old"));
  EXPECT_TRUE(authorizer->new_refresh_token().empty());
  GiveRefreshToken("next");
  ASSERT_TRUE(Header(*authorizer, "https://reg/v2/").ok());
  EXPECT_EQ(authorizer->new_refresh_token().Reveal(), "next");
  GiveRefreshToken("");  // Takes nothing away.
  ASSERT_TRUE(Header(*authorizer, "https://reg/v2/?from=a").ok());
  EXPECT_EQ(authorizer->new_refresh_token().Reveal(), "next");
  EXPECT_EQ(tokens_.requests().back().credentials->identity_token.Reveal(), "old");
}

TEST_F(RequestAuthorizerTest, TokenErrorsPassOnAndAreNotKept) {
  const auto authorizer = Make({kBearer}, {});
  tokens_.SetAnswer([](const TokenRequest&) {
    return Error(absl::StatusCode::kFailedPrecondition, Reason::kRealmRefused, "no realm");
  });
  EXPECT_EQ(ReasonOf(Header(*authorizer, "https://reg/v2/").status()), Reason::kRealmRefused);
  tokens_.SetAnswer([this](const TokenRequest&) {
    return Token{Secret(absl::string_view("t")), {}, clock_.Now(), {}};
  });
  EXPECT_EQ(*Header(*authorizer, "https://reg/v2/"), "Authorization: Bearer t");
}

// A hop elsewhere, or back from there, gets nothing; no token is asked for.
TEST_F(RequestAuthorizerTest, SecurityRow7_OnlyTheOwnOriginIsAuthorized) {
  for (const AuthChallenge& challenge : {kBearer, kBasic}) {
    SCOPED_TRACE(challenge.scheme);
    // The ping was answered there, so that its challenges hold there.
    const auto authorizer = Make({challenge}, Password("a", kCanary));
    EXPECT_EQ(*Header(*authorizer, "https://reg/v2/", /*own_origin=*/false), "none");
    EXPECT_THAT(tokens_.requests(), IsEmpty());
    // Missing credentials are no failure where none would be sent.
    EXPECT_EQ(*Header(*Make({challenge}, {}), "https://reg/v2/", /*own_origin=*/false), "none");
  }
}

TEST_F(RequestAuthorizerTest, NothingThatCredentialsBuyGoesInClear) {
  struct Case {
    std::string name;
    AuthChallenge challenge;
    AuthConfig credentials;
    bool in_clear;  // Without an allowance.
  };
  const std::vector<Case> cases = {
      {"password", kBasic, Password("a", kCanary), false},
      {"token for a password", kBearer, Password("a", kCanary), false},
      {"token for an identity token", kBearer, IdentityToken(kCanary), false},
      {"anonymous token", kBearer, {}, true},
      {"token for a user name alone", kBearer, Password("a", ""), true},
      {"token for a password alone", kBearer, Password("", kCanary), true},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    for (const bool https : {true, false}) {
      for (const bool allowed : {true, false}) {
        SCOPED_TRACE(absl::StrCat(https, allowed));
        const std::string origin = https ? "https://reg" : "http://reg";
        const auto authorizer = Make({c.challenge}, c.credentials, origin, allowed);
        const size_t asked = tokens_.requests().size();
        const auto header = Header(*authorizer, absl::StrCat(origin, "/v2/"));
        if (https || allowed || c.in_clear) {
          ASSERT_TRUE(header.ok()) << header.status();
          EXPECT_NE(*header, "none");
          continue;
        }
        EXPECT_TRUE(absl::IsFailedPrecondition(header.status())) << header.status();
        EXPECT_EQ(ReasonOf(header.status()), Reason::kPlaintextCredentialsRefused);
        EXPECT_EQ(tokens_.requests().size(), asked);
        const std::string text = header.status().ToString();
        EXPECT_THAT(text, HasSubstr("name reg in allow-plaintext-credentials"));
        EXPECT_THAT(text, Not(HasSubstr(std::string(kCanary))));
      }
    }
  }
}

class RequestAuthorizerCreateTest : public RequestAuthorizerTest {
 protected:
  absl::StatusOr<std::shared_ptr<RequestAuthorizer>> Create() {
    std::optional<absl::StatusOr<std::shared_ptr<RequestAuthorizer>>> result;
    RequestAuthorizer::Create(client_, tokens_, clock_, "https://reg",
                              At("https://reg", Password("a", "b"), false), {},
                              [&](absl::StatusOr<std::shared_ptr<RequestAuthorizer>> made) {
                                EXPECT_FALSE(result.has_value()) << "called twice";
                                result = std::move(made);
                              });
    return result.value_or(absl::UnknownError("no answer"));
  }

  FakeHttpTransport transport_;
  FakeDnsResolver resolver_{{{"reg", {"8.8.8.8"}}}};
  ProxyRules proxies_;
  HttpClient client_{transport_, resolver_, proxies_, {"registryd/test"}};
};

TEST_F(RequestAuthorizerCreateTest, PingsForTheChallenges) {
  transport_.Reply("GET", "https://reg/v2/", {{401, {{"WWW-Authenticate", "Basic"}}}, {}});
  const auto authorizer = Create();
  ASSERT_TRUE(authorizer.ok()) << authorizer.status();
  EXPECT_EQ(*Header(**authorizer, "https://reg/v2/"), "Authorization: Basic YTpi");
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  EXPECT_THAT(transport_.requests()[0].headers,
              IsSupersetOf({HttpHeader{"User-Agent", "agent/1.0"}, {"X-Meta-Test", "m"}}));
  EXPECT_THAT(transport_.requests()[0].secret_headers, IsEmpty());
}

TEST_F(RequestAuthorizerCreateTest, APingThatFailsIsTheError) {
  FakeHttpTransport::Response response;
  response.no_head = true;
  response.status = Error(absl::StatusCode::kInternal, Reason::kResponseInvalid, "no HTTP");
  transport_.Reply("GET", "https://reg/v2/", std::move(response));
  EXPECT_EQ(ReasonOf(Create().status()), Reason::kPingResponseInvalid);
}

}  // namespace
}  // namespace registryd
