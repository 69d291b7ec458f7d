#include "registry/base/utf8.h"

#include <string>

#include "gtest/gtest.h"

namespace registryd {
namespace {

TEST(Utf8Length, KnowsTheEdgesOfEachForm) {
  const struct {
    std::string text;
    size_t length;
  } kCases[] = {
      {"", 0},
      {std::string(1, '\0'), 1},
      {"\x7f", 1},
      {"\x80", 0},
      {"\xc1\xbf", 0},
      {"\xc2\x80", 2},
      {"\xdf\xbf", 2},
      {"\xc2", 0},
      {"\xc2\x7f", 0},
      {"\xc2\xc0", 0},
      {"\xe0\x9f\xbf", 0},
      {"\xe0\xa0\x80", 3},
      {"\xed\x9f\xbf", 3},
      {"\xed\xa0\x80", 0},
      {"\xee\x80\x80", 3},
      {"\xef\xbf", 0},
      {"\xef\xbf\x7f", 0},
      {"\xf0\x8f\xbf\xbf", 0},
      {"\xf0\x90\x80\x80", 4},
      {"\xf4\x8f\xbf\xbf", 4},
      {"\xf4\x90\x80\x80", 0},
      {"\xf5\x80\x80\x80", 0},
      {"\xff", 0},
      {"\xc3\xa9 and more", 2},
  };
  for (const auto& c : kCases) {
    EXPECT_EQ(Utf8Length(c.text), c.length) << testing::PrintToString(c.text);
  }
}

TEST(ValidUtf8, ReplacesWhatIsNoCharacter) {
  EXPECT_EQ(ValidUtf8(""), "");
  EXPECT_EQ(ValidUtf8("a\n\xc3\xa4\xf0\x9f\x98\x80"), "a\n\xc3\xa4\xf0\x9f\x98\x80");
  EXPECT_EQ(ValidUtf8("a\xff\x62"), "a\xef\xbf\xbd\x62");
  // Half a character, and a surrogate.
  EXPECT_EQ(ValidUtf8("\xc3"), "\xef\xbf\xbd");
  EXPECT_EQ(ValidUtf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
}

TEST(PrintableText, MakesOneLineOfWhatAServerSent) {
  const struct {
    std::string text;
    std::string printable;
  } kCases[] = {
      {"", ""},
      {"plain", "plain"},
      {"  two \t\r\n words \n", "two words"},
      {std::string("a\0b", 3), "a b"},
      {"\x1b[31mred\x7f!", "[31mred !"},
      {"caf\xc3\xa9 \xf0\x9f\x98\x80", "caf\xc3\xa9 \xf0\x9f\x98\x80"},
      {"half\xc3", "half"},
      {"\xff\xfe\xfd", ""},
      {"next\xc2\x85line", "next line"},
      {"line\xe2\x80\xa8line\xe2\x80\xa9line", "line line line"},
      {"left\xe2\x80\xae"
       "tfel\xe2\x81\xa6",
       "left tfel"},
      {"long \xe2\x80\x94 dash", "long \xe2\x80\x94 dash"},
  };
  for (const auto& c : kCases) EXPECT_EQ(PrintableText(c.text, 512), c.printable);
}

TEST(PrintableText, IsCutBetweenCharacters) {
  EXPECT_EQ(PrintableText("abcdef", 6), "abcdef");
  EXPECT_EQ(PrintableText("abcdefg", 6), "abc...");
  EXPECT_EQ(PrintableText("ab\xc3\xa9"
                          "efg",
                          6),
            "ab...");
  EXPECT_EQ(PrintableText("abc   \n   d", 5), "abc d");
  EXPECT_EQ(PrintableText("abcdef", 3), "...");
  EXPECT_EQ(PrintableText("abcdef", 2), "");
  EXPECT_EQ(PrintableText("abcdef  ", 6), "abcdef");
  EXPECT_EQ(PrintableText(std::string(1 << 20, 'x'), 512).size(), 512u);
}

}  // namespace
}  // namespace registryd
