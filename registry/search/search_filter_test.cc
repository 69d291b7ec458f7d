#include "registry/search/search_filter.h"

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using Filters = std::vector<SearchFilterValue>;

constexpr int64_t kMin = INT64_MIN;
constexpr int64_t kMax = INT64_MAX;

SearchResult Result(int64_t stars, bool official) { return {stars, official, "name", ""}; }

struct Matching {
  const char* name;
  Filters filters;
  // Which of these match: stars -1, 0, 3 not official; 0, 3, the most stars official.
  const char* want;
};

class SearchFilterTest : public ::testing::TestWithParam<Matching> {};

TEST_P(SearchFilterTest, Matches) {
  const auto filter = SearchFilter::Parse(GetParam().filters);
  ASSERT_TRUE(filter.ok()) << filter.status();
  std::string got;
  for (const SearchResult& result : {Result(-1, false), Result(0, false), Result(3, false),
                                     Result(0, true), Result(3, true), Result(kMax, true)}) {
    got += filter->Matches(result) ? 'x' : '-';
  }
  EXPECT_EQ(got, GetParam().want);
  EXPECT_EQ(filter->matches_nothing(), got == "------");
}

INSTANTIATE_TEST_SUITE_P(
    Table, SearchFilterTest,
    ::testing::Values(
        Matching{"None", {}, "xxxxxx"}, Matching{"Official1", {{"is-official", "1"}}, "---xxx"},
        Matching{"OfficialTrue", {{"is-official", "true"}}, "---xxx"},
        Matching{"Official0", {{"is-official", "0"}}, "xxx---"},
        Matching{"OfficialFalse", {{"is-official", "false"}}, "xxx---"},
        Matching{"OfficialTwice", {{"is-official", "1"}, {"is-official", "true"}}, "---xxx"},
        Matching{"OfficialAndNonsense", {{"is-official", "maybe"}, {"is-official", "0"}}, "xxx---"},
        Matching{"AutomatedFalse", {{"is-automated", "false"}}, "xxxxxx"},
        Matching{"Automated0", {{"is-automated", "0"}}, "xxxxxx"},
        Matching{"AutomatedTrue", {{"is-automated", "true"}}, "------"},
        Matching{"Automated1", {{"is-automated", "1"}}, "------"},
        Matching{"AutomatedHidesFaults",
                 {{"stars", "x"}, {"is-official", "maybe"}, {"is-automated", "1"}},
                 "------"},
        Matching{"Stars0", {{"stars", "0"}}, "-xxxxx"},
        Matching{"Stars3", {{"stars", "3"}}, "--x-xx"},
        Matching{"StarsSigned", {{"stars", "+3"}}, "--x-xx"},
        Matching{"StarsNegative", {{"stars", "-4"}}, "-xxxxx"},
        Matching{"StarsHighest", {{"stars", "3"}, {"stars", "4"}, {"stars", "1"}}, "-----x"},
        Matching{"StarsLeadingZeros", {{"stars", "003"}}, "--x-xx"},
        Matching{"StarsLargest", {{"stars", absl::StrCat(kMax)}}, "-----x"},
        Matching{"StarsSmallest", {{"stars", absl::StrCat(kMin)}}, "-xxxxx"},
        Matching{"Both", {{"stars", "3"}, {"is-official", "0"}}, "--x---"}),
    [](const auto& info) { return info.param.name; });

struct Refused {
  const char* name;
  Filters filters;
  const char* field;
  const char* message;
};

class SearchFilterRefusesTest : public ::testing::TestWithParam<Refused> {};

TEST_P(SearchFilterRefusesTest, NamesTheFilter) {
  const absl::Status status = SearchFilter::Parse(GetParam().filters).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(status), GetParam().field);
  EXPECT_TRUE(absl::StartsWith(status.message(), GetParam().message)) << status;
}

INSTANTIATE_TEST_SUITE_P(
    Table, SearchFilterRefusesTest,
    ::testing::Values(
        Refused{"Unknown", {{"label", "x"}}, "filters[0]", "invalid filter 'label'"},
        Refused{"UnknownSecond",
                {{"stars", "1"}, {"label", "x"}},
                "filters[1]",
                "invalid filter 'label'"},
        Refused{"UnknownBeforeAll",
                {{"is-automated", "1"}, {"x", "1"}},
                "filters[1]",
                "invalid filter 'x'"},
        Refused{"UpperCase", {{"Stars", "1"}}, "filters[0]", "invalid filter 'Stars'"},
        Refused{"Empty", {{"", "1"}}, "filters[0]", "invalid filter ''"},
        Refused{"LineFeed", {{"a\nb", "1"}}, "filters[0]", "invalid filter 'a\\nb'"},
        Refused{"Official",
                {{"is-official", "maybe"}},
                "filters[0]",
                "invalid filter 'is-official=[maybe]'"},
        Refused{"OfficialUpperCase",
                {{"is-official", "True"}},
                "filters[0]",
                "invalid filter 'is-official=[True]'"},
        Refused{"OfficialEmpty",
                {{"is-official", ""}},
                "filters[0]",
                "invalid filter 'is-official=[]'"},
        Refused{"OfficialBoth",
                {{"stars", "1"}, {"is-official", "1"}, {"is-official", "false"}},
                "filters[1]",
                "invalid filter 'is-official=[1 false]'"},
        Refused{"Automated",
                {{"is-automated", "yes"}},
                "filters[0]",
                "invalid filter 'is-automated=[yes]'"},
        Refused{"AutomatedBoth",
                {{"is-automated", "0"}, {"is-automated", "1"}},
                "filters[0]",
                "invalid filter 'is-automated=[0 1]'"},
        Refused{"StarsText",
                {{"stars", "many"}},
                "filters[0]",
                R"(invalid filter 'stars=many': strconv.Atoi: parsing "many": invalid syntax)"},
        Refused{"StarsEmpty", {{"stars", ""}}, "filters[0]", "invalid filter 'stars='"},
        Refused{"StarsSpace", {{"stars", " 1"}}, "filters[0]", "invalid filter 'stars= 1'"},
        Refused{"StarsFraction", {{"stars", "1.5"}}, "filters[0]", "invalid filter 'stars=1.5'"},
        Refused{"StarsHex", {{"stars", "0x1"}}, "filters[0]", "invalid filter 'stars=0x1'"},
        Refused{"StarsUnderscore", {{"stars", "1_0"}}, "filters[0]", "invalid filter"},
        Refused{"StarsTwoSigns", {{"stars", "+-1"}}, "filters[0]", "invalid filter"},
        Refused{"StarsOnlySign", {{"stars", "-"}}, "filters[0]", "invalid filter"},
        Refused{
            "StarsTooLarge", {{"stars", "9223372036854775808"}}, "filters[0]", "invalid filter"},
        Refused{
            "StarsTooSmall", {{"stars", "-9223372036854775809"}}, "filters[0]", "invalid filter"},
        Refused{"StarsSecond",
                {{"stars", "1"}, {"stars", "x"}},
                "filters[1]",
                "invalid filter 'stars=x'"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
