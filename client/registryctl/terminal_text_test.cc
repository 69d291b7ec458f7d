#include "client/registryctl/terminal_text.h"

#include <string>

#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

struct Case {
  const char* name;
  std::string text;
  const char* safe;
  bool utf8;
};

class TerminalTextTest : public ::testing::TestWithParam<Case> {};

TEST_P(TerminalTextTest, IsSafe) {
  EXPECT_EQ(TerminalText(GetParam().text), GetParam().safe);
  EXPECT_EQ(IsUtf8(GetParam().text), GetParam().utf8);
  EXPECT_EQ(TerminalText(GetParam().safe), GetParam().safe) << "stays as it is";
}

INSTANTIATE_TEST_SUITE_P(
    Table, TerminalTextTest,
    ::testing::Values(
        Case{"Empty", "", "", true}, Case{"Plain", "docker.io/a:1 ~", "docker.io/a:1 ~", true},
        Case{"Escape", "\x1b[31mred", "\\x1b[31mred", true}, Case{"Bell", "\a", "\\x07", true},
        Case{"Nul", std::string(1, '\0'), "\\x00", true},
        Case{"Lines", "a\nb\r\tc", "a\\nb\\r\\tc", true}, Case{"Delete", "\x7f", "\\x7f", true},
        Case{"C1", "\xc2\x9b", "\\u009b", true}, Case{"AfterC1", "\xc2\xa0", "\xc2\xa0", true},
        Case{"Umlaut", "\xc3\xa4", "\xc3\xa4", true},
        Case{"ThreeBytes", "\xe6\x97\xa5", "\xe6\x97\xa5", true},
        Case{"FourBytes", "\xf0\x9f\x90\xb3", "\xf0\x9f\x90\xb3", true},
        Case{"Override", "\xe2\x80\xae", "\\u202e", true},
        Case{"Isolate", "\xe2\x81\xa6", "\\u2066", true},
        Case{"LineSeparator", "\xe2\x80\xa8", "\\u2028", true},
        Case{"ZeroWidth", "\xe2\x80\x8b", "\\u200b", true},
        Case{"BareContinuation", "\x80", "\\x80", false},
        Case{"BareC1Byte", "\x9b", "\\x9b", false},
        Case{"Overlong2", "\xc0\xaf", "\\xc0\\xaf", false},
        Case{"Overlong3", "\xe0\x80\xaf", "\\xe0\\x80\\xaf", false},
        Case{"Overlong4", "\xf0\x80\x80\xaf", "\\xf0\\x80\\x80\\xaf", false},
        Case{"Surrogate", "\xed\xa0\x80", "\\xed\\xa0\\x80", false},
        Case{"TooLarge", "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", false},
        Case{"Largest", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", true},
        Case{"NoLead", "\xff", "\\xff", false}, Case{"CutOff", "a\xe6\x97", "a\\xe6\\x97", false},
        Case{"BadSecond", "\xe6\x41",
             "\\xe6"
             "A",
             false}),
    [](const auto& info) { return info.param.name; });

TEST(TerminalWidthTest, CountsCharacters) {
  EXPECT_EQ(TerminalWidth(""), 0u);
  EXPECT_EQ(TerminalWidth("abc"), 3u);
  EXPECT_EQ(TerminalWidth("\xc3\xa4\xe6\x97\xa5\xf0\x9f\x90\xb3"), 3u);
}

}  // namespace
}  // namespace registryd::registryctl
