#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/upstream_call_fixture.h"

namespace registryd {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class PingCallTest : public UpstreamCallTest {
 protected:
  absl::StatusOr<api::PingV2RegistryResponse> PingUrl(const std::string& url) {
    api::PingV2RegistryRequest request;
    request.set_endpoint_url(url);
    return Ask(&Stub::PingV2Registry, request);
  }
  absl::StatusOr<api::PingV2RegistryResponse> PingHost(const std::string& host) {
    api::PingV2RegistryRequest request;
    request.set_hostname(host);
    return Ask(&Stub::PingV2Registry, request);
  }
};

TEST_F(PingCallTest, TellsTheAnswer) {
  registry().Reply("GET", "https://registry.example/pre/v2/",
                   Answer(401, {{"WWW-Authenticate", "Bearer realm=\"https://a/\xff\",Service=s"},
                                {"WWW-Authenticate", kBasic},
                                {"Docker-Distribution-Api-Version", "registry/2.0 x"}}));
  const auto response = PingUrl("https://registry.example/pre/");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->endpoint_url(), "https://registry.example/pre/");
  EXPECT_EQ(response->answered_url(), "https://registry.example/pre/v2/");
  EXPECT_EQ(response->status_code(), 401);
  EXPECT_THAT(response->api_versions(), ElementsAre("registry/2.0", "x"));
  ASSERT_THAT(response->challenges(), SizeIs(2));
  EXPECT_EQ(response->challenges(0).scheme(), "bearer");
  EXPECT_EQ(response->challenges(0).parameters().at("realm"), "https://a/\xef\xbf\xbd");
  EXPECT_EQ(response->challenges(0).parameters().at("service"), "s");
  EXPECT_EQ(response->challenges(1).scheme(), "basic");
  EXPECT_FALSE(Observed().used_credentials);
  EXPECT_EQ(Observed().registry, "registry.example");
}

TEST_F(PingCallTest, AnyStatusIsAnAnswer) {
  for (const int status : {200, 204, 403, 404, 429, 500, 503}) {
    registry().Reply("GET", kRegistry, Answer(status, {{"WWW-Authenticate", kBasic}}));
    const auto response = PingUrl("https://registry.example");
    ASSERT_TRUE(response.ok()) << response.status();
    EXPECT_EQ(response->status_code(), status);
    EXPECT_THAT(response->challenges(), IsEmpty()) << status;
  }
}

TEST_F(PingCallTest, AHostsEndpointsAreAskedInOrder) {
  registry().Reply("GET", "https://insecure.example:5000/v2/", Broken());
  registry().Reply("GET", "http://insecure.example:5000/v2/", Answer(200));
  const auto response = PingHost("insecure.example:5000");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->endpoint_url(), "http://insecure.example:5000");
  ASSERT_THAT(registry().requests(), SizeIs(2));
  EXPECT_TRUE(registry().requests()[0].options.tls.insecure_skip_verify);
  EXPECT_EQ(Observed().registry, "insecure.example:5000");
}

TEST_F(PingCallTest, ASecureHostIsNeverAskedInClear) {
  registry().Reply("GET", kRegistry, Broken());
  EXPECT_EQ(Failure(PingHost("registry.example").status()), "UNAVAILABLE CONNECTION_FAILED ");
  ASSERT_THAT(registry().requests(), SizeIs(1));
  EXPECT_EQ(registry().requests()[0].url, kRegistry);
  EXPECT_FALSE(registry().requests()[0].options.tls.insecure_skip_verify);
}

TEST_F(PingCallTest, TheLastFailureIsReported) {
  registry().Reply("GET", "https://insecure.example:5000/v2/", Broken());
  FakeHttpTransport::Response nonsense;
  nonsense.no_head = true;
  nonsense.status = Error(absl::StatusCode::kInternal, Reason::kResponseInvalid, "no HTTP");
  registry().Reply("GET", "http://insecure.example:5000/v2/", nonsense);
  EXPECT_EQ(Failure(PingHost("insecure.example:5000").status()), "INTERNAL PING_RESPONSE_INVALID ");
}

TEST_F(PingCallTest, AUrlIsTrustedAsItsHostIs) {
  registry().Reply("GET", "https://insecure.example:5000/v2/", Answer(200));
  ASSERT_TRUE(PingUrl("https://insecure.example:5000").ok());
  EXPECT_TRUE(registry().requests().back().options.tls.insecure_skip_verify);
  registry().Reply("GET", "http://registry.example/v2/", Answer(200));
  ASSERT_TRUE(PingUrl("http://registry.example").ok()) << "nothing secret is sent";
}

TEST_F(PingCallTest, SendsTheCallersUserAgent) {
  registry().Reply("GET", kRegistry, Answer(200));
  api::PingV2RegistryRequest request;
  request.set_hostname("registry.example");
  request.set_user_agent("agent/1");
  ASSERT_TRUE(Ask(&Stub::PingV2Registry, request).ok());
  EXPECT_THAT(registry().requests()[0].headers, Contains(HttpHeader{"User-Agent", "agent/1"}));
}

TEST_F(PingCallTest, WhatCannotBeAsked) {
  for (const char* const url :
       {"", "registry.example", "ftp://registry.example", "https://", "https:///v2/",
        "https://ann:CANARY@registry.example", "https://registry.example?q",
        "https://registry.example?", "https://registry.example/?", "https://registry.example/#f",
        "https://registry.example:CANARY", "http://%zz", "https://registry.example:99999",
        "http://127.0.0.1:0", "http://:80"}) {
    const absl::Status status = PingUrl(url).status();
    EXPECT_EQ(Failure(status), "INVALID_ARGUMENT FIELD_INVALID endpoint_url") << url;
    EXPECT_THAT(status.ToString(), Not(HasSubstr("ann:CANARY"))) << url;
  }
  EXPECT_EQ(Failure(PingUrl("https://a\\b").status()).substr(0, 16), "INVALID_ARGUMENT");
  EXPECT_EQ(Failure(PingHost("../x").status()), "INVALID_ARGUMENT HOSTNAME_INVALID hostname");
  for (const char* const host : {"", ":80", "registry.example:99999", "127.0.0.1:0", "a b"}) {
    EXPECT_EQ(Failure(PingHost(host).status()), "INVALID_ARGUMENT FIELD_INVALID hostname") << host;
  }
  EXPECT_EQ(Failure(PingHost("a..b").status()), "INVALID_ARGUMENT HOSTNAME_INVALID hostname");
  EXPECT_EQ(Failure(PingUrl("http://2130706433:5000").status()),
            "INVALID_ARGUMENT HOSTNAME_INVALID endpoint_url");
  EXPECT_EQ(Failure(Ask(&Stub::PingV2Registry, api::PingV2RegistryRequest()).status()),
            "INVALID_ARGUMENT FIELD_MISSING target");
  EXPECT_THAT(registry().requests(), IsEmpty());
}

}  // namespace
}  // namespace registryd
