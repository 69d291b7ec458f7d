#include "registry/search/search_results.h"

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// "query number [name stars official description] ..."; a '*' behind what is automated.
std::string Text(const SearchResults& results) {
  std::string text = absl::StrCat(results.query, " ", results.num_results);
  for (const SearchResult& r : results.results) {
    absl::StrAppend(&text, " [", r.name, " ", r.star_count, " ", r.is_official ? "yes" : "no", " ",
                    r.description, "]", r.is_automated ? "*" : "");
  }
  return text;
}

struct Case {
  const char* name;
  std::string body;
  std::string want;
};

class SearchResultsTest : public ::testing::TestWithParam<Case> {};

TEST_P(SearchResultsTest, Reads) {
  const auto results = ParseSearchResults(GetParam().body);
  ASSERT_TRUE(results.ok()) << results.status();
  EXPECT_EQ(Text(*results), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SearchResultsTest,
    ::testing::Values(
        Case{"Whole",
             R"({"num_results": 2, "query": "foo", "results": [
                 {"name": "foo", "description": "<b>", "star_count": 10, "is_official": true,
                  "is_automated": false},
                 {"name": "a/foo", "star_count": -2, "is_automated": true}]})",
             "foo 2 [foo 10 yes <b>] [a/foo -2 no ]*"},
        Case{"NullList", R"({"num_results": 0, "results": null})", " 0"},
        Case{"NoList", R"({"num_results": 3})", " 3"}, Case{"Null", "null", " 0"},
        Case{"NullResult", R"({"results": [null]})", " 0 [ 0 no ]"},
        Case{"NullFields", R"({"results": [{"star_count": null, "name": null}]})", " 0 [ 0 no ]"},
        Case{"AnyCase", R"({"RESULTS": [{"NAME": "x", "Star_Count": 3}]})", " 0 [x 3 no ]"},
        Case{"UnknownFields", R"({"page": {"a": [1]}, "results": [{"pulls": 1.5}]})",
             " 0 [ 0 no ]"},
        Case{"Trailing", R"({"results": [{"name": "x"}]} trailing)", " 0 [x 0 no ]"},
        Case{"LargestCount", R"({"results": [{"star_count": 9223372036854775807}]})",
             " 0 [ 9223372036854775807 no ]"},
        Case{"NotUtf8", "{\"results\": [{\"name\": \"a\xff\"}]}", " 0 [a\xef\xbf\xbd 0 no ]"}),
    [](const auto& info) { return info.param.name; });

class SearchResultsRefusesTest : public ::testing::TestWithParam<Case> {};

TEST_P(SearchResultsRefusesTest, Says) {
  const absl::Status status = ParseSearchResults(GetParam().body).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(status), Reason::kResponseInvalid);
  EXPECT_TRUE(absl::StartsWith(
      status.message(), absl::StrCat("error decoding registry search results: ", GetParam().want)))
      << status;
}

INSTANTIATE_TEST_SUITE_P(
    Table, SearchResultsRefusesTest,
    ::testing::Values(Case{"Nothing", "", ""}, Case{"Html", "<html>", ""},
                      Case{"CutOff", R"({"results": [{"name": "a"}])", ""},
                      Case{"Deep", std::string(1 << 16, '['), ""}, Case{"Array", "[]", "an object"},
                      Case{"Text", "\"x\"", "an object"}, Case{"Number", "1", "an object"},
                      Case{"ListIsObject", R"({"results": {}})", "`results`"},
                      Case{"ListIsText", R"({"results": "x"})", "`results`"},
                      Case{"Query", R"({"query": 1})", "`query`"},
                      Case{"NumResults", R"({"num_results": "z", "results": []})", "`query` or"},
                      Case{"ResultIsNumber", R"({"results": [{}, 1]})", "results[1]"},
                      Case{"StarsFraction", R"({"results": [{"star_count": 1.0}]})", "results[0]"},
                      Case{"StarsText", R"({"results": [{"star_count": "1"}]})", "results[0]"},
                      Case{"StarsTooLarge", R"({"results": [{"star_count": 9223372036854775808}]})",
                           "results[0]"},
                      Case{"Official", R"({"results": [{"is_official": 1}]})", "results[0]"},
                      Case{"Automated", R"({"results": [{"is_automated": "yes"}]})", "results[0]"},
                      Case{"Name", R"({"results": [{"name": ["x"]}]})", "results[0]"},
                      Case{"Description", R"({"results": [{"description": true}]})", "results[0]"}),
    [](const auto& info) { return info.param.name; });

TEST(SecurityRow12, TooManyResultsAreTooLarge) {
  std::string body = R"({"results": [{})";
  for (int i = 0; i < 200'000; ++i) body += ",{}";
  const absl::Status status = ParseSearchResults(body + "]}").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge);
  EXPECT_TRUE(absl::StartsWith(status.message(), "error decoding registry search results: "))
      << status;
}

}  // namespace
}  // namespace registryd
