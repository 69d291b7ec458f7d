#include "registry/uri/url.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

struct PartsCase {
  const char* name;
  absl::string_view text;
  absl::string_view scheme;
  absl::string_view host;
  absl::string_view path;
  absl::string_view query = "";
  absl::string_view fragment = "";
  absl::string_view opaque = "";
};

class UrlPartsTest : public testing::TestWithParam<PartsCase> {};

TEST_P(UrlPartsTest, Splits) {
  const PartsCase& want = GetParam();
  const absl::StatusOr<Url> url = Url::Parse(want.text);
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->scheme(), want.scheme);
  EXPECT_EQ(url->host(), want.host);
  EXPECT_EQ(url->path(), want.path);
  EXPECT_EQ(url->query(), want.query);
  EXPECT_EQ(url->fragment(), want.fragment);
  EXPECT_EQ(url->opaque(), want.opaque);
}

INSTANTIATE_TEST_SUITE_P(
    All, UrlPartsTest,
    testing::Values(
        PartsCase{"Empty", "", "", "", ""}, PartsCase{"Star", "*", "", "", "*"},
        PartsCase{"Host", "https://h.io", "https", "h.io", ""},
        PartsCase{"HostPortPath", "https://h.io:5000/a/b", "https", "h.io:5000", "/a/b"},
        PartsCase{"SchemeIsLowered", "HtTp://H.io", "http", "H.io", ""},
        PartsCase{"SchemeCharacters", "a+b-c.9://h", "a+b-c.9", "h", ""},
        PartsCase{"SchemeNeedsALetterFirst", "1a/b", "", "", "1a/b"},
        PartsCase{"EmptyHost", "https://", "https", "", ""},
        PartsCase{"EmptyHostPath", "https:///a", "https", "", "/a"},
        PartsCase{"RootedPath", "https:/a", "https", "", "/a"},
        PartsCase{"Opaque", "https:h.io:5000/a", "https", "", "", "", "", "h.io:5000/a"},
        PartsCase{"HostAndPortIsAScheme", "h.io:5000", "h.io", "", "", "", "", "5000"},
        PartsCase{"SchemeRelative", "//h.io/a", "", "h.io", "/a"},
        PartsCase{"ThreeSlashesAreAPath", "///a", "", "", "///a"},
        PartsCase{"Relative", "a/b:c", "", "", "a/b:c"},
        PartsCase{"Query", "http://h/a?b?c", "http", "h", "/a", "b?c"},
        PartsCase{"Fragment", "http://h#a?b", "http", "h", "", "", "a?b"},
        PartsCase{"QueryAndFragment", "http://h?q#f", "http", "h", "", "q", "f"},
        PartsCase{"EmptyQueryAndFragment", "http://h?#", "http", "h", ""},
        PartsCase{"EmptyPort", "http://h:", "http", "h:", ""},
        PartsCase{"PortIsNotBounded", "http://h:999999999999", "http", "h:999999999999", ""},
        PartsCase{"ColonsInHost", "http://fd00::9", "http", "fd00::9", ""},
        PartsCase{"ManyColons", "http://a:b:1", "http", "a:b:1", ""},
        PartsCase{"Ipv6", "http://[::1]", "http", "[::1]", ""},
        PartsCase{"Ipv6Port", "http://[::1]:5000/a", "http", "[::1]:5000", "/a"},
        PartsCase{"Ipv6Mapped", "http://[::ffff:192.0.2.1]", "http", "[::ffff:192.0.2.1]", ""},
        PartsCase{"Ipv6Zone", "http://[fe80::1%25eth0]:1", "http", "[fe80::1%eth0]:1", ""},
        PartsCase{"Ipv6ZoneEscapes", "http://[fe80::1%25a%20b]", "http", "[fe80::1%a b]", ""},
        PartsCase{"HostIsDecoded", "http://%C3%A9.io", "http", "\xc3\xa9.io", ""},
        PartsCase{"HostPunctuation", "http://a_b~<\">!$&'()*+,;=", "http",
                  "a_b~<\">!$&'()*+,;=", ""},
        PartsCase{"PathKeepsItsEscapes", "http://h/a%2Fb%20c", "http", "h", "/a%2Fb%20c"},
        PartsCase{"PathIsEscapedWhole", "http://h/a%2Fb c", "http", "h", "/a/b%20c"},
        PartsCase{"UserInfoIsNotHost", "http://u:p@h:1/", "http", "h:1", "/"},
        PartsCase{"LastAtCounts", "http://u:p@q@h/", "http", "h", "/"}),
    [](const testing::TestParamInfo<PartsCase>& info) { return info.param.name; });

struct PrintCase {
  const char* name;
  absl::string_view text;
  absl::string_view want;
};

class UrlToStringTest : public testing::TestWithParam<PrintCase> {};

TEST_P(UrlToStringTest, Prints) {
  const absl::StatusOr<Url> url = Url::Parse(GetParam().text);
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->ToString(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, UrlToStringTest,
    testing::Values(
        PrintCase{"ColonInTheFirstPart",
                  "\xee"
                  "a%3ab/c",
                  "./%EEa:b/c"},
        PrintCase{"ColonInAnotherPart",
                  "\xee"
                  "a/b%3ac",
                  "%EEa/b:c"},
        PrintCase{"EscapedColon", "a%3ab", "a%3ab"},
        PrintCase{"Unchanged", "https://h.io:5000/a/b%20c?q=1#f",
                  "https://h.io:5000/a/b%20c?q=1#f"},
        PrintCase{"Empty", "", ""}, PrintCase{"SchemeIsLowered", "HTTPS://H.io", "https://H.io"},
        PrintCase{"EmptyHost", "https://", "https:"},
        PrintCase{"EmptyHostWithPath", "https:///a", "https:///a"},
        PrintCase{"RootedPath", "https:/a", "https:/a"},
        PrintCase{"RootedDoubleSlash", "https:////a", "https:////a"},
        PrintCase{"Opaque", "https:h.io/a b?q", "https:h.io/a b?q"},
        PrintCase{"Relative", "a b", "a%20b"}, PrintCase{"SchemeRelative", "//h/a", "//h/a"},
        PrintCase{"EmptyQueryStays", "http://h?", "http://h?"},
        PrintCase{"EmptyFragmentGoes", "http://h#", "http://h"},
        PrintCase{"SlashFragment", "http://h#/", "http://h#/"},
        PrintCase{"QueryIsNotEscaped", "http://h?a b%zz", "http://h?a b%zz"},
        PrintCase{"FragmentIsEscaped", "http://h#a b<", "http://h#a%20b%3C"},
        PrintCase{"FragmentKeepsItsEscapes", "http://h#a%41", "http://h#a%41"},
        PrintCase{"PathIsEscaped", "http://h/\xc3\xa9 \"<>\\^`{|}",
                  "http://h/%C3%A9%20%22%3C%3E%5C%5E%60%7B%7C%7D"},
        PrintCase{"PathKeepsPunctuation", "http://h/[x]!'()*:@", "http://h/[x]!'()*:@"},
        PrintCase{"HostIsEscaped", "http://\xc3\xa9.io/", "http://%C3%A9.io/"},
        PrintCase{"ZoneIsEscaped", "http://[fe80::1%25en0]:1/", "http://[fe80::1%25en0]:1/"},
        PrintCase{"User", "http://u@h", "http://u@h"},
        PrintCase{"EmptyUser", "http://@h", "http://@h"},
        PrintCase{"UserAndPassword", "http://u:p@h", "http://u:p@h"},
        PrintCase{"EmptyPassword", "http://u:@h", "http://u:@h"},
        PrintCase{"UserWithoutHost", "http://u@", "http://u@"},
        PrintCase{"UserInfoIsNormalised", "http://%41%2f!:p%40@h", "http://A%2F%21:p%40@h"}),
    [](const testing::TestParamInfo<PrintCase>& info) { return info.param.name; });

struct ErrorCase {
  const char* name;
  std::string text;
  std::string message;     // Behind `parse "...": `.
  std::string shown = {};  // Within the quotes; empty: the text as it is.
};

class UrlErrorTest : public testing::TestWithParam<ErrorCase> {};

TEST_P(UrlErrorTest, Says) {
  const absl::Status status = Url::Parse(GetParam().text).status();
  const std::string shown = GetParam().shown.empty() ? GetParam().text : GetParam().shown;
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), absl::StrCat("parse \"", shown, "\": ", GetParam().message));
  EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(status), "url");
}

const char kControl[] = "net/url: invalid control character in URL";

INSTANTIATE_TEST_SUITE_P(
    All, UrlErrorTest,
    testing::Values(
        ErrorCase{"Newline", "http://h\n", kControl, "http://h\\n"},
        ErrorCase{"Delete", "http://h/\x7f", kControl, "http://h/\\x7f"},
        ErrorCase{"Nul", std::string("http://h\0", 9), kControl, "http://h\\x00"},
        ErrorCase{"ControlInQuery", "http://h?\t", kControl, "http://h?\\t"},
        ErrorCase{"NoScheme", "://h", "missing protocol scheme"},
        ErrorCase{"ColonFirst", ":", "missing protocol scheme"},
        ErrorCase{"ColonInFirstSegment", "1http://h",
                  "first path segment in URL cannot contain colon"},
        ErrorCase{"Port", "http://h:abc", "invalid port \":abc\" after host"},
        ErrorCase{"PortMixed", "http://h:80a/x", "invalid port \":80a\" after host"},
        ErrorCase{"PortNegative", "http://h:-1", "invalid port \":-1\" after host"},
        ErrorCase{"LastPort", "http://h:80:x", "invalid port \":x\" after host"},
        ErrorCase{"BehindBrackets", "http://[::1]x", "invalid port \"x\" after host"},
        ErrorCase{"PortBehindBrackets", "http://[::1]:x", "invalid port \":x\" after host"},
        ErrorCase{"Unclosed", "http://[::1", "missing ']' in host"},
        ErrorCase{"BracketInside", "http://a[::1]", "invalid IP-literal"},
        ErrorCase{"Ipv4InBrackets", "http://[192.0.2.1]", "invalid IP-literal"},
        ErrorCase{"NameInBrackets", "http://[h]",
                  "invalid host: ParseAddr(\"h\"): unable to parse IP"},
        ErrorCase{"NothingInBrackets", "http://[]",
                  "invalid host: ParseAddr(\"\"): unable to parse IP"},
        ErrorCase{"EmptyZone", "http://[fe80::1%25]",
                  "invalid host: ParseAddr(\"fe80::1%25\"): unable to parse IP"},
        ErrorCase{"ZoneUnescaped", "http://[fe80::1%en0]", "invalid URL escape \"%en\""},
        ErrorCase{"ZoneEscape", "http://[fe80::1%25%2f]", "invalid URL escape \"%2f\""},
        ErrorCase{"HostEscape", "http://h%41", "invalid URL escape \"%41\""},
        ErrorCase{"HostBadEscape", "http://h%z", "invalid URL escape \"%z\""},
        ErrorCase{"HostSpace", "http://h h/", "invalid character \" \" in host name"},
        ErrorCase{"HostBackslash", "http://h\\h/", "invalid character \"\\\\\" in host name",
                  "http://h\\\\h/"},
        ErrorCase{"PathEscape", "http://h/%zz", "invalid URL escape \"%zz\""},
        ErrorCase{"PathEscapeCut", "http://h/%", "invalid URL escape \"%\""},
        ErrorCase{"FragmentEscape", "http://h/#%zz", "invalid URL escape \"%zz\""},
        ErrorCase{"FragmentIsNotShown", "http://h:x#f", "invalid port \":x\" after host",
                  "http://h:x"},
        ErrorCase{"UserInfo", "http://u v@h", "net/url: invalid userinfo"},
        ErrorCase{"UserEscape", "http://%zz@h", "invalid URL escape \"%zz\""},
        // Passwords.
        ErrorCase{"Masked", "http://u:pw@h:x", "invalid port \":x\" after host",
                  "http://u:xxxxx@h:x"},
        ErrorCase{"MaskedEscape", "http://u:p%zz@h", "invalid URL escape \"xxxxx\"",
                  "http://u:xxxxx@h"},
        ErrorCase{"MaskedSlash", "http://u:p/w@h", "invalid port \":xxxxx\" after host",
                  "http://u:xxxxx@h"},
        ErrorCase{"MaskedHash", "http://u:p#w@h", "invalid port \":xxxxx\" after host",
                  "http://u:xxxxx"}),
    [](const testing::TestParamInfo<ErrorCase>& info) { return info.param.name; });

TEST(UrlRedactedTest, MasksThePasswordAlone) {
  EXPECT_EQ(Url::Parse("http://u:p@h/a")->Redacted(), "http://u:xxxxx@h/a");
  EXPECT_EQ(Url::Parse("http://u:@h")->Redacted(), "http://u:xxxxx@h");
  EXPECT_EQ(Url::Parse("http://u@h")->Redacted(), "http://u@h");
  EXPECT_EQ(Url::Parse("http://h")->Redacted(), "http://h");
}

TEST(UrlMaskedUserInfoTest, PutsAMaskBehindEveryUser) {
  EXPECT_EQ(Url::Parse("http://u:p@h/a")->MaskedUserInfo(), "http://u:xxxxx@h/a");
  EXPECT_EQ(Url::Parse("http://u@h")->MaskedUserInfo(), "http://u:xxxxx@h");
  EXPECT_EQ(Url::Parse("http://@h")->MaskedUserInfo(), "http://:xxxxx@h");
  EXPECT_EQ(Url::Parse("http://h")->MaskedUserInfo(), "http://h");
}

TEST(UrlTest, KnowsWhetherThereIsAUser) {
  EXPECT_TRUE(Url::Parse("http://u@h")->has_user_info());
  EXPECT_TRUE(Url::Parse("http://@h")->has_user_info());
  EXPECT_FALSE(Url::Parse("http://h/u@h")->has_user_info());
  EXPECT_FALSE(Url::Parse("http:u@h")->has_user_info());
}

TEST(UrlStringTest, Prints) {
  EXPECT_EQ(UrlString("https", "h.io:5000"), "https://h.io:5000");
  EXPECT_EQ(UrlString("http", "[::1]:5000"), "http://[::1]:5000");
  EXPECT_EQ(UrlString("https", "fd00::9"), "https://fd00::9");
  EXPECT_EQ(UrlString("https", ""), "https:");
  EXPECT_EQ(UrlString("https", "a b/c%d?\xc3\xa9"), "https://a%20b%2Fc%25d%3F%C3%A9");
}

}  // namespace
}  // namespace registryd
