#include "registry/v1/v1_session.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/auth_config.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/net/http_message.h"
#include "registry/v1/v1_reads.h"
#include "registry/v1/v1_session_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class V1SessionTest : public V1SessionTestBase {
 protected:
  static V1SessionOptions Options(absl::string_view endpoint) {
    V1SessionOptions options;
    options.endpoint = std::string(endpoint);
    return options;
  }

  absl::Status LookUp(const std::shared_ptr<V1Session>& session, absl::string_view registry = "",
                      const CallContext& context = {}) {
    V1StatusOutcome outcome;
    LookupRemoteImage(session, {"x", std::string(registry)}, context, outcome.Done());
    return outcome.Take();
  }
};

TEST_F(V1SessionTest, FallsBackToHttpWhereTheEndpointIsInsecure) {
  const auto session = OpenHttp();
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->endpoint().ToString(), "http://r.internal:5000/v1/");
  EXPECT_TRUE(session->standalone());
  EXPECT_THAT(Sent(), ElementsAre("GET https://r.internal:5000/v1/_ping",
                                  "GET http://r.internal:5000/v1/_ping"));
}

TEST_F(V1SessionTest, PingsASecureEndpointTwice) {
  const auto session = OpenHttps(nullptr, /*standalone=*/false);
  ASSERT_NE(session, nullptr);
  EXPECT_EQ(session->endpoint().ToString(), "https://r.example/v1/");
  EXPECT_FALSE(session->standalone());
  EXPECT_EQ(Sent().size(), 2u);
}

TEST_F(V1SessionTest, ASecureEndpointIsNotAskedByHttp) {
  transport_.Reply("GET", "https://r.example/v1/_ping", Refused());
  const absl::Status status = Open(Options("r.example")).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("--insecure-registry r.example"));
  EXPECT_THAT(Sent(), ElementsAre("GET https://r.example/v1/_ping"));
}

TEST_F(V1SessionTest, RequiringTlsGoesBeforeTheConfiguration) {
  transport_.Reply("GET", "https://r.internal:5000/v1/_ping", Refused());
  V1SessionOptions options = Options("http://r.internal:5000");
  options.require_secure = true;
  EXPECT_EQ(Open(std::move(options)).status().code(), absl::StatusCode::kUnavailable);
  ASSERT_THAT(Sent(), ElementsAre("GET https://r.internal:5000/v1/_ping"));
  EXPECT_FALSE(transport_.requests()[0].options.tls.insecure_skip_verify);
}

TEST_F(V1SessionTest, RequiringTlsHoldsForThisMachineToo) {
  transport_.Reply("GET", "https://127.0.0.1:5000/v1/_ping", Refused());
  V1SessionOptions options = Options("127.0.0.1:5000");
  options.require_secure = true;
  EXPECT_EQ(Open(std::move(options)).status().code(), absl::StatusCode::kUnavailable);
  ASSERT_THAT(Sent(), ElementsAre("GET https://127.0.0.1:5000/v1/_ping"));
  EXPECT_FALSE(transport_.requests()[0].options.tls.insecure_skip_verify);
}

TEST_F(V1SessionTest, RequiringTlsTakesTheCertificatesOfThisMachinesRegistryToo) {
  HostCertificates certificates;
  certificates.roots.push_back({"ca.crt", "pem"});
  certificates_.Set("127.0.0.1:5000", std::move(certificates));
  transport_.Reply("GET", "https://127.0.0.1:5000/v1/_ping", Refused());
  V1SessionOptions options = Options("127.0.0.1:5000");
  options.require_secure = true;
  EXPECT_EQ(Open(std::move(options)).status().code(), absl::StatusCode::kUnavailable);
  ASSERT_THAT(Sent(), ElementsAre("GET https://127.0.0.1:5000/v1/_ping"));
  EXPECT_EQ(transport_.requests()[0].options.tls.certificates->roots.size(), 1u);
}

TEST_F(V1SessionTest, RequiringTlsHoldsForOtherRegistriesToo) {
  for (int i = 0; i < 2; ++i) Reply("https://r.example/v1/_ping", 200, "");
  V1SessionOptions options = Options("r.example");
  options.require_secure = true;
  const auto session = Open(std::move(options));
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_THAT(Text(LookUp(*session, "http://r.internal:5000/v1/")),
              StartsWith("INVALID_ARGUMENT FIELD_INVALID registry: "));
  EXPECT_EQ(Sent().size(), 2u);
}

TEST_F(V1SessionTest, DockerHubsIndexByAnyNameIsNotPinged) {
  for (const char* const name : {"", "docker.io", "index.docker.io"}) {
    const auto session = Open(Options(name));
    // AuthorizeV1 pings nothing for it either.
    ASSERT_TRUE(session.ok()) << session.status();
    EXPECT_EQ((*session)->endpoint().ToString(), kIndexServer) << name;
    EXPECT_FALSE((*session)->standalone());
  }
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(V1SessionTest, RefusesWhatCannotBeAnEndpointOrAHeader) {
  V1SessionOptions newline = Options("r.example");
  newline.user_agent = "a\r\nX-Evil: 1";
  V1SessionOptions ours = Options("r.example");
  ours.headers = {{"X-Meta-Test", "1"}, {"Authorization", "Basic x"}};
  EXPECT_EQ(FieldOf(Open(newline).status()), "user_agent");
  EXPECT_EQ(FieldOf(Open(ours).status()), "headers[1]");
  for (const char* const endpoint :
       {"r.example/v2", "https://ann:s3cret@r.example", "r.example?x=1", "ftp://r.example"}) {
    const absl::Status status = Open(Options(endpoint)).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << endpoint;
    EXPECT_EQ(FieldOf(status), "endpoint") << endpoint;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("s3cret")));
  }
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(V1SessionTest, HeadersOfTheCallerGoWithEveryRequest) {
  transport_.Reply("GET", "https://r.internal:5000/v1/_ping", Refused());
  Reply("http://r.internal:5000/v1/_ping", 200, "");
  Reply("http://r.internal:5000/v1/images/x/json", 200, "{}");
  V1SessionOptions options = Options("r.internal:5000");
  options.user_agent = "test/1";
  options.headers = {{"X-Meta-Test", "m"}};
  const auto session = Open(std::move(options));
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_EQ(Text(LookUp(*session)), "OK");
  for (const std::string& sent : Sent()) {
    EXPECT_THAT(sent, HasSubstr(" User-Agent:test/1 X-Meta-Test:m"));
  }
}

TEST_F(V1SessionTest, AStandaloneRegistryGetsBasicWithEveryRequestByHttps) {
  const auto session = OpenHttps(Ann());
  Reply("https://r.example/v1/images/x/json", 200, "{}");
  EXPECT_EQ(Text(LookUp(session)), "OK");
  EXPECT_THAT(SentSince(),
              ElementsAre(absl::StrCat("GET https://r.example/v1/images/x/json", kBasic)));
}

TEST_F(V1SessionTest, CredentialsGoToNoOtherRegistry) {
  const auto session = OpenHttps(Ann());
  for (const char* const base : {"https://other.example/v1/", "http://other.internal:5000/v1/",
                                 "https://r.example:8443/v1/"}) {
    Reply(absl::StrCat(base, "images/x/json"), 200, "{}");
    EXPECT_EQ(Text(LookUp(session, base)), "OK") << base;
  }
  for (const std::string& sent : SentSince()) EXPECT_THAT(sent, Not(HasSubstr("Authorization")));
}

TEST_F(V1SessionTest, TheEndpointsOwnOriginIsKnownInAnyForm) {
  const auto session = OpenHttps(Ann());
  for (const char* const base :
       {"https://r.example/v1/", "https://r.example:443/one/", "HTTPS://R.Example/two"}) {
    SCOPED_TRACE(base);
    const std::string with_slash = absl::StrCat(base, absl::EndsWith(base, "/") ? "" : "/");
    Reply(absl::StrCat("https", with_slash.substr(5), "images/x/json"), 200, "{}");
    EXPECT_EQ(Text(LookUp(session, base)), "OK");
    EXPECT_THAT(SentSince().back(), HasSubstr(kBasic));
  }
}

TEST_F(V1SessionTest, TokensAreReplayedAndCookiesKeptAtTheirOrigin) {
  const auto session = OpenHttp();
  Reply("http://r.internal:5000/v1/images/x/json", 200, "{}",
        {{"X-Docker-Token", "t9"}, {"Set-Cookie", "c=1"}});
  EXPECT_EQ(Text(LookUp(session)), "OK");
  Reply("http://r.internal:5000/v1/images/x/json", 200, "{}");
  EXPECT_EQ(Text(LookUp(session)), "OK");
  Reply("http://other.internal:5000/v1/images/x/json", 200, "{}");
  EXPECT_EQ(Text(LookUp(session, "http://other.internal:5000/v1/")), "OK");
  EXPECT_THAT(SentSince(), ElementsAre("GET http://r.internal:5000/v1/images/x/json",
                                       "GET http://r.internal:5000/v1/images/x/json "
                                       "Authorization:Token t9 Cookie:c=1",
                                       "GET http://other.internal:5000/v1/images/x/json "
                                       "Authorization:Token t9"));
}

TEST_F(V1SessionTest, PlainHttpIsForInsecureRegistries) {
  const auto session = OpenHttp();
  EXPECT_THAT(Text(LookUp(session, "http://other.example/v1/")),
              StartsWith("INVALID_ARGUMENT FIELD_INVALID registry: http://other.example/v1/: "));
  EXPECT_THAT(SentSince(), IsEmpty());
}

TEST_F(V1SessionTest, TheTrustInOtherRegistriesIsThatOfTheMoment) {
  const auto session = OpenHttp();
  config_ = *ServiceConfig::Create({});
  EXPECT_EQ(FieldOf(LookUp(session, "http://other.internal:5000/v1/")), "registry");
  config_ = *ServiceConfig::Create({{}, {}, {"other.internal:5000"}});
  Reply("http://other.internal:5000/v1/images/x/json", 200, "{}");
  EXPECT_EQ(Text(LookUp(session, "http://other.internal:5000/v1/")), "OK");
}

TEST_F(V1SessionTest, TheCallersCancellationEndsACallAlone) {
  const auto session = OpenHttp();
  Response stalls;
  stalls.stalls = true;
  transport_.Reply("GET", "http://r.internal:5000/v1/images/x/json", stalls);
  const auto cancellation = std::make_shared<Cancellation>();
  V1StatusOutcome outcome;
  LookupRemoteImage(session, {"x", ""}, {absl::InfiniteFuture(), cancellation}, outcome.Done());
  EXPECT_FALSE(outcome.done());
  cancellation->Cancel();
  EXPECT_EQ(outcome.Take().code(), absl::StatusCode::kCancelled);
  Reply("http://r.internal:5000/v1/images/x/json", 200, "{}");
  EXPECT_EQ(Text(LookUp(session)), "OK");
}

TEST_F(V1SessionTest, ItsEndCancelsItsCallsAndThoseThatComeLater) {
  const auto session = OpenHttp();
  Response stalls;
  stalls.stalls = true;
  transport_.Reply("GET", "http://r.internal:5000/v1/images/x/json", stalls);
  V1StatusOutcome outcome;
  LookupRemoteImage(session, {"x", ""}, {}, outcome.Done());
  EXPECT_FALSE(outcome.done());
  session->Close();
  EXPECT_EQ(Text(outcome.Take()), "CANCELLED CANCELLED : the session has ended");
  const size_t sent = Sent().size();
  EXPECT_EQ(Text(LookUp(session)), "CANCELLED CANCELLED : the session has ended");
  EXPECT_EQ(Sent().size(), sent);
  session->Close();
}

TEST_F(V1SessionTest, ItsSecretsGoWithItsEnd) {
  std::weak_ptr<const AuthConfig> credentials;
  std::shared_ptr<V1Session> session;
  {
    const std::shared_ptr<const AuthConfig> ann = Ann();
    credentials = ann;
    session = OpenHttps(ann);
  }
  EXPECT_FALSE(credentials.expired());
  session->Close();
  EXPECT_TRUE(credentials.expired());
}

}  // namespace
}  // namespace registryd
