#include "registry/auth/registry_login.h"

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/registry_login_fixture.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class RegistryLoginTest : public RegistryLoginFixture {};

TEST(LoginHost, IsTheHostOfTheServerAddress) {
  struct Case {
    std::string server_address;
    std::string host;
  };
  for (const Case& c : std::vector<Case>{
           {"", "index.docker.io"},
           {"https://index.docker.io/v1/", "index.docker.io"},
           {"docker.io", "docker.io"},
           {"reg.example", "reg.example"},
           {"reg.example:5000", "reg.example:5000"},
           {"http://reg.example", "reg.example"},
           {"https://reg.example:5000/v1/?a=b#c", "reg.example:5000"},
           {"reg.example/v2/", "reg.example"},
           {"https://user:s3cret@reg.example/", "reg.example"},
           {"REG.example", "REG.example"},
           {"[::1]:5000", "[::1]:5000"},
           {"HTTPS://reg.example", "HTTPS:"},
           {"ftp://reg.example", "ftp:"},
       }) {
    SCOPED_TRACE(c.server_address);
    const auto host = LoginHost(c.server_address);
    ASSERT_TRUE(host.ok()) << host.status();
    EXPECT_EQ(*host, c.host);
  }
}

TEST(LoginHost, RefusesWhatNamesNone) {
  struct Case {
    std::string server_address;
    Reason reason;
  };
  for (const Case& c : std::vector<Case>{{"http://%zz", Reason::kFieldInvalid},
                                         {"a b", Reason::kFieldInvalid},
                                         {"reg:port", Reason::kFieldInvalid},
                                         {"reg\r\nX: y", Reason::kFieldInvalid},
                                         {"https://user:s3cret@reg:port", Reason::kFieldInvalid},
                                         {"reg:99999", Reason::kFieldInvalid},
                                         {"https://user:s3cret@reg:0", Reason::kFieldInvalid},
                                         {":5000", Reason::kHostnameInvalid},
                                         {"a..b", Reason::kHostnameInvalid},
                                         {std::string(70, 'a'), Reason::kHostnameInvalid},
                                         {"[fe80::1%25lo]:5000", Reason::kHostnameInvalid},
                                         {"https://", Reason::kHostnameInvalid},
                                         {"/v1/", Reason::kHostnameInvalid},
                                         {"https:///v1/", Reason::kHostnameInvalid}}) {
    SCOPED_TRACE(c.server_address);
    const absl::Status status = LoginHost(c.server_address).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(ReasonOf(status), c.reason);
    EXPECT_EQ(FieldOf(status), "auth_config.server_address");
    EXPECT_THAT(status.ToString(), Not(HasSubstr("s3cret")));
  }
}

TEST_F(RegistryLoginTest, AHostThatNamesNoFolderIsRefused) {
  const absl::Status status = LogIn("https://..").status();
  EXPECT_EQ(ReasonOf(status), Reason::kHostnameInvalid) << status;
  EXPECT_EQ(FieldOf(status), "auth_config.server_address");
  EXPECT_THAT(Requests(), IsEmpty());
}

TEST_F(RegistryLoginTest, OpenRegistry) {
  Reply("https://reg/v2/", Answer(200));
  Reply("https://reg/v2/", Answer(200));
  const auto result = LogIn("reg");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->status, "Login Succeeded");
  EXPECT_EQ(result->endpoint_url, "https://reg");
  EXPECT_TRUE(result->identity_token.empty());
  EXPECT_THAT(Requests(), ElementsAre("https://reg/v2/", "https://reg/v2/"));
  for (const auto& request : transport_.requests()) {
    EXPECT_THAT(request.headers, ::testing::Contains(HttpHeader{"User-Agent", "agent/1.0"}));
  }
}

TEST_F(RegistryLoginTest, PasswordByBasic) {
  Reply("https://reg/v2/", Challenge("Basic realm=x"));
  Reply("https://reg/v2/", Answer(200));
  const auto result = LogIn("https://reg/v1/");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Requests(),
              ElementsAre("https://reg/v2/", "https://reg/v2/ Basic YW5uOmNhbmFyeS01MWMw"));
}

TEST_F(RegistryLoginTest, TokenByBearer) {
  Reply("https://reg/v2/", Challenge("Bearer realm=\"https://reg/token\",service=s"));
  Reply("https://reg/v2/", Answer(200));
  const auto result = LogIn("reg");
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_THAT(Requests(), ElementsAre("https://reg/v2/", "https://reg/v2/ Bearer good"));
  ASSERT_THAT(tokens_.requests(), SizeIs(1));
  EXPECT_EQ(tokens_.requests()[0].caller, "uid:7");
  EXPECT_THAT(tokens_.requests()[0].scopes, IsEmpty());
}

TEST_F(RegistryLoginTest, ATokenThatTheCredentialsDidNotBuyProvesNothing) {
  tokens_.SetAnswer([&](const TokenRequest&) {
    Token token;
    token.access_token = Secret(absl::string_view("good"));
    token.withheld_from = "https://elsewhere.example/token";
    return token;
  });
  Reply("https://reg/v2/", Challenge("Bearer realm=\"https://elsewhere.example/token\""));
  Reply("https://reg/v2/", Answer(200));
  const absl::Status status = LogIn("reg").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(ReasonOf(status), Reason::kRealmRefused);
  EXPECT_THAT(std::string(status.message()), HasSubstr("https://elsewhere.example/token"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("trusted-realms"));
}

TEST_F(RegistryLoginTest, IdentityTokenIsTheNewestThereIs) {
  struct Case {
    std::string name;
    std::string given;
    std::string fresh;
    std::string wanted;
  };
  for (const Case& c : std::vector<Case>{{"none at all", "", "", ""},
                                         {"the one used", "old", "", "old"},
                                         {"a first one", "", "new", "new"},
                                         {"a new one", "old", "new", "new"}}) {
    SCOPED_TRACE(c.name);
    credentials_.identity_token = Secret(absl::string_view(c.given));
    tokens_.SetAnswer([&](const TokenRequest&) {
      return Token{Secret(absl::string_view("good")), Secret(absl::string_view(c.fresh)), {}, {}};
    });
    Reply("https://reg/v2/", Challenge("Bearer realm=\"https://reg/token\""));
    Reply("https://reg/v2/", Answer(200));
    const auto result = LogIn("reg");
    ASSERT_TRUE(result.ok()) << result.status();
    EXPECT_EQ(result->identity_token.Reveal(), c.wanted);
  }
}

TEST_F(RegistryLoginTest, ARefreshTokenBuysTheNextToken) {
  Reply("https://reg/v2/", Challenge("Bearer realm=\"https://reg/token\""));
  Reply("https://reg/v2/", Answer(302, {{"Location", "/v2/x"}}));
  Reply("https://reg/v2/x", Answer(200));
  tokens_.SetAnswer([](const TokenRequest&) {
    Token token;  // Has expired.
    token.access_token = Secret(absl::string_view("good"));
    token.refresh_token = Secret(absl::string_view("next"));
    return token;
  });
  ASSERT_TRUE(LogIn("reg").ok());
  const std::vector<TokenRequest> asked = tokens_.requests();
  ASSERT_THAT(asked, SizeIs(2));
  EXPECT_TRUE(asked[0].credentials->identity_token.empty());
  EXPECT_EQ(asked[1].credentials->identity_token.Reveal(), "next");
}

TEST_F(RegistryLoginTest, WhatTheRegistryAnswersInTheEnd) {
  struct Case {
    int status;
    absl::StatusCode code;
    Reason reason;
    std::string message;
  };
  for (const Case& c : std::vector<Case>{
           {401, absl::StatusCode::kUnauthenticated, Reason::kRegistryUnauthorized,
            "401 Unauthorized"},
           {403, absl::StatusCode::kPermissionDenied, Reason::kRegistryDenied, "403 Forbidden"},
           {404, absl::StatusCode::kNotFound, Reason::kRegistryNotFound, "404 Not Found"},
           {429, absl::StatusCode::kResourceExhausted, Reason::kRegistryThrottled,
            "429 Too Many Requests"},
           {503, absl::StatusCode::kUnavailable, Reason::kRegistryFailed,
            "503 Service Unavailable"},
           {204, absl::StatusCode::kFailedPrecondition, Reason::kRegistryFailed,
            "204 No Content"}}) {
    SCOPED_TRACE(c.status);
    Reply("https://reg/v2/", Answer(c.status));
    Reply("https://reg/v2/", Answer(c.status, {{"Retry-After", "7"}}));
    const absl::Status status = LogIn("reg").status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_EQ(ReasonOf(status), c.reason);
    EXPECT_THAT(std::string(status.message()),
                StartsWith(absl::StrCat("login attempt to https://reg/v2/ failed with status: ",
                                        c.message)));
    EXPECT_EQ(RetryDelayOf(status).has_value(), c.status == 429 || c.status == 503);
  }
  EXPECT_EQ(transport_.replies_left(), 0);
}

// What happens at https decides whether http is tried.

TEST_F(RegistryLoginTest, OtherFailuresThanUnauthorizedGoOn) {
  struct Case {
    std::string name;
    std::vector<Response> https;
    bool goes_on;
    absl::StatusCode code;  // Of the login, when http answers 404.
  };
  constexpr auto kNotFound = absl::StatusCode::kNotFound;
  const std::vector<Case> cases = {
      {"refused", {Refused()}, true, kNotFound},
      {"no HTTP",
       {Failure(absl::StatusCode::kInternal, Reason::kResponseInvalid)},
       true,
       kNotFound},
      {"certificate",
       {Failure(absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed)},
       true,
       kNotFound},
      {"too slow",
       {Failure(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded)},
       true,
       kNotFound},
      {"404", {Answer(404), Answer(404)}, true, kNotFound},
      {"403", {Answer(403), Answer(403)}, true, kNotFound},
      {"500", {Answer(500), Answer(500)}, true, kNotFound},
      {"breaks after the ping", {Answer(200), Refused()}, true, kNotFound},
      {"401", {Answer(401), Answer(401)}, false, absl::StatusCode::kUnauthenticated},
      {"401 after a ping of 200",
       {Answer(200), Answer(401)},
       false,
       absl::StatusCode::kUnauthenticated},
      {"password refused",
       {Challenge("Basic"), Answer(401)},
       false,
       absl::StatusCode::kUnauthenticated},
      {"cannot be sent",
       {Failure(absl::StatusCode::kInvalidArgument, Reason::kFieldInvalid)},
       false,
       absl::StatusCode::kInvalidArgument},
      {"cancelled",
       {Failure(absl::StatusCode::kCancelled, Reason::kCancelled)},
       false,
       absl::StatusCode::kCancelled},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const size_t before = Requests().size();
    for (const Response& response : c.https) Reply("https://reg:5000/v2/", response);
    if (c.goes_on) {
      Reply("http://reg:5000/v2/", Answer(404));
      Reply("http://reg:5000/v2/", Answer(404));
    }
    const absl::Status status = LogIn("reg:5000", Insecure()).status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_EQ(Requests().size() - before, c.https.size() + (c.goes_on ? 2 : 0));
    EXPECT_EQ(transport_.replies_left(), 0);
  }
}

TEST_F(RegistryLoginTest, ARefusedTokenEndsTheLogin) {
  tokens_.SetAnswer([](const TokenRequest&) {
    return Error(absl::StatusCode::kUnauthenticated, Reason::kRegistryUnauthorized,
                 "unauthorized: incorrect username or password");
  });
  Reply("https://reg:5000/v2/", Challenge("Bearer realm=\"https://reg:5000/token\""));
  const absl::Status status = LogIn("reg:5000", Insecure()).status();
  EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("incorrect username or password"));
  EXPECT_THAT(Requests(), ElementsAre("https://reg:5000/v2/"));
}

TEST_F(RegistryLoginTest, MissingPasswordEndsTheLogin) {
  credentials_.password = {};
  Reply("https://reg:5000/v2/", Challenge("Basic"));
  const absl::Status status = LogIn("reg:5000", Insecure()).status();
  EXPECT_TRUE(absl::IsUnauthenticated(status)) << status;
  EXPECT_THAT(Requests(), ElementsAre("https://reg:5000/v2/"));
}

TEST_F(RegistryLoginTest, TheCallersDeadlineEndsTheLogin) {
  Reply("https://reg:5000/v2/",
        Failure(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded));
  const absl::Status status =
      LogIn("reg:5000", Insecure(), {clock_.Now() + absl::Seconds(5), nullptr}).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_THAT(Requests(), ElementsAre("https://reg:5000/v2/"));
}

TEST_F(RegistryLoginTest, HttpMaySucceedAfterHttps) {
  plaintext_ = {"reg"};
  Reply("https://reg:5000/v2/", Refused());
  Reply("http://reg:5000/v2/", Challenge("Basic"));
  Reply("http://reg:5000/v2/", Answer(200));
  const auto result = LogIn("reg:5000", Insecure());
  ASSERT_TRUE(result.ok()) << result.status();
  EXPECT_EQ(result->endpoint_url, "http://reg:5000");
  EXPECT_THAT(Requests(), ElementsAre("https://reg:5000/v2/", "http://reg:5000/v2/",
                                      "http://reg:5000/v2/ Basic YW5uOmNhbmFyeS01MWMw"));
}

TEST_F(RegistryLoginTest, RefusalOfPlaintextNamesBothFailures) {
  plaintext_ = {"reg:5001"};
  for (const std::string scheme : {"Basic", "Bearer realm=\"http://reg:5000/token\""}) {
    SCOPED_TRACE(scheme);
    Reply("https://reg:5000/v2/", Refused());
    Reply("http://reg:5000/v2/", Challenge(scheme));
    const absl::Status status = LogIn("reg:5000", Insecure()).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kPlaintextCredentialsRefused);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("https://reg:5000: "), HasSubstr("connection refused"),
                      HasSubstr("http://reg:5000: "),
                      HasSubstr("name reg:5000 in allow-plaintext-credentials")));
    EXPECT_THAT(status.ToString(), Not(HasSubstr(std::string(kPassword))));
  }
  EXPECT_THAT(tokens_.requests(), IsEmpty());
  EXPECT_EQ(transport_.replies_left(), 0);
}

TEST_F(RegistryLoginTest, TheNamesFailurePassesOn) {
  const absl::Status status = LogIn("unknown.example").status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_THAT(Requests(), IsEmpty());
}

// Trust in an insecure host rests on addresses: those are dialled, at both endpoints.

// The mirror of Docker Hub is never asked, whatever the Hub answers.

TEST_F(RegistryLoginTest, GoesOnWhenAnswersCome) {
  resolver_.Hold();
  certificates_.Hold();
  Reply("https://reg/v2/", Challenge("Basic"));
  Reply("https://reg/v2/", Answer(200));
  Result result;
  Start("reg", Config(), {}, result);
  EXPECT_FALSE(result.has_value());
  certificates_.Release();
  EXPECT_FALSE(result.has_value());
  resolver_.Release();
  ASSERT_TRUE(result.has_value());
  EXPECT_TRUE(result->ok()) << result->status();
}

}  // namespace
}  // namespace registryd
