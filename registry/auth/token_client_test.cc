#include "registry/auth/token_client.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/proxy_rules.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::string_view kCanary = "canary";
constexpr absl::string_view kOwnRealm = "https://registry.example/token";
constexpr absl::string_view kOwnUrl =
    "https://registry.example/token?account=ann&client_id=docker&offline_token=true&service=s";
constexpr absl::string_view kBasic = "Authorization: Basic YW5uOmNhbmFyeQ==";

AuthConfig Password() {
  AuthConfig config;
  config.username = "ann";
  config.password = Secret(kCanary);
  return config;
}

AuthConfig IdentityToken() {
  AuthConfig config;
  config.identity_token = Secret(kCanary);
  return config;
}

class TokenClientTest : public testing::Test {
 protected:
  TokenClientTest() {
    upstream_.origin = "https://registry.example";
    HttpClientOptions options;
    options.user_agent = "registryd/test";
    http_ = std::make_unique<HttpClient>(transport_, resolver_, proxies_, options);
    policy_ = RealmPolicy::Create({"auth.internal"}, PlaintextHosts()).value();
  }

  TokenRequest Request(AuthConfig credentials, absl::string_view realm = kOwnRealm) {
    TokenRequest request;
    request.upstream = std::make_shared<const Upstream>(upstream_);
    request.realm = std::string(realm);
    request.service = "s";
    request.credentials = std::make_shared<const AuthConfig>(std::move(credentials));
    request.caller = "uid:1000";
    return request;
  }

  absl::StatusOr<Token> Get(TokenRequest request, const CallContext& context = {}) {
    absl::StatusOr<Token> result = absl::UnknownError("no answer");
    int times = 0;
    TokenClient client(*http_, policy_, clock_);
    client.Get(std::move(request), context, [&](absl::StatusOr<Token> token) {
      ++times;
      result = std::move(token);
    });
    EXPECT_EQ(times, 1);
    return result;
  }

  void Reply(absl::string_view method, absl::string_view url, int status, std::string body,
             std::vector<HttpHeader> headers = {{"Content-Type", "application/json"}}) {
    transport_.Reply(method, url, {{status, std::move(headers)}, {std::move(body)}});
  }

  // Everything that was sent, a request a line.
  std::vector<std::string> Sent() const {
    std::vector<std::string> lines;
    for (const FakeHttpTransport::Request& request : transport_.requests()) {
      std::string line = absl::StrCat(request.method, " ", request.url);
      for (const auto& header : request.secret_headers) {
        absl::StrAppend(&line, " ", header.name, ": ", header.value.Reveal());
      }
      if (!request.body.empty()) absl::StrAppend(&line, " ", request.body);
      lines.push_back(std::move(line));
    }
    return lines;
  }

  Upstream upstream_;
  FakeClock clock_{absl::Now()};
  FakeHttpTransport transport_;
  FakeDnsResolver resolver_{{{"registry.example", {"10.0.0.1"}},
                             {"evil.example", {"93.184.216.34"}},
                             {"auth.internal", {"10.0.0.2"}},
                             {"auth.docker.io", {"93.184.216.35"}},
                             {"registry-1.docker.io", {"93.184.216.36"}}}};
  ProxyRules proxies_;
  std::unique_ptr<HttpClient> http_;
  RealmPolicy policy_;
};

TEST_F(TokenClientTest, AsksWithUserNameAndPassword) {
  Reply("GET", kOwnUrl, 200, R"({"token": "good", "refresh_token": "r", "expires_in": 300})");
  const auto token = Get(Request(Password()));
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->access_token.Reveal(), "good");
  EXPECT_EQ(token->refresh_token.Reveal(), "r");
  EXPECT_EQ(token->expires, clock_.Now() + absl::Seconds(300));
  EXPECT_THAT(Sent(), ElementsAre(absl::StrCat("GET ", kOwnUrl, " ", kBasic)));
  EXPECT_EQ(transport_.requests()[0].options.connection_group, "uid:1000");
}

TEST_F(TokenClientTest, UserNameAloneIsNobody) {
  AuthConfig credentials = Password();
  credentials.password = Secret();
  const std::string url =
      "https://registry.example/token?client_id=docker&offline_token=true&service=s";
  Reply("GET", url, 200, R"({"token": "good"})");
  EXPECT_TRUE(Get(Request(credentials)).ok());
  EXPECT_THAT(Sent(), ElementsAre("GET " + url));
}

TEST_F(TokenClientTest, IdentityTokenIsPosted) {
  Reply("POST", kOwnRealm, 200, R"({"access_token": "good", "refresh_token": "next"})");
  TokenRequest request = Request(IdentityToken());
  request.scopes = {"registry:catalog:search"};
  request.user_agent = "agent/1.0";
  const auto token = Get(request);
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_EQ(token->access_token.Reveal(), "good");
  EXPECT_EQ(token->refresh_token.Reveal(), "next");
  EXPECT_THAT(Sent(), ElementsAre("POST https://registry.example/token client_id=docker&grant_type="
                                  "refresh_token&refresh_token=canary&scope=registry%3Acatalog%3A"
                                  "search&service=s"));
  const std::vector<HttpHeader> headers = transport_.requests()[0].headers;
  EXPECT_THAT(headers, testing::Contains(HttpHeader{"User-Agent", "agent/1.0"}));
  EXPECT_THAT(headers,
              testing::Contains(HttpHeader{"Content-Type", "application/x-www-form-urlencoded"}));
}

TEST_F(TokenClientTest, RefreshTokenThatIsTheOldOneIsNoNews) {
  Reply("POST", kOwnRealm, 200, R"({"access_token": "good", "refresh_token": "canary"})");
  const auto token = Get(Request(IdentityToken()));
  ASSERT_TRUE(token.ok()) << token.status();
  EXPECT_TRUE(token->refresh_token.empty());
}

TEST_F(TokenClientTest, PasswordIsPostedIfForced) {
  Reply("POST", kOwnRealm, 200, R"({"access_token": "good"})");
  TokenRequest request = Request(Password());
  request.force_oauth = true;
  EXPECT_TRUE(Get(request).ok());
  EXPECT_THAT(Sent(),
              ElementsAre("POST https://registry.example/token access_type=offline&client_id="
                          "docker&grant_type=password&password=canary&scope=&service=s"
                          "&username=ann"));
}

TEST_F(TokenClientTest, SecurityRow1ForeignRealmIsAskedForNobody) {
  const std::string url =
      "https://evil.example/token?client_id=docker&offline_token=true&service=s";
  AuthConfig both = Password();
  both.identity_token = Secret(kCanary);
  for (const AuthConfig& credentials : {Password(), IdentityToken(), both}) {
    for (const bool force_oauth : {false, true}) {
      Reply("GET", url, 200, R"({"token": "anonymous"})");
      TokenRequest request = Request(credentials, "https://evil.example/token");
      request.force_oauth = force_oauth;
      const auto token = Get(request);
      ASSERT_TRUE(token.ok()) << token.status();
      EXPECT_EQ(token->access_token.Reveal(), "anonymous");
    }
  }
  EXPECT_EQ(Sent().size(), 6u);
  for (const std::string& line : Sent()) EXPECT_EQ(line, "GET " + url);
  for (const auto& request : transport_.requests()) {
    EXPECT_EQ(request.options.connection_group, "");
  }
}

TEST_F(TokenClientTest, SecurityRow1TrustedRealmsGetCredentials) {
  const struct {
    std::string registry, realm;
  } kCases[] = {
      {"https://registry.example", "https://auth.internal/token"},
      {"https://registry.example", "https://registry.example:8443/token"},
      {"https://registry-1.docker.io", "https://auth.docker.io/token"},
  };
  for (const auto& c : kCases) {
    upstream_.origin = c.registry;
    const std::string url = c.realm + "?account=ann&client_id=docker&offline_token=true&service=s";
    Reply("GET", url, 200, R"({"token": "good"})");
    const auto token = Get(Request(Password(), c.realm));
    EXPECT_TRUE(token.ok()) << token.status();
    EXPECT_EQ(Sent().back(), absl::StrCat("GET ", url, " ", kBasic));
    Reply("POST", c.realm, 200, R"({"access_token": "good"})");
    EXPECT_TRUE(Get(Request(IdentityToken(), c.realm)).ok());
    EXPECT_THAT(Sent().back(), HasSubstr("refresh_token=canary"));
  }
}

TEST_F(TokenClientTest, SecurityRow1RealmElsewhereIsVerifiedAndGetsNoClientCertificate) {
  auto certificates = std::make_shared<HostCertificates>();
  certificates->roots.push_back({"ca.crt", "root"});
  certificates->client_certificates.push_back({"a.cert", "a.key", "certificate", Secret(kCanary)});
  upstream_.tls.certificates = certificates;
  for (const std::string host : {"auth.internal", "evil.example"}) {
    Get(Request(Password(), absl::StrCat("https://", host, "/token"))).IgnoreError();
    const TlsConfig tls = transport_.requests().back().options.tls;
    EXPECT_FALSE(tls.insecure_skip_verify);
    EXPECT_EQ(tls.certificates->roots.size(), 1u);
    EXPECT_TRUE(tls.certificates->client_certificates.empty());
  }
  upstream_.tls = TlsConfig();
  upstream_.tls.insecure_skip_verify = true;
  Get(Request(Password(), "https://auth.internal/token")).IgnoreError();
  EXPECT_FALSE(transport_.requests().back().options.tls.insecure_skip_verify);
}

TEST_F(TokenClientTest, SecurityRow2PrivateAddressIsForTrustedRealmsAlone) {
  resolver_.SetAddresses("evil.example", {"10.0.0.3"});
  for (const std::string realm :
       {"https://evil.example/", "https://10.0.0.3/", "https://127.0.0.1/", "https://[::1]/",
        "https://169.254.169.254/", "https://[::ffff:10.0.0.3]/", "https://2130706433/"}) {
    const auto token = Get(Request(Password(), realm));
    EXPECT_FALSE(token.ok()) << realm;
  }
  EXPECT_TRUE(Sent().empty()) << absl::StrJoin(Sent(), "\n");
}

TEST_F(TokenClientTest, SecurityRow3HttpRealmOfAnHttpsRegistryIsRefused) {
  const auto token = Get(Request(Password(), "http://registry.example/token"));
  EXPECT_EQ(ReasonOf(token.status()), Reason::kRealmRefused);
  EXPECT_TRUE(Sent().empty());
}

TEST_F(TokenClientTest, SecurityRow3PlainHttpNeedsAnAllowance) {
  upstream_.origin = "http://registry.example";
  const std::string realm = "http://registry.example/token";
  EXPECT_EQ(ReasonOf(Get(Request(Password(), realm)).status()),
            Reason::kPlaintextCredentialsRefused);
  EXPECT_EQ(ReasonOf(Get(Request(IdentityToken(), realm)).status()),
            Reason::kPlaintextCredentialsRefused);
  EXPECT_TRUE(Sent().empty());
  upstream_.allow_plaintext_credentials = true;
  Reply("POST", realm, 200, R"({"access_token": "good"})");
  EXPECT_TRUE(Get(Request(IdentityToken(), realm)).ok());
}

TEST_F(TokenClientTest, SecurityRow7RedirectElsewhereLeavesCredentialsBehind) {
  for (const std::string& realm :
       {std::string(kOwnRealm), std::string("https://auth.internal/token")}) {
    const std::string url = realm + "?account=ann&client_id=docker&offline_token=true&service=s";
    Reply("GET", url, 302, "", {{"Location", "https://evil.example/token"}});
    Reply("GET", "https://evil.example/token", 302, "", {{"Location", realm + "/back"}});
    Reply("GET", realm + "/back", 200, R"({"token": "good"})");
    Get(Request(Password(), realm)).IgnoreError();
    const std::vector<std::string> sent = Sent();
    EXPECT_THAT(sent, testing::Contains(absl::StrCat("GET ", url, " ", kBasic)));
    EXPECT_EQ(sent.back().find("Authorization"), std::string::npos) << sent.back();
    EXPECT_THAT(sent, testing::Contains("GET https://evil.example/token"));
  }
  for (const int status : {301, 302, 303, 307, 308}) {
    Reply("POST", kOwnRealm, status, "", {{"Location", "https://evil.example/post"}});
    Reply("GET", "https://evil.example/post", 200, R"({"access_token": "x"})");
    Get(Request(IdentityToken())).IgnoreError();
  }
  for (const std::string& line : Sent()) {
    EXPECT_FALSE(absl::StrContains(line, "evil.example/post") && absl::StrContains(line, kCanary))
        << line;
  }
}

TEST_F(TokenClientTest, RedirectWithinTheOriginKeepsCredentials) {
  Reply("GET", kOwnUrl, 307, "", {{"Location", "/other"}});
  Reply("GET", "https://registry.example/other", 200, R"({"token": "good"})");
  EXPECT_TRUE(Get(Request(Password())).ok());
  EXPECT_EQ(Sent().back(), absl::StrCat("GET https://registry.example/other ", kBasic));
}

TEST_F(TokenClientTest, ErrorsAreTheTokenServersOwn) {
  const struct {
    int status;
    std::string body;
    absl::StatusCode code;
    std::string message;
  } kCases[] = {
      {401, R"({"details": "incorrect username or password"})", absl::StatusCode::kUnauthenticated,
       " failed with status: 401 Unauthorized: incorrect username or password"},
      {400, R"({"error": "invalid_grant"})", absl::StatusCode::kUnauthenticated,
       " failed with status: 400 Bad Request: invalid_grant"},
      {500, "oops", absl::StatusCode::kUnavailable,
       " failed with status: 500 Internal Server Error: oops"},
      {200, "<html>", absl::StatusCode::kInternal, ": unable to decode token response: not JSON"},
      {200, "{}", absl::StatusCode::kInternal,
       ": authorization server did not include a token in the response"},
      {304, "", absl::StatusCode::kInternal, ": unable to decode token response: not JSON"},
  };
  for (const auto& c : kCases) {
    Reply("GET", kOwnUrl, c.status, c.body);
    const auto token = Get(Request(Password()));
    EXPECT_EQ(token.status().code(), c.code);
    EXPECT_NE(ReasonOf(token.status()), Reason::kUnspecified);
    EXPECT_EQ(token.status().message(), absl::StrCat("token request to ", kOwnRealm, c.message));
  }
}

TEST_F(TokenClientTest, SecurityRow14RetryAfterIsPassedOn) {
  Reply("GET", kOwnUrl, 429, "", {{"Retry-After", "7"}});
  EXPECT_EQ(RetryDelayOf(Get(Request(Password())).status()), absl::Seconds(7));
}

TEST_F(TokenClientTest, SecurityRow12EndlessAnswerIsCutOff) {
  Reply("GET", kOwnUrl, 200, R"({"token": "good"})");
  EXPECT_TRUE(Get(Request(Password())).ok());
  EXPECT_EQ(transport_.requests()[0].options.max_body_bytes, 256u * 1024);
}

TEST_F(TokenClientTest, OwnDeadlineIsTheServersFault) {
  transport_.Reply("GET", kOwnUrl,
                   {{},
                    {},
                    Error(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded, "late"),
                    /*no_head=*/true});
  const auto token = Get(Request(Password()));
  EXPECT_EQ(token.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(token.status()), Reason::kConnectionFailed);
  EXPECT_EQ(token.status().message(),
            "token request to https://registry.example/token took more than 15s");
}

TEST_F(TokenClientTest, CallersDeadlineAndCancellationHold) {
  EXPECT_EQ(Get(Request(Password()), {absl::InfinitePast(), nullptr}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  EXPECT_EQ(Get(Request(Password()), {absl::InfiniteFuture(), cancellation}).status().code(),
            absl::StatusCode::kCancelled);
}

TEST_F(TokenClientTest, SecurityRow20ErrorsHoldNoSecret) {
  for (const int status : {200, 400, 401, 403, 500}) {
    Reply("GET", kOwnUrl, status, "");
    Reply("POST", kOwnRealm, status, "");
    for (const AuthConfig& credentials : {Password(), IdentityToken()}) {
      const auto token = Get(Request(credentials));
      ASSERT_FALSE(token.ok());
      EXPECT_FALSE(absl::StrContains(token.status().ToString(), kCanary)) << token.status();
      EXPECT_FALSE(absl::StrContains(token.status().ToString(), "YW5u")) << token.status();
    }
  }
}

}  // namespace
}  // namespace registryd
