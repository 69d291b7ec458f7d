#include "registry/net/host_form.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

struct FormCase {
  const char* name;
  std::string host;
};

std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

class UsualHost : public testing::TestWithParam<FormCase> {};

TEST_P(UsualHost, IsTaken) {
  EXPECT_TRUE(HasUsualHost(Url::Parse(absl::StrCat("http://", GetParam().host, "/")).value()));
  EXPECT_TRUE(HasUsualHost(Url::Parse(absl::StrCat("http://", GetParam().host, ":5000")).value()));
}

INSTANTIATE_TEST_SUITE_P(
    All, UsualHost,
    testing::Values(FormCase{"Name", "registry.example"}, FormCase{"OneLabel", "localhost"},
                    FormCase{"UpperCase", "Registry.EXAMPLE"}, FormCase{"Dot", "registry.example."},
                    FormCase{"Underscore", "my_registry"}, FormCase{"Hyphens", "a--b.x-y"},
                    FormCase{"Punycode", "xn--e1aybc.example"},
                    FormCase{"DigitsInside", "127.0.0.1.example"},
                    FormCase{"DigitsAndLetters", "1a"}, FormCase{"HexadecimalNameWithoutX", "beef"},
                    FormCase{"AlmostHexadecimal", "0xg"}, FormCase{"Ipv4", "127.0.0.1"},
                    FormCase{"Ipv6", "[::1]"}, FormCase{"Ipv6Mapped", "[::ffff:127.0.0.1]"},
                    FormCase{"Ipv6LongForm", "[0:0:0:0:0:0:0:1]"},
                    FormCase{"LongestLabel", std::string(63, 'a')},
                    FormCase{"LongestName", Repeat("a.", 126) + "a"},
                    FormCase{"LongestNameAndDot", Repeat("a.", 126) + "a."}),
    [](const testing::TestParamInfo<FormCase>& info) { return info.param.name; });

class SecurityRow2UnusualHost : public testing::TestWithParam<FormCase> {};

TEST_P(SecurityRow2UnusualHost, IsRefused) {
  // Some are no URL in the first place.
  const absl::StatusOr<Url> url = Url::Parse(absl::StrCat("http://", GetParam().host, "/"));
  EXPECT_FALSE(url.ok() && HasUsualHost(*url));
  const absl::StatusOr<Url> with_port =
      Url::Parse(absl::StrCat("http://", GetParam().host, ":80/"));
  EXPECT_FALSE(with_port.ok() && HasUsualHost(*with_port));
}

INSTANTIATE_TEST_SUITE_P(
    All, SecurityRow2UnusualHost,
    testing::Values(
        FormCase{"Empty", ""}, FormCase{"Dot", "."}, FormCase{"Decimal", "2130706433"},
        FormCase{"DecimalDot", "2130706433."}, FormCase{"Hexadecimal", "0x7f000001"},
        FormCase{"HexadecimalUpper", "0X7F000001"}, FormCase{"HexadecimalEmpty", "0x"},
        FormCase{"Octal", "017700000001"}, FormCase{"Zero", "0"}, FormCase{"TwoParts", "127.1"},
        FormCase{"ThreeParts", "127.0.1"}, FormCase{"FiveParts", "127.0.0.0.1"},
        FormCase{"HexadecimalPart", "0x7f.1"}, FormCase{"HexadecimalLastPart", "127.0.0.0x1"},
        FormCase{"OctalPart", "0177.0.0.1"}, FormCase{"LeadingZero", "127.0.0.01"},
        FormCase{"TooBigPart", "127.0.0.256"}, FormCase{"Ipv4Dot", "127.0.0.1."},
        FormCase{"NumericLastLabel", "registry.1"}, FormCase{"HexLastLabel", "registry.0xff"},
        FormCase{"IdeographicDots",
                 "127\xe3\x80\x82"
                 "0\xe3\x80\x82"
                 "0\xe3\x80\x82"
                 "1"},
        FormCase{"FullwidthDots",
                 "127\xef\xbc\x8e"
                 "0\xef\xbc\x8e"
                 "0\xef\xbc\x8e"
                 "1"},
        FormCase{"EscapedIdeographicDots", "127%E3%80%820%E3%80%820%E3%80%821"},
        FormCase{"FullwidthDigits",
                 "\xef\xbc\x91"
                 "27.0.0.1"},
        FormCase{"CircledDigits",
                 "\xe2\x91\xa0"
                 "27.0.0.1"},
        FormCase{"Umlaut",
                 "b\xc3\xbc"
                 "cher.example"},
        FormCase{"NotUtf8", "a\xff.example"}, FormCase{"PercentEscape", "%31%32%37.0.0.1"},
        FormCase{"EscapedDot", "127%2e0.0.1"}, FormCase{"EscapedNul", "registry.example%00"},
        FormCase{"SoftHyphen", "local\xc2\xadhost"}, FormCase{"LeadingDot", ".registry.example"},
        FormCase{"TwoDots", "registry..example"}, FormCase{"TwoDotsBehind", "registry.example.."},
        FormCase{"Space", "registry example"}, FormCase{"Quote", "\"registry\""},
        FormCase{"Angles", "<registry>"}, FormCase{"Star", "*.example"},
        FormCase{"Comma", "127.0.0.1,example"}, FormCase{"Semicolon", "127.0.0.1;x"},
        FormCase{"Ampersand", "a&b"}, FormCase{"Dollar", "$HOME"}, FormCase{"Tilde", "~"},
        FormCase{"Backslash", "a\\b"}, FormCase{"Colons", "a:b:1"},
        FormCase{"Ipv6WithoutBrackets", "::1"}, FormCase{"Ipv6WithoutBracketsToo", "fd00::9"},
        FormCase{"Ipv4InBrackets", "[127.0.0.1]"}, FormCase{"NameInBrackets", "[registry]"},
        FormCase{"Zone", "[fe80::1%25eth0]"}, FormCase{"LoopbackZone", "[::1%25lo]"},
        FormCase{"LongLabel", std::string(64, 'a')},
        FormCase{"LongName", Repeat("a.", 126) + "aa"}),
    [](const testing::TestParamInfo<FormCase>& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
