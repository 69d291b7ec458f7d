#include "registry/uri/quote.h"

#include <gtest/gtest.h>

#include "absl/strings/string_view.h"

namespace registryd {
namespace {

struct QuoteCase {
  const char* name;
  absl::string_view text;
  absl::string_view want;
};

class QuoteTest : public testing::TestWithParam<QuoteCase> {};

TEST_P(QuoteTest, Quotes) { EXPECT_EQ(Quote(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    All, QuoteTest,
    testing::Values(QuoteCase{"Empty", "", R"("")"}, QuoteCase{"Plain", "a b/~'", R"("a b/~'")"},
                    QuoteCase{"QuoteAndBackslash", R"(a"b\c)", R"("a\"b\\c")"},
                    QuoteCase{"NamedControls", "\a\b\f\n\r\t\v", R"("\a\b\f\n\r\t\v")"},
                    QuoteCase{"OtherControls", absl::string_view("\0\x1f\x7f", 3),
                              R"("\x00\x1f\x7f")"},
                    QuoteCase{"TwoBytes", "\xc3\xa9", "\"\xc3\xa9\""},
                    QuoteCase{"ThreeBytes", "\xe4\xb8\xad", "\"\xe4\xb8\xad\""},
                    QuoteCase{"FourBytes", "\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
                    QuoteCase{"C1Control", "\xc2\x85", R"("\u0085")"},
                    QuoteCase{"NoBreakSpace", "\xc2\xa0", R"("\u00a0")"},
                    QuoteCase{"SoftHyphen", "\xc2\xad", R"("\u00ad")"},
                    QuoteCase{"ZeroWidthSpace", "\xe2\x80\x8b", R"("\u200b")"},
                    QuoteCase{"RightToLeftOverride", "\xe2\x80\xae", R"("\u202e")"},
                    QuoteCase{"LineSeparator", "\xe2\x80\xa8", R"("\u2028")"},
                    QuoteCase{"ByteOrderMark", "\xef\xbb\xbf", R"("\ufeff")"},
                    QuoteCase{"Tag", "\xf3\xa0\x80\x81", R"("\U000e0001")"},
                    QuoteCase{"LastCodePoint", "\xf4\x8f\xbf\xbf", R"("\U0010ffff")"},
                    QuoteCase{"StrayContinuation", "a\x80z", R"("a\x80z")"},
                    QuoteCase{"CutSequence", "a\xe4\xb8", R"("a\xe4\xb8")"},
                    QuoteCase{"BrokenSequence", "\xe4z\xad", R"("\xe4z\xad")"},
                    QuoteCase{"OverlongSlash", "\xc0\xaf", R"("\xc0\xaf")"},
                    QuoteCase{"OverlongThree", "\xe0\x80\xaf", R"("\xe0\x80\xaf")"},
                    QuoteCase{"Surrogate", "\xed\xa0\x80", R"("\xed\xa0\x80")"},
                    QuoteCase{"BeyondUnicode", "\xf4\x90\x80\x80", R"("\xf4\x90\x80\x80")"},
                    QuoteCase{"NeverInUtf8", "\xff\xfe", R"("\xff\xfe")"}),
    [](const testing::TestParamInfo<QuoteCase>& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
