#include "registry/v1/open_v1_endpoint.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/auth_config.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/ip_address.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_requests.h"
#include "registry/v1/v1_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kHttps[] = "https://r.example/v1/_ping";
constexpr char kHttp[] = "http://r.example/v1/_ping";

class OpenV1EndpointTest : public V1TestBase {
 protected:
  absl::StatusOr<OpenedV1Endpoint> Open(absl::string_view address, V1Trust trust,
                                        const CallContext& context = {}) {
    V1Outcome<OpenedV1Endpoint> outcome;
    OpenV1Endpoint(V1Requests(client_, clock_, {}), *V1Endpoint::Parse(address), std::move(trust),
                   context, outcome.Done());
    return outcome.Take();
  }

  static V1Trust Insecure() {
    V1Trust trust;
    trust.tls.insecure_skip_verify = true;
    return trust;
  }

  static Response Tls() {
    return Failure(absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed,
                   "unknown authority");
  }
};

TEST_F(OpenV1EndpointTest, HttpsIsTakenWhereItAnswers) {
  for (const char* address : {"r.example", "http://r.example/v1/"}) {
    for (const V1Trust& trust : {V1Trust(), Insecure()}) {
      transport_.Reply("GET", kHttps, {{500, {}}, {"{\"standalone\": false}"}});
      const auto opened = Open(address, trust);
      ASSERT_TRUE(opened.ok()) << opened.status();
      EXPECT_EQ(opened->endpoint.ToString(), "https://r.example/v1/");
      EXPECT_EQ(opened->upstream->origin, "https://r.example");
      EXPECT_FALSE(opened->ping.standalone);
      EXPECT_EQ(transport_.replies_left(), 0u);
    }
  }
}

TEST_F(OpenV1EndpointTest, TheIndexServerIsNeverAsked) {
  for (const V1Trust& trust : {V1Trust(), Insecure()}) {
    const auto opened = Open(kIndexServer, trust);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->endpoint.ToString(), kIndexServer);
    EXPECT_FALSE(opened->ping.standalone);
  }
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(OpenV1EndpointTest, ASecureOneNeverFallsBack) {
  struct Case {
    Response failure;
    absl::StatusCode code;
    Reason reason;
  };
  const Case cases[] = {
      {Refused(), absl::StatusCode::kUnavailable, Reason::kConnectionFailed},
      {Tls(), absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed},
  };
  for (const Case& c : cases) {
    transport_.Reply("GET", kHttps, c.failure);
    const absl::Status status = Open("http://r.example", V1Trust()).status();
    EXPECT_EQ(status.code(), c.code);
    EXPECT_EQ(ReasonOf(status), c.reason);
    EXPECT_THAT(std::string(status.message()),
                HasSubstr("invalid registry endpoint https://r.example/v1/: "));
    EXPECT_THAT(std::string(status.message()), HasSubstr("`--insecure-registry r.example`"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("/etc/docker/certs.d/r.example/ca.crt"));
  }
  EXPECT_THAT(Sent(), ElementsAre(HasSubstr("https://"), HasSubstr("https://")));
}

TEST_F(OpenV1EndpointTest, AnInsecureOneFallsBack) {
  for (const Response& failure : {Refused(), Tls()}) {
    transport_.Reply("GET", kHttps, failure);
    transport_.Reply("GET", kHttp, {{200, {}}, {}});
    V1Trust trust = Insecure();
    trust.allow_plaintext_credentials = true;
    trust.checked_addresses =
        std::make_shared<const std::vector<IpAddress>>(1, *IpAddress::Parse("10.1.2.3"));
    const auto opened = Open("r.example", trust);
    ASSERT_TRUE(opened.ok()) << opened.status();
    EXPECT_EQ(opened->endpoint.ToString(), "http://r.example/v1/");
    EXPECT_EQ(opened->upstream->origin, "http://r.example");
    EXPECT_TRUE(opened->upstream->allow_plaintext_credentials);
    EXPECT_TRUE(opened->ping.standalone);
  }
  for (const auto& request : transport_.requests()) {
    EXPECT_THAT(request.options.addresses, ElementsAre(*IpAddress::Parse("10.1.2.3")));
  }
}

TEST_F(OpenV1EndpointTest, BothFailuresAreTold) {
  transport_.Reply("GET", kHttps, Tls());
  transport_.Reply("GET", kHttp, Refused());
  const absl::Status status = Open("r.example", Insecure()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kConnectionFailed);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("invalid registry endpoint \"http://r.example/v1/\". HTTPS attempt: "
                        "unknown authority. HTTP attempt: refused"));
}

TEST_F(OpenV1EndpointTest, ACallerThatGaveUpIsNotKeptWaiting) {
  EXPECT_EQ(
      Open("r.example", Insecure(), {absl::Now() - absl::Seconds(1), nullptr}).status().code(),
      absl::StatusCode::kDeadlineExceeded);
  auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  const absl::Status status =
      Open("r.example", Insecure(), {absl::InfiniteFuture(), cancellation}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  EXPECT_FALSE(absl::StrContains(status.message(), "HTTP attempt"));
}

TEST_F(OpenV1EndpointTest, ASlowHttpsIsAFailureLikeOthers) {
  transport_.Reply("GET", kHttps,
                   Failure(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded, "late"));
  transport_.Reply("GET", kHttp, {{200, {}}, {}});
  EXPECT_TRUE(Open("r.example", Insecure()).ok());
}

}  // namespace
}  // namespace registryd
