#include "registry/v1/content_range.h"

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

std::string Show(std::optional<int64_t> value) {
  return value.has_value() ? absl::StrCat(*value) : "?";
}

std::string Parsed(absl::string_view value) {
  const auto range = ParseContentRange(value);
  if (!range.has_value()) return "none";
  return absl::StrCat(Show(range->first), " of ", Show(range->size));
}

TEST(ContentRangeTest, Reads) {
  EXPECT_EQ(Parsed("bytes 10-19/20"), "10 of 20");
  EXPECT_EQ(Parsed("bytes 0-0/1"), "0 of 1");
  EXPECT_EQ(Parsed("bytes 10-19/*"), "10 of ?");
  EXPECT_EQ(Parsed("bytes */20"), "? of 20");
  EXPECT_EQ(Parsed("bytes 0-9223372036854775806/9223372036854775807"), "0 of 9223372036854775807");
}

TEST(ContentRangeTest, PassesOverWhatIsNone) {
  for (const char* const value :
       {"", "bytes", "bytes ", "bytes 1", "bytes 1-2", "bytes 1-2/", "bytes 1-2/x", "bytes -2/3",
        "bytes 1-/3", "bytes 2-1/3", "bytes 1-3/3", "bytes +1-2/3", "bytes 1 -2/3",
        "bytes 0-1/9223372036854775808", "lines 1-2/3", "10-19/20", "bytes 1-2/-3"}) {
    EXPECT_EQ(Parsed(value), "none") << value;
  }
}

TEST(ContentRangeTest, ALengthIsDigits) {
  EXPECT_EQ(ParseLength("0"), 0);
  EXPECT_EQ(ParseLength("10240"), 10240);
  for (const char* const value : {"", " 1", "+1", "-1", "1x", "9223372036854775808"}) {
    EXPECT_EQ(ParseLength(value), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace registryd
