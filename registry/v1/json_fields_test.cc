#include "registry/v1/json_fields.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/base/bounded_json.h"

namespace registryd {
namespace {

struct Case {
  const char* name;
  const char* json;
  const char* want;  // "text number flag", '!' behind what had the wrong type.
};

class JsonFieldsTest : public ::testing::TestWithParam<Case> {};

TEST_P(JsonFieldsTest, ReadsAsGoDoes) {
  auto json = ParseUntrustedJson(GetParam().json);
  ASSERT_TRUE(json.ok()) << json.status();
  std::string text = "-";
  int64_t number = 7;
  bool flag = true;
  const bool text_fits = ReadField(*json, "text", text);
  const bool number_fits = ReadField(*json, "number", number);
  const bool flag_fits = ReadField(*json, "flag", flag);
  EXPECT_EQ(absl::StrCat(text, text_fits ? " " : "! ", number, number_fits ? " " : "! ",
                         flag ? "yes" : "no", flag_fits ? "" : "!"),
            GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Table, JsonFieldsTest,
    ::testing::Values(
        Case{"All", R"({"text": "a", "number": -3, "flag": false})", "a -3 no"},
        Case{"Missing", "{}", "- 7 yes"},
        Case{"Null", R"({"text": null, "number": null, "flag": null})", "- 7 yes"},
        Case{"AnyCase", R"({"TEXT": "a", "Number": 3, "fLAG": false})", "a 3 no"},
        Case{"WrongScalars", R"({"text": 1, "number": "1", "flag": 0})", "-! 7! yes!"},
        Case{"WrongNested", R"({"text": {}, "number": [1], "flag": "true"})", "-! 7! yes!"},
        Case{"NoObject", "[1]", "- 7 yes"}, Case{"Fraction", R"({"number": 1.0})", "- 7! yes"},
        Case{"Exponent", R"({"number": 1e1})", "- 7! yes"},
        Case{"MinusZero", R"({"number": -0})", "- 0 yes"},
        Case{"Largest", R"({"number": 9223372036854775807})", "- 9223372036854775807 yes"},
        Case{"TooLarge", R"({"number": 9223372036854775808})", "- 7! yes"},
        Case{"FarTooLarge", R"({"number": 99999999999999999999})", "- 7! yes"},
        Case{"Smallest", R"({"number": -9223372036854775808})", "- -9223372036854775808 yes"},
        Case{"TooSmall", R"({"number": -9223372036854775809})", "- 7! yes"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
