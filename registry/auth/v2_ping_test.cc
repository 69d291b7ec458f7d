#include "registry/auth/v2_ping.h"

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
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/proxy_rules.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class PingV2Test : public ::testing::Test {
 protected:
  absl::StatusOr<V2Ping> Ping(absl::string_view endpoint_url) {
    std::optional<absl::StatusOr<V2Ping>> result;
    PingV2(client_, clock_, upstream_, endpoint_url, "agent/1.0", {},
           [&](absl::StatusOr<V2Ping> ping) {
             EXPECT_FALSE(result.has_value()) << "called twice";
             result = std::move(ping);
           });
    return result.value_or(absl::UnknownError("no answer"));
  }

  static std::shared_ptr<const Upstream> MakeUpstream() {
    Upstream upstream;
    upstream.origin = "https://reg.example";
    return std::make_shared<const Upstream>(std::move(upstream));
  }

  const std::shared_ptr<const Upstream> upstream_ = MakeUpstream();
  FakeClock clock_{absl::Now()};
  FakeHttpTransport transport_;
  FakeDnsResolver resolver_{{{"reg.example", {"8.8.8.8"}}}};
  ProxyRules proxies_;
  HttpClient client_{transport_, resolver_, proxies_, {"registryd/test"}};
};

// "bearer realm=x": a challenge with its parameters, sorted by name.
std::vector<std::string> Texts(const std::vector<AuthChallenge>& challenges) {
  std::vector<std::string> texts;
  for (const AuthChallenge& challenge : challenges) {
    texts.push_back(challenge.scheme);
    for (const auto& [name, value] : challenge.parameters) {
      absl::StrAppend(&texts.back(), " ", name, "=", value);
    }
  }
  return texts;
}

TEST_F(PingV2Test, TellsWhatTheRegistryAnswered) {
  transport_.Reply("GET", "https://reg.example/v2/",
                   {{401,
                     {{"WWW-Authenticate", "Bearer realm=\"https://a/t\",service=s"},
                      {"WWW-Authenticate", "Basic realm=\"x y\""},
                      {"Docker-Distribution-Api-Version", "registry/2.0  trust/1.0"},
                      {"docker-distribution-api-version", "\tother/3"}}},
                    {"denied"}});
  const auto ping = Ping("https://reg.example");
  ASSERT_TRUE(ping.ok()) << ping.status();
  EXPECT_EQ(ping->endpoint_url, "https://reg.example");
  EXPECT_EQ(ping->answered_url, "https://reg.example/v2/");
  EXPECT_EQ(ping->status_code, 401);
  EXPECT_THAT(ping->api_versions, ElementsAre("registry/2.0", "trust/1.0", "other/3"));
  EXPECT_THAT(Texts(ping->challenges),
              ElementsAre("bearer realm=https://a/t service=s", "basic realm=x y"));
  ASSERT_THAT(transport_.requests(), SizeIs(1));
  EXPECT_THAT(transport_.requests()[0].secret_headers, IsEmpty());
  EXPECT_THAT(transport_.requests()[0].headers,
              ::testing::Contains(HttpHeader{"User-Agent", "agent/1.0"}));
}

TEST_F(PingV2Test, OnlyA401Challenges) {
  for (const int status : {200, 400, 402, 403, 404, 500}) {
    SCOPED_TRACE(status);
    transport_.Reply("GET", "https://reg.example/pre/v2/",
                     {{status, {{"WWW-Authenticate", "Basic realm=x"}}}, {}});
    const auto ping = Ping("https://reg.example/pre/");
    ASSERT_TRUE(ping.ok()) << ping.status();
    EXPECT_EQ(ping->status_code, status);
    EXPECT_EQ(ping->endpoint_url, "https://reg.example/pre/");
    EXPECT_THAT(ping->challenges, IsEmpty());
    EXPECT_THAT(ping->api_versions, IsEmpty());
  }
}

// As in Docker Engine, whose challenges are kept under the URL that answered.
TEST_F(PingV2Test, ARedirectedPingChallengesElsewhere) {
  transport_.Reply("GET", "https://reg.example/v2/",
                   {{301, {{"Location", "https://reg.example/elsewhere/v2/"}}}, {}});
  transport_.Reply("GET", "https://reg.example/elsewhere/v2/",
                   {{401, {{"WWW-Authenticate", "Basic realm=x"}}}, {}});
  const auto ping = Ping("https://reg.example");
  ASSERT_TRUE(ping.ok()) << ping.status();
  EXPECT_EQ(ping->answered_url, "https://reg.example/elsewhere/v2/");
  EXPECT_THAT(ping->ChallengesFor("https://reg.example/v2/"), IsEmpty());
  EXPECT_THAT(ping->ChallengesFor("https://reg.example/elsewhere/v2/"), SizeIs(1));
}

TEST_F(PingV2Test, Failures) {
  struct Case {
    absl::StatusCode code;
    Reason reason;
    Reason wanted;
  };
  for (const Case& c :
       {Case{absl::StatusCode::kInternal, Reason::kResponseInvalid, Reason::kPingResponseInvalid},
        Case{absl::StatusCode::kUnavailable, Reason::kConnectionFailed, Reason::kConnectionFailed},
        Case{absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed,
             Reason::kTlsVerificationFailed}}) {
    SCOPED_TRACE(ReasonName(c.reason));
    FakeHttpTransport::Response response;
    response.no_head = true;
    response.status = Error(c.code, c.reason, "as scripted");
    transport_.Reply("GET", "https://reg.example/v2/", std::move(response));
    const absl::Status status = Ping("https://reg.example").status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_EQ(ReasonOf(status), c.wanted);
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("as scripted"));
  }
}

TEST(V2PingTest, ChallengesForComparesAsDockersClient) {
  struct Case {
    std::string name;
    std::string answered;
    std::string asked;
    bool holds;
  };
  const std::vector<Case> cases = {
      {"same", "https://reg.example/v2/", "https://reg.example/v2/", true},
      {"letters of the host", "https://Reg.EXAMPLE/v2/", "https://rEG.example/v2/", true},
      {"port of https", "https://reg.example/v2/", "https://reg.example:443/v2/", true},
      {"port of http", "http://reg.example:80/v2/", "http://reg.example/v2/", true},
      {"the other scheme's port", "https://reg.example/v2/", "https://reg.example:80/v2/", false},
      {"another port", "https://reg.example:5000/v2/", "https://reg.example:5001/v2/", false},
      {"an empty port is one", "https://reg.example/v2/", "https://reg.example:/v2/", false},
      {"IPv6", "https://[::1]/v2/", "https://[::1]:443/v2/", true},
      {"IPv6 and another port", "https://[::1]/v2/", "https://[::1]:444/v2/", false},
      {"another scheme", "https://reg.example:443/v2/", "http://reg.example:443/v2/", false},
      {"another host", "https://reg.example/v2/", "https://a.reg.example/v2/", false},
      {"another path", "https://reg.example/v2/", "https://reg.example/pre/v2/", false},
      {"letters of the path", "https://reg.example/v2/", "https://reg.example/V2/", false},
      {"an escaped path", "https://reg.example/v2/", "https://reg.example/%762/", true},
      {"query and fragment", "https://reg.example/v2/?a#b", "https://reg.example/v2/", true},
      {"no URL", "https://reg.example/v2/", "https://%zz", false},
      {"nothing", "https://reg.example/v2/", "", false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    V2Ping ping;
    ping.answered_url = c.answered;
    ping.challenges = {{"basic", {}}};
    EXPECT_EQ(!ping.ChallengesFor(c.asked).empty(), c.holds);
  }
}

}  // namespace
}  // namespace registryd
