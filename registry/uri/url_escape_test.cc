#include "registry/uri/url_escape.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace registryd {
namespace {

constexpr UrlPart kParts[] = {UrlPart::kUserInfo, UrlPart::kHost,  UrlPart::kZone,
                              UrlPart::kPath,     UrlPart::kQuery, UrlPart::kFragment};

absl::string_view PlainPunctuation(UrlPart part) {
  switch (part) {
    case UrlPart::kUserInfo:
      return "-_.~$&+,;=";
    case UrlPart::kHost:
    case UrlPart::kZone:
      return "-_.~!$&'()*+,;=:[]<>\"";
    case UrlPart::kPath:
      return "-_.~$&+,/:;=@";
    case UrlPart::kQuery:
      return "-_.~";
    case UrlPart::kFragment:
      return "-_.~$&+,/:;=?@!()*";
  }
  return "";
}

TEST(UrlEscapeTest, EveryByteInEveryPart) {
  for (const UrlPart part : kParts) {
    for (int byte = 0; byte < 256; ++byte) {
      const std::string text(1, static_cast<char>(byte));
      const bool plain =
          absl::ascii_isalnum(byte) || absl::StrContains(PlainPunctuation(part), text);
      const std::string escaped = UrlEscape(text, part);
      EXPECT_EQ(escaped == text, plain) << byte << " in part " << static_cast<int>(part);
      if (byte == ' ' && part == UrlPart::kQuery) {
        EXPECT_EQ(escaped, "+");
      } else if (!plain) {
        EXPECT_EQ(escaped.size(), 3u);
        EXPECT_EQ(escaped, absl::AsciiStrToUpper(escaped));
      }
    }
  }
}

TEST(UrlEscapeTest, ComesBack) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  for (const UrlPart part :
       {UrlPart::kUserInfo, UrlPart::kPath, UrlPart::kQuery, UrlPart::kFragment}) {
    std::string decoded;
    EXPECT_FALSE(UrlUnescape(UrlEscape(all, part), part, decoded).has_value());
    EXPECT_EQ(decoded, all);
  }
}

TEST(UrlUnescapeTest, Decodes) {
  const std::vector<std::pair<absl::string_view, absl::string_view>> cases = {
      {"", ""},         {"a", "a"},           {"%41", "A"},   {"%2F", "/"}, {"%2f", "/"},
      {"a%20b", "a b"}, {"%25%32%35", "%25"}, {"a+b", "a+b"}, {" ", " "},   {"%C3%A9", "\xc3\xa9"},
  };
  for (const auto& [text, want] : cases) {
    std::string decoded;
    EXPECT_FALSE(UrlUnescape(text, UrlPart::kPath, decoded).has_value()) << text;
    EXPECT_EQ(decoded, want);
  }
}

TEST(UrlUnescapeTest, APlusIsASpaceInAQueryAlone) {
  std::string decoded;
  EXPECT_FALSE(UrlUnescape("a+b%2Bc%20", UrlPart::kQuery, decoded).has_value());
  EXPECT_EQ(decoded, "a b+c ");
}

struct ErrorCase {
  const char* name;
  UrlPart part;
  absl::string_view text;
  bool escape;
  absl::string_view where;
};

class UnescapeErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(UnescapeErrorTest, PointsAtIt) {
  std::string decoded = "untouched";
  const auto error = UrlUnescape(GetParam().text, GetParam().part, decoded);
  ASSERT_TRUE(error.has_value());
  EXPECT_EQ(error->escape, GetParam().escape);
  EXPECT_EQ(error->where, GetParam().where);
  EXPECT_GE(error->where.data(), GetParam().text.data());
  EXPECT_EQ(decoded, "untouched");
}

INSTANTIATE_TEST_SUITE_P(
    All, UnescapeErrorTest,
    testing::Values(ErrorCase{"NoDigits", UrlPart::kPath, "a%", true, "%"},
                    ErrorCase{"OneDigit", UrlPart::kPath, "a%4", true, "%4"},
                    ErrorCase{"NotHex", UrlPart::kPath, "a%4gxx", true, "%4g"},
                    ErrorCase{"AtMostThreeBytes", UrlPart::kFragment, "%zzzz", true, "%zz"},
                    ErrorCase{"FirstOfTwo", UrlPart::kUserInfo, "%zz%yy", true, "%zz"},
                    ErrorCase{"HostEscapesNoAscii", UrlPart::kHost, "h%41", true, "%41"},
                    ErrorCase{"HostEscapesNoNul", UrlPart::kHost, "%00", true, "%00"},
                    ErrorCase{"HostEscapesNoSlash", UrlPart::kHost, "%2f", true, "%2f"},
                    ErrorCase{"HostEscapesNothingBelow80", UrlPart::kHost, "%7F", true, "%7F"},
                    ErrorCase{"HostHasNoSpace", UrlPart::kHost, "a b", false, " "},
                    ErrorCase{"HostHasNoBackslash", UrlPart::kHost, "a\\b", false, "\\"},
                    ErrorCase{"HostHasNoCaret", UrlPart::kHost, "^", false, "^"},
                    ErrorCase{"HostHasNoAt", UrlPart::kHost, "a@b", false, "@"},
                    ErrorCase{"ZoneEscapesNoNewline", UrlPart::kZone, "%25a%0a", true, "%0a"},
                    ErrorCase{"ZoneEscapesNoSlash", UrlPart::kZone, "%25%2f", true, "%2f"},
                    ErrorCase{"ZoneEscapesNothingBeyondAscii", UrlPart::kZone, "%25%80", true,
                              "%80"},
                    ErrorCase{"ZoneHasNoSpace", UrlPart::kZone, "%25 ", false, " "}),
    [](const testing::TestParamInfo<ErrorCase>& info) { return info.param.name; });

TEST(UrlUnescapeTest, HostAndZoneHaveExceptions) {
  std::string decoded;
  EXPECT_FALSE(UrlUnescape("h%25x", UrlPart::kHost, decoded).has_value());
  EXPECT_EQ(decoded, "h%x");
  EXPECT_FALSE(UrlUnescape("%80%FF", UrlPart::kHost, decoded).has_value());
  EXPECT_EQ(decoded, "\x80\xff");
  EXPECT_FALSE(UrlUnescape("\xc3\xa9", UrlPart::kHost, decoded).has_value());
  EXPECT_EQ(decoded, "\xc3\xa9");
  EXPECT_FALSE(UrlUnescape("%25%20%41", UrlPart::kZone, decoded).has_value());
  EXPECT_EQ(decoded, "% A");
}

TEST(IsValidEncodingTest, ReservedCharactersAndEscapesStay) {
  EXPECT_TRUE(IsValidEncoding("", UrlPart::kPath));
  EXPECT_TRUE(IsValidEncoding("/a%20b/[x]!$&'()*+,;=:@", UrlPart::kPath));
  EXPECT_TRUE(IsValidEncoding("a?b/c!'", UrlPart::kFragment));
  for (const absl::string_view text :
       {" ", "\"", "<", ">", "\\", "^", "`", "{", "|", "}", "#", "\x01", "\x7f", "\xc3\xa9"}) {
    EXPECT_FALSE(IsValidEncoding(text, UrlPart::kPath)) << text;
    EXPECT_FALSE(IsValidEncoding(text, UrlPart::kFragment)) << text;
  }
  EXPECT_FALSE(IsValidEncoding("?", UrlPart::kPath));
}

}  // namespace
}  // namespace registryd
