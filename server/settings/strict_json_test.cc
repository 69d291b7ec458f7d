#include "server/settings/strict_json.h"

#include <string>

#include "absl/strings/match.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using testing::HasSubstr;

std::string Nested(int depth, char open, char close) {
  return std::string(depth, open) + std::string(depth, close);
}

TEST(StrictJson, TakesWhatIsJson) {
  for (const std::string& text :
       {std::string("{}"), std::string(" [1, 2.5, \"x\", null, true] \n"), std::string("7"),
        std::string(R"({"a": {"a": [{"a": 1}, {"a": 2}]}, "b": 1})"),
        Nested(kMaxJsonDepth, '[', ']')}) {
    EXPECT_TRUE(ParseStrictJson(text).ok()) << text << ParseStrictJson(text).status();
  }
}

struct Refused {
  const char* name;
  std::string text;
  std::string message;
};

class StrictJsonRefusesTest : public testing::TestWithParam<Refused> {};

TEST_P(StrictJsonRefusesTest, Says) {
  const auto result = ParseStrictJson(GetParam().text);
  ASSERT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(result.status().message(), HasSubstr(GetParam().message));
  EXPECT_EQ(result.status().message().find("json.exception"), absl::string_view::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Table, StrictJsonRefusesTest,
    testing::Values(
        Refused{"Nothing", "", "parse error at line 1, column 1"},
        Refused{"Unfinished", "{\"a\": ", "parse error at line 1, column 7"},
        Refused{"TrailingComma", "{\n\"a\": 1,\n}", "parse error at line 3, column 1"},
        Refused{"Comment", "{} // no", "parse error"},
        Refused{"TrailingGarbage", "{} {}", "parse error at line 1, column 4"},
        Refused{"NotUtf8", "\"\xff\"", "parse error"},
        Refused{"ControlCharacter", "\"a\nb\"", "parse error"},
        Refused{"HugeNumber", "1e999", "number overflow"},
        Refused{"Twice", R"({"a": 1, "a": 1})", "the key \"a\" stands twice in one object"},
        Refused{"TwiceByEscape", R"({"a": 1, "\u0061": 1})", "the key \"a\" stands twice"},
        Refused{"TwiceWithin", R"([{"b": {"c": 1, "d": {}, "c": 2}}])", "the key \"c\""},
        Refused{"DeepArray", Nested(kMaxJsonDepth + 1, '[', ']'), "more than 32 levels deep"},
        Refused{"VeryDeep", std::string(1 << 20, '['), "more than 32 levels deep"}),
    [](const auto& info) { return info.param.name; });

// Docker's file may hold a proxy's password.
TEST(StrictJson, DoesNotQuoteValues) {
  for (const char* text :
       {"{\"a\": \"canary", "{\"a\": \"canary\\q\"}", "{\"a\": canary}", "{\"a\": \"canary\n\"}",
        "{\"a\": \"canary\" \"canary\"}", "{\"a\": \"canary\xff\"}", "{\"a\": tcanary}"}) {
    const auto result = ParseStrictJson(text);
    ASSERT_FALSE(result.ok()) << text;
    EXPECT_FALSE(absl::StrContains(result.status().message(), "canary")) << result.status();
  }
}

TEST(JsonTypeName, NamesEveryType) {
  const auto name = [](absl::string_view text) { return JsonTypeName(*ParseStrictJson(text)); };
  EXPECT_EQ(name("{}"), "an object");
  EXPECT_EQ(name("[]"), "an array");
  EXPECT_EQ(name("\"\""), "a string");
  EXPECT_EQ(name("false"), "true or false");
  EXPECT_EQ(name("1"), "a whole number");
  EXPECT_EQ(name("-1"), "a whole number");
  EXPECT_EQ(name("1.5"), "a fraction");
  EXPECT_EQ(name("null"), "null");
}

}  // namespace
}  // namespace registryd
