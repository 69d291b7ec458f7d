#include "registry/uri/atoi.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd {
namespace {

TEST(AtoiTest, ReadsNumbers) {
  const struct {
    const char* text;
    int64_t value;
  } kCases[] = {
      {"0", 0},
      {"-0", 0},
      {"+5", 5},
      {"-17", -17},
      {"00080", 80},
      {"9223372036854775807", std::numeric_limits<int64_t>::max()},
      {"-9223372036854775808", std::numeric_limits<int64_t>::min()},
  };
  for (const auto& test : kCases) {
    const absl::StatusOr<int64_t> value = Atoi(test.text);
    ASSERT_TRUE(value.ok()) << test.text << ": " << value.status();
    EXPECT_EQ(*value, test.value) << test.text;
  }
}

TEST(AtoiTest, RefusesInGosWords) {
  for (const absl::string_view text :
       {"", "+", "-", "--1", "+-1", "1 ", " 1", "1_0", "0x1", "1e3", "1.0", "abc"}) {
    const absl::Status status = Atoi(text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << text;
    EXPECT_EQ(status.message(),
              "strconv.Atoi: parsing \"" + std::string(text) + "\": invalid syntax");
  }
  for (const absl::string_view text : {"9223372036854775808", "-9223372036854775809"}) {
    EXPECT_EQ(Atoi(text).status().message(),
              "strconv.Atoi: parsing \"" + std::string(text) + "\": value out of range");
  }
  EXPECT_EQ(Atoi("a\nsecret", "a\nxxxxx").status().message(),
            R"(strconv.Atoi: parsing "a\nxxxxx": invalid syntax)");
}

}  // namespace
}  // namespace registryd
