#include "registry/search/search_request.h"

#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/v1/v1_endpoint.h"
#include "registry/v1/v1_requests.h"
#include "registry/v1/v1_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kUrl[] = "https://r.example/v1/search?q=foo&n=25";

class SearchRequestTest : public V1TestBase {
 protected:
  absl::StatusOr<SearchResults> Search(absl::string_view term, int64_t limit = 25) {
    const V1Endpoint endpoint = *V1Endpoint::Parse("r.example");
    V1Outcome<SearchResults> outcome;
    SendSearchRequest(
        V1Requests(client_, clock_, {{"X-Meta-Test", "m1"}}),
        {MakeUpstream(endpoint.origin()), endpoint, nullptr, std::string(term), limit}, {},
        outcome.Done());
    return outcome.Take();
  }
};

TEST_F(SearchRequestTest, AsksForATokenBehindTheCallersHeaders) {
  transport_.Reply("GET", kUrl, {{200, {}}, {R"({"results": [{"name": "x"}]})"}});
  const auto results = Search("foo");
  ASSERT_TRUE(results.ok()) << results.status();
  ASSERT_EQ(results->results.size(), 1u);
  EXPECT_EQ(results->results[0].name, "x");
  EXPECT_THAT(Sent(), ElementsAre(absl::StrCat("GET ", kUrl,
                                               " X-Meta-Test:m1 "
                                               "X-Docker-Token:true")));
}

TEST_F(SearchRequestTest, EscapesTheTermAsAQuery) {
  struct Case {
    const char* term;
    const char* query;
  };
  for (const Case& c : {Case{"", ""}, Case{"library/foo", "library%2Ffoo"}, Case{"a b", "a+b"},
                        Case{"a+b&n=9#x", "a%2Bb%26n%3D9%23x"}, Case{"\xc3\xa9~-_.", "%C3%A9~-_."},
                        Case{"a\r\nb", "a%0D%0Ab"}}) {
    const std::string url = absl::StrCat("https://r.example/v1/search?q=", c.query, "&n=25");
    transport_.Reply("GET", url, {{200, {}}, {"{}"}});
    EXPECT_TRUE(Search(c.term).ok()) << c.term;
  }
}

TEST_F(SearchRequestTest, TheLimitIsChecked) {
  for (const int64_t limit : {int64_t{0}, int64_t{-1}, int64_t{101}, INT64_MAX, INT64_MIN}) {
    const absl::Status status = Search("foo", limit).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
    EXPECT_EQ(FieldOf(status), "limit");
    EXPECT_EQ(status.message(), absl::StrCat("limit ", limit, " is outside the range of [1, 100]"));
  }
  EXPECT_THAT(Sent(), IsEmpty());
  for (const int64_t limit : {1, 100}) {
    transport_.Reply("GET", absl::StrCat("https://r.example/v1/search?q=foo&n=", limit),
                     {{200, {}}, {"{}"}});
    EXPECT_TRUE(Search("foo", limit).ok());
  }
}

TEST_F(SearchRequestTest, OtherStatusesAreErrorsWithTheServersWords) {
  struct Case {
    int status;
    absl::StatusCode code;
    Reason reason;
  };
  for (const Case& c : {
           Case{201, absl::StatusCode::kFailedPrecondition, Reason::kRegistryFailed},
           Case{206, absl::StatusCode::kFailedPrecondition, Reason::kRegistryFailed},
           Case{400, absl::StatusCode::kFailedPrecondition, Reason::kRegistryFailed},
           Case{401, absl::StatusCode::kUnauthenticated, Reason::kRegistryUnauthorized},
           Case{403, absl::StatusCode::kPermissionDenied, Reason::kRegistryDenied},
           Case{404, absl::StatusCode::kNotFound, Reason::kRegistryNotFound},
           Case{429, absl::StatusCode::kResourceExhausted, Reason::kRegistryThrottled},
           Case{503, absl::StatusCode::kUnavailable, Reason::kRegistryFailed},
       }) {
    transport_.Reply("GET", kUrl, {{c.status, {{"Retry-After", "7"}}}, {"the index ", "says no"}});
    const absl::Status status = Search("foo").status();
    EXPECT_EQ(status.code(), c.code) << status;
    EXPECT_EQ(ReasonOf(status), c.reason);
    EXPECT_THAT(std::string(status.message()), HasSubstr(absl::StrCat(c.status)));
    EXPECT_THAT(std::string(status.message()), HasSubstr("the index says no"));
    EXPECT_EQ(RetryDelayOf(status).has_value(), c.status == 429 || c.status == 503);
  }
}

TEST_F(SearchRequestTest, AnErrorIsToldThoughItsBodyIsTooLarge) {
  Response large{{403, {}}, {"denied here"}};
  large.status =
      Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge, "too large");
  transport_.Reply("GET", kUrl, large);
  EXPECT_EQ(Search("foo").status().code(), absl::StatusCode::kPermissionDenied);

  large.head.status = 200;
  transport_.Reply("GET", kUrl, large);
  EXPECT_EQ(ReasonOf(Search("foo").status()), Reason::kResponseTooLarge);
}

TEST_F(SearchRequestTest, WhatIsNoAnswerIsAnError) {
  transport_.Reply("GET", kUrl, {{200, {}}, {"<html>"}});
  absl::Status status = Search("foo").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(status), Reason::kResponseInvalid);

  transport_.Reply("GET", kUrl, Refused());
  status = Search("foo").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
}

TEST_F(SearchRequestTest, AfterARedirectTheTokenIsAskedForTwice) {
  transport_.Reply("GET", kUrl, {{302, {{"Location", "/moved"}}}, {}});
  transport_.Reply("GET", "https://r.example/moved", {{200, {}}, {"{}"}});
  ASSERT_TRUE(Search("foo").ok());
  EXPECT_THAT(Sent(), ElementsAre(HasSubstr("X-Docker-Token:true"),
                                  HasSubstr("X-Docker-Token:true X-Docker-Token:true")));
}

}  // namespace
}  // namespace registryd
