#include "registry/v1/caller_headers.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CallerHeaders, KeepsOrderAndRepetitions) {
  EXPECT_THAT(*CheckCallerHeaders("", {}), IsEmpty());
  EXPECT_THAT(
      *CheckCallerHeaders("agent/2", {{"X-Meta-Test", "m1"}, {"x-b", ""}, {"X-Meta-Test", "m\t2"}}),
      ElementsAre(HttpHeader{"User-Agent", "agent/2"}, HttpHeader{"X-Meta-Test", "m1"},
                  HttpHeader{"x-b", ""}, HttpHeader{"X-Meta-Test", "m\t2"}));
}

struct Refused {
  const char* name;
  std::string user_agent;
  std::vector<HttpHeader> headers;
  const char* field;
};

class CallerHeadersRefusesTest : public ::testing::TestWithParam<Refused> {};

TEST_P(CallerHeadersRefusesTest, NamesTheField) {
  const absl::Status status =
      CheckCallerHeaders(GetParam().user_agent, GetParam().headers).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(status), GetParam().field);
  EXPECT_FALSE(absl::StrContains(status.message(), "canary")) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Table, CallerHeadersRefusesTest,
    ::testing::Values(
        Refused{"AgentLineFeed", "canary\nX: y", {}, "user_agent"},
        Refused{"AgentCarriageReturn", "canary\r", {}, "user_agent"},
        Refused{"AgentNul", std::string("a\0b", 3), {}, "user_agent"},
        Refused{"AgentTooLong", std::string(kMaxCallerHeaderBytes + 1, 'a'), {}, "user_agent"},
        Refused{"NoName", "", {{"", "v"}}, "headers[0]"},
        Refused{"NameWithSpace", "", {{"X A", "v"}}, "headers[0]"},
        Refused{"NameWithColon", "", {{"X:", "v"}}, "headers[0]"},
        Refused{"NameWithLineFeed", "", {{"X\nA", "v"}}, "headers[0]"},
        Refused{"ValueLineFeed", "", {{"X-A", "v"}, {"X-B", "canary\nX"}}, "headers[1]"},
        Refused{"ValueNul", "", {{"X-A", std::string("canary\0", 7)}}, "headers[0]"},
        Refused{"ValueDelete", "", {{"X-A", "canary\x7f"}}, "headers[0]"},
        Refused{"Authorization", "", {{"X-A", "v"}, {"authorization", "canary"}}, "headers[1]"},
        Refused{"ProxyAuthorization", "", {{"Proxy-Authorization", "canary"}}, "headers[0]"},
        Refused{"Cookie", "", {{"COOKIE", "canary"}}, "headers[0]"},
        Refused{"Host", "", {{"Host", "h"}}, "headers[0]"},
        Refused{"UserAgent", "", {{"User-Agent", "a"}}, "headers[0]"},
        Refused{"ContentLength", "", {{"Content-Length", "1"}}, "headers[0]"},
        Refused{"TransferEncoding", "", {{"Transfer-Encoding", "chunked"}}, "headers[0]"},
        Refused{"Connection", "", {{"Connection", "close"}}, "headers[0]"},
        Refused{"Expect", "", {{"Expect", "100-continue"}}, "headers[0]"},
        Refused{"DockerToken", "", {{"X-Docker-Token", "true"}}, "headers[0]"},
        Refused{"TooMuch",
                "",
                {{"X-A", std::string(kMaxCallerHeaderBytes - 3, 'a')}, {"B", ""}},
                "headers[1]"}),
    [](const auto& info) { return info.param.name; });

TEST(CallerHeaders, AsMuchAsIsAllowed) {
  EXPECT_TRUE(CheckCallerHeaders(std::string(kMaxCallerHeaderBytes, 'a'), {}).ok());
  EXPECT_TRUE(
      CheckCallerHeaders("", {{{"X-A", std::string(kMaxCallerHeaderBytes - 3, 'a')}}}).ok());
}

}  // namespace
}  // namespace registryd
