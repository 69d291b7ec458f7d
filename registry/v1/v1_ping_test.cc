#include "registry/v1/v1_ping.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/auth_config.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_requests.h"
#include "registry/v1/v1_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string Text(const V1Ping& ping) {
  return absl::StrCat(ping.standalone ? "standalone" : "indexed", " ", ping.version);
}

struct Case {
  const char* name;
  std::vector<HttpHeader> headers;
  std::string body;
  const char* want;
};

class ReadV1PingTest : public ::testing::TestWithParam<Case> {};

TEST_P(ReadV1PingTest, Reads) {
  for (const int status : {200, 404, 500}) {
    EXPECT_EQ(Text(ReadV1Ping({status, GetParam().headers}, GetParam().body)), GetParam().want);
  }
}

constexpr char kHeader[] = "x-docker-registry-standalone";

INSTANTIATE_TEST_SUITE_P(
    Table, ReadV1PingTest,
    ::testing::Values(
        Case{"Nothing", {}, "", "standalone "}, Case{"EmptyObject", {}, "{}", "standalone "},
        Case{"Header1", {{kHeader, "1"}}, "{}", "standalone "},
        Case{"HeaderTrue", {{kHeader, "True"}}, R"({"standalone": false})", "standalone "},
        Case{"HeaderFalse", {{kHeader, "false"}}, R"({"standalone": true})", "indexed "},
        Case{"HeaderOther", {{kHeader, "yes"}}, "", "indexed "},
        Case{"Header0", {{kHeader, "0"}}, "", "indexed "},
        Case{"HeaderSpace", {{kHeader, " 1"}}, "", "indexed "},
        Case{"HeaderEmpty", {{kHeader, ""}}, R"({"standalone": false})", "indexed "},
        Case{"HeaderTwice", {{kHeader, "0"}, {kHeader, "1"}}, "", "indexed "},
        Case{"BodyFalse", {}, R"({"standalone": false, "version": "0.9"})", "indexed 0.9"},
        Case{"BodyTrue", {}, R"({"version": "0.9", "standalone": true})", "standalone 0.9"},
        Case{"BodyAnyCase", {}, R"({"STANDALONE": false})", "indexed "},
        Case{"BodyNull", {}, R"({"standalone": null})", "standalone "},
        Case{"BodyWrongTypes", {}, R"({"standalone": 0, "version": 1})", "standalone "},
        Case{"BodyOneWrongType", {}, R"({"standalone": "x", "version": "1"})", "standalone 1"},
        Case{"BodyArray", {}, "[]", "standalone "}, Case{"BodyText", {}, "x", "standalone "},
        Case{"BodyCutOff", {}, R"({"standalone": fal)", "standalone "},
        Case{"VersionHeader",
             {{"X-Docker-Registry-Version", "2"}},
             R"({"version": "1"})",
             "standalone 2"},
        Case{"EmptyVersionHeader",
             {{"X-Docker-Registry-Version", ""}},
             R"({"version": "1"})",
             "standalone 1"}),
    [](const auto& info) { return info.param.name; });

class PingV1Test : public V1TestBase {
 protected:
  absl::StatusOr<V1Ping> Ping(absl::string_view address, const CallContext& context = {}) {
    const V1Endpoint endpoint = *V1Endpoint::Parse(address);
    V1Outcome<V1Ping> outcome;
    PingV1(V1Requests(client_, clock_, {{"User-Agent", "agent/2"}, {"X-Meta-Test", "m1"}}),
           MakeUpstream(endpoint.origin()), endpoint, nullptr, context, outcome.Done());
    return outcome.Take();
  }
};

TEST_F(PingV1Test, AsksWithTheCallersHeaders) {
  transport_.Reply("GET", "https://r.example/v1/_ping", {{200, {}}, {R"({"stand)", "alone\":0}"}});
  ASSERT_TRUE(Ping("r.example").ok());
  EXPECT_THAT(Sent(), ElementsAre("GET https://r.example/v1/_ping User-Agent:agent/2 "
                                  "X-Meta-Test:m1"));
}

TEST_F(PingV1Test, FollowsRedirects) {
  transport_.Reply("GET", "https://r.example/v1/_ping", {{302, {{"Location", "/moved"}}}, {}});
  transport_.Reply("GET", "https://r.example/moved", {{200, {{kHeader, "0"}}}, {}});
  EXPECT_EQ(Text(*Ping("r.example")), "indexed ");
}

TEST_F(PingV1Test, TheIndexServerIsNotAsked) {
  EXPECT_EQ(Text(*Ping(kIndexServer)), "indexed ");
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(PingV1Test, AnAnswerCountsWithoutItsBody) {
  Response broken{{200, {{kHeader, "0"}}}, {"{"}};
  broken.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "cut");
  transport_.Reply("GET", "https://r.example/v1/_ping", std::move(broken));
  EXPECT_EQ(Text(*Ping("r.example")), "indexed ");
}

TEST_F(PingV1Test, TheBodyIsBounded) {
  transport_.Reply("GET", "https://r.example/v1/_ping", {{200, {}}, {"{}"}});
  ASSERT_TRUE(Ping("r.example").ok());
  EXPECT_EQ(transport_.requests()[0].options.max_body_bytes, 64 * 1024);
}

TEST_F(PingV1Test, FailuresAreTold) {
  transport_.Reply("GET", "https://r.example/v1/_ping", Refused());
  const absl::Status status = Ping("r.example").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kConnectionFailed);
}

TEST_F(PingV1Test, TheCallersDeadlineAndCancellationEndIt) {
  EXPECT_EQ(Ping("r.example", {absl::Now() - absl::Seconds(1), nullptr}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  EXPECT_EQ(Ping("r.example", {absl::InfiniteFuture(), cancellation}).status().code(),
            absl::StatusCode::kCancelled);
}

TEST_F(PingV1Test, HasThirtySecondsOfItsOwn) {
  transport_.Reply("GET", "https://r.example/v1/_ping",
                   Failure(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded, "late"));
  transport_.Reply("GET", "https://r.example/v1/_ping",
                   Failure(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded, "late"));
  EXPECT_EQ(Ping("r.example").status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Ping("r.example", {clock_.Now() + V1Requests::kTimeout, nullptr}).status().code(),
            absl::StatusCode::kDeadlineExceeded);
}

}  // namespace
}  // namespace registryd
