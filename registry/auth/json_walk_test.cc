#include "registry/auth/json_walk.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> Seen(absl::string_view text) {
  std::vector<std::string> seen;
  const absl::Status status = WalkJson(text, [&seen](const JsonValue& value) {
    const char* const kinds[] = {"object", "array", "string", "other", "null"};
    seen.push_back(
        absl::StrCat(absl::StrJoin(value.path, "/"), " ", kinds[static_cast<int>(value.kind)],
                     value.text == nullptr ? "" : "=", value.text == nullptr ? "" : *value.text));
    return absl::OkStatus();
  });
  if (!status.ok()) seen.push_back(std::string(status.message()));
  return seen;
}

TEST(WalkJson, VisitsValuesInOrder) {
  EXPECT_THAT(Seen(R"({"a": {"b": "x", "c": 1}, "d": [true, {"e": null}, "y"], "f": 1.5})"),
              ElementsAre(" object", "a object", "a/b string=x", "a/c other", "d array", "d/ other",
                          "d/ object", "d//e null", "d/ string=y", "f other"));
}

TEST(WalkJson, TakesAnyValueForADocument) {
  EXPECT_THAT(Seen("\"x\""), ElementsAre(" string=x"));
  EXPECT_THAT(Seen(" null\n"), ElementsAre(" null"));
  EXPECT_THAT(Seen("-1"), ElementsAre(" other"));
}

TEST(WalkJson, StopsAtTheVisitorsError) {
  int visits = 0;
  const absl::Status status = WalkJson(R"(["a", "b", "c"])", [&visits](const JsonValue& value) {
    return ++visits == 2 ? absl::AbortedError("enough") : absl::OkStatus();
  });
  EXPECT_EQ(status, absl::AbortedError("enough"));
  EXPECT_EQ(visits, 2);
}

TEST(WalkJson, LetsTextBeMovedFrom) {
  std::string taken;
  ASSERT_TRUE(WalkJson(R"({"a": "x", "b": "y"})", [&taken](const JsonValue& value) {
                if (value.text != nullptr) taken += std::move(*value.text);
                return absl::OkStatus();
              }).ok());
  EXPECT_EQ(taken, "xy");
}

TEST(WalkJson, RefusesWhatIsNotJsonWithoutQuotingIt) {
  for (const char* text :
       {"", "{", "{\"a\": \"canary", "{\"a\": \"canary\"", "{\"a\": canary}",
        "{\"a\": \"canary\",}", "{} \"canary\"", "{\"a\": \"canary\xff\"}", "[1e999]"}) {
    const std::vector<std::string> seen = Seen(text);
    EXPECT_THAT(seen.back(), HasSubstr("not JSON at byte ")) << text;
    EXPECT_THAT(seen.back(), Not(HasSubstr("canary"))) << text;
  }
}

TEST(WalkJson, EndsAtItsDepth) {
  const auto nested = [](size_t levels) {
    return absl::StrCat(std::string(levels, '['), std::string(levels, ']'));
  };
  EXPECT_THAT(Seen(nested(kMaxWalkDepth)).back(), HasSubstr("array"));
  EXPECT_EQ(Seen(nested(kMaxWalkDepth + 1)).back(), "more than 32 levels deep");
  EXPECT_EQ(Seen(std::string(1 << 20, '[')).back(), "more than 32 levels deep");
}

}  // namespace
}  // namespace registryd
