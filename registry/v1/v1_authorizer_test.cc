#include "registry/v1/v1_authorizer.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

constexpr char kBasic[] = "Authorization:Basic YW5uOnMzY3JldCBwYXNz";

std::shared_ptr<const AuthConfig> Ann() {
  auto config = std::make_shared<AuthConfig>();
  config->username = "ann";
  config->password = Secret(absl::string_view("s3cret pass"));
  return config;
}

class V1AuthorizerTest : public ::testing::Test {
 protected:
  void Begin(std::shared_ptr<const AuthConfig> credentials, absl::string_view origin,
             bool always_basic = false) {
    session_ = std::make_shared<V1Authorizer>(std::move(credentials), std::string(origin),
                                              always_basic, clock_);
  }

  std::shared_ptr<HttpHopHeaders> Call(absl::string_view origin, bool asks_for_token = false,
                                       bool allow_plaintext = false) {
    auto upstream = std::make_shared<Upstream>();
    upstream->origin = std::string(origin);
    upstream->allow_plaintext_credentials = allow_plaintext;
    return session_->ForCall(std::move(upstream), asks_for_token);
  }

  // "Name:value Name:value", or the reason of an error.
  static std::string Prepare(HttpHopHeaders& call, absl::string_view url, int number = 0,
                             bool own_origin = true) {
    std::optional<std::string> text;
    call.Prepare({*Url::Parse(url), number, own_origin}, {},
                 [&](absl::StatusOr<std::vector<SecretHttpHeader>> headers) {
                   text.emplace();
                   if (!headers.ok()) {
                     EXPECT_EQ(headers.status().code(), absl::StatusCode::kFailedPrecondition);
                     text = std::string(ReasonName(ReasonOf(headers.status())));
                     return;
                   }
                   for (const SecretHttpHeader& header : *headers) {
                     absl::StrAppend(&*text, text->empty() ? "" : " ", header.name, ":",
                                     header.value.Reveal());
                   }
                 });
    return text.value_or("not called");
  }

  static void Answer(HttpHopHeaders& call, absl::string_view url, std::vector<HttpHeader> headers,
                     int number = 0, bool own_origin = true) {
    call.OnResponse({*Url::Parse(url), number, own_origin}, {200, std::move(headers)});
  }

  FakeClock clock_;
  std::shared_ptr<V1Authorizer> session_;
};

TEST_F(V1AuthorizerTest, BasicWhereATokenIsAskedFor) {
  Begin(Ann(), "https://r.example");
  EXPECT_EQ(Prepare(*Call("https://r.example", true), "https://r.example/v1/x"), kBasic);
  EXPECT_EQ(Prepare(*Call("https://r.example", false), "https://r.example/v1/x"), "");
}

TEST_F(V1AuthorizerTest, BasicAlwaysForAStandaloneRegistry) {
  Begin(Ann(), "https://r.example", /*always_basic=*/true);
  EXPECT_EQ(Prepare(*Call("https://r.example", false), "https://r.example/v1/x"), kBasic);
  const auto call = Call("https://r.example", true);
  EXPECT_EQ(Prepare(*call, "https://r.example/v1/x"), kBasic);
  Answer(*call, "https://r.example/v1/x", {{"X-Docker-Token", "t"}});
  EXPECT_EQ(Prepare(*Call("https://r.example", false), "https://r.example/v1/x"), kBasic);
}

TEST_F(V1AuthorizerTest, NoBasicWithoutCredentials) {
  Begin(nullptr, "https://r.example", /*always_basic=*/true);
  EXPECT_EQ(Prepare(*Call("https://r.example", true), "https://r.example/v1/x"), "");
  auto nameless = std::make_shared<AuthConfig>();
  nameless->password = Secret(absl::string_view("p"));
  Begin(nameless, "https://r.example");
  EXPECT_EQ(Prepare(*Call("https://r.example", true), "https://r.example/v1/x"), "");
  Begin(nameless, "https://r.example", /*always_basic=*/true);
  EXPECT_EQ(Prepare(*Call("https://r.example"), "https://r.example/v1/x"),
            "Authorization:Basic OnA=");
}

TEST_F(V1AuthorizerTest, TokensOfTheLastAnswerAreReplayed) {
  Begin(Ann(), "https://r.example");
  const auto call = Call("https://r.example", true);
  EXPECT_EQ(Prepare(*call, "https://r.example/v1/x"), kBasic);
  Answer(*call, "https://r.example/v1/x", {{"x-docker-token", "a"}, {"X-Docker-Token", "b"}});
  EXPECT_EQ(Prepare(*Call("https://r.example"), "https://r.example/v1/y"),
            "Authorization:Token a,b");
  EXPECT_EQ(Prepare(*Call("https://other.example"), "https://other.example/v1/y"),
            "Authorization:Token a,b");
  EXPECT_EQ(Prepare(*Call("https://r.example", true), "https://r.example/v1/y"), kBasic);
  Answer(*Call("https://r.example"), "https://r.example/v1/x", {});
  EXPECT_EQ(Prepare(*Call("https://r.example"), "https://r.example/v1/y"),
            "Authorization:Token a,b");
  Answer(*Call("https://r.example"), "https://r.example/v1/x", {{"X-Docker-Token", "c"}});
  EXPECT_EQ(Prepare(*Call("https://r.example"), "https://r.example/v1/y"), "Authorization:Token c");
}

TEST_F(V1AuthorizerTest, AnEmptyTokenIsAToken) {
  Begin(Ann(), "https://r.example");
  Answer(*Call("https://r.example"), "https://r.example/v1/x", {{"X-Docker-Token", "a"}});
  Answer(*Call("https://r.example"), "https://r.example/v1/x", {{"X-Docker-Token", ""}});
  EXPECT_EQ(Prepare(*Call("https://r.example"), "https://r.example/v1/x"), "Authorization:Token ");
}

TEST_F(V1AuthorizerTest, TokensAreBounded) {
  Begin(nullptr, "https://r.example");
  const std::string most(V1Authorizer::kMaxTokenBytes, 't');
  Answer(*Call("https://r.example"), "https://r.example/", {{"X-Docker-Token", most}});
  Answer(*Call("https://r.example"), "https://r.example/", {{"X-Docker-Token", most + "x"}});
  EXPECT_EQ(Prepare(*Call("https://r.example"), "https://r.example/"),
            absl::StrCat("Authorization:Token ", most));
}

TEST_F(V1AuthorizerTest, BasicIsForTheSessionsEndpointAlone) {
  Begin(Ann(), "https://r.example", /*always_basic=*/true);
  EXPECT_EQ(Prepare(*Call("https://other.example", true), "https://other.example/v1/x"), "");
  EXPECT_EQ(Prepare(*Call("http://r.example", true, true), "http://r.example/v1/x"), "");
}

TEST_F(V1AuthorizerTest, AfterARedirectOnlyFromTrustedToTrusted) {
  struct Case {
    const char* origin;
    const char* first;
    const char* second;
    bool own_origin;
    bool authorized;
  };
  for (const Case& c : {
           Case{"https://r.example", "https://r.example/a", "https://r.example/b", true, false},
           Case{"https://index.docker.io", "https://index.docker.io/a", "https://index.docker.io/b",
                true, true},
           Case{"https://index.docker.io", "https://index.docker.io/a", "https://hub.docker.com/b",
                false, false},
           Case{"https://r.example", "https://r.example/a", "https://index.docker.io/b", false,
                false},
       }) {
    Begin(Ann(), c.origin);
    const auto call = Call(c.origin, true);
    EXPECT_EQ(Prepare(*call, c.first), kBasic);
    EXPECT_EQ(Prepare(*call, c.second, 1, c.own_origin), c.authorized ? kBasic : "") << c.second;
    Answer(*call, c.second, {{"X-Docker-Token", "t"}}, 1, c.own_origin);
    EXPECT_EQ(Prepare(*Call(c.origin), c.first), c.authorized ? "Authorization:Token t" : "");
  }
}

TEST_F(V1AuthorizerTest, NothingIsSentToOrLearnedFromAnotherOrigin) {
  Begin(Ann(), "https://r.example", /*always_basic=*/true);
  const auto call = Call("https://r.example", true);
  EXPECT_EQ(Prepare(*call, "https://other.example/", 0, false), "");
  Answer(*call, "https://other.example/", {{"X-Docker-Token", "t"}, {"Set-Cookie", "a=1"}}, 0,
         false);
  Begin(nullptr, "https://r.example");
  Answer(*Call("https://r.example"), "https://other.example/",
         {{"X-Docker-Token", "t"}, {"Set-Cookie", "a=1"}}, 1, false);
  EXPECT_EQ(Prepare(*Call("https://other.example"), "https://other.example/"), "");
}

TEST_F(V1AuthorizerTest, CookiesGoWithEveryHop) {
  Begin(nullptr, "http://r.example");
  const auto call = Call("http://r.example");
  EXPECT_EQ(Prepare(*call, "http://r.example/v1/a"), "");
  Answer(*call, "http://r.example/v1/a", {{"Set-Cookie", "a=1; Path=/"}});
  EXPECT_EQ(Prepare(*call, "http://r.example/v1/b", 1), "Cookie:a=1");
  Answer(*call, "http://r.example/v1/b", {{"Set-Cookie", "b=2; Path=/; Max-Age=10"}}, 1);
  EXPECT_EQ(Prepare(*Call("http://r.example"), "http://r.example/v1/c"), "Cookie:a=1; b=2");
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(Prepare(*Call("http://r.example"), "http://r.example/v1/c"), "Cookie:a=1");
}

TEST_F(V1AuthorizerTest, NothingSecretInPlainText) {
  const char* const kRefused = "PLAINTEXT_CREDENTIALS_REFUSED";
  Begin(Ann(), "http://r.example");
  EXPECT_EQ(Prepare(*Call("http://r.example", true), "http://r.example/"), kRefused);
  EXPECT_EQ(Prepare(*Call("http://r.example", true, true), "http://r.example/"), kBasic);
  EXPECT_EQ(Prepare(*Call("http://r.example"), "http://r.example/"), "");

  // A token that was seen on the wire is no secret; one that came by https is.
  Answer(*Call("http://r.example"), "http://r.example/", {{"X-Docker-Token", "t"}});
  EXPECT_EQ(Prepare(*Call("http://r.example"), "http://r.example/"), "Authorization:Token t");
  Answer(*Call("https://r.example"), "https://r.example/", {{"X-Docker-Token", "u"}});
  EXPECT_EQ(Prepare(*Call("http://r.example"), "http://r.example/"), kRefused);
  EXPECT_EQ(Prepare(*Call("http://r.example", false, true), "http://r.example/"),
            "Authorization:Token u");
}

TEST_F(V1AuthorizerTest, ACallOutlivesItsSessionsOwner) {
  Begin(Ann(), "https://r.example");
  const auto call = Call("https://r.example", true);
  session_ = nullptr;
  EXPECT_EQ(Prepare(*call, "https://r.example/"), kBasic);
}

}  // namespace
}  // namespace registryd
