#include <gtest/gtest.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/secret.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

struct ResolveCase {
  const char* name;
  absl::string_view base;
  absl::string_view reference;
  absl::string_view want;
};

class UrlResolveTest : public testing::TestWithParam<ResolveCase> {};

TEST_P(UrlResolveTest, MeansTheSameAsInGo) {
  const absl::StatusOr<Url> base = Url::Parse(GetParam().base);
  ASSERT_TRUE(base.ok()) << base.status();
  const absl::StatusOr<Url> reference = Url::Parse(GetParam().reference);
  ASSERT_TRUE(reference.ok()) << reference.status();
  EXPECT_EQ(base->Resolve(*reference).ToString(), GetParam().want);
}

constexpr absl::string_view kBase = "https://h.io:5000/a/b/c?q=1#f";

INSTANTIATE_TEST_SUITE_P(
    All, UrlResolveTest,
    testing::Values(
        ResolveCase{"Empty", kBase, "", "https://h.io:5000/a/b/c?q=1#f"},
        ResolveCase{"Fragment", kBase, "#g", "https://h.io:5000/a/b/c?q=1#g"},
        ResolveCase{"Query", kBase, "?r", "https://h.io:5000/a/b/c?r"},
        ResolveCase{"EmptyQuery", kBase, "?", "https://h.io:5000/a/b/c?"},
        ResolveCase{"Sibling", kBase, "d", "https://h.io:5000/a/b/d"},
        ResolveCase{"SiblingWithQuery", kBase, "d?x#y", "https://h.io:5000/a/b/d?x#y"},
        ResolveCase{"Here", kBase, ".", "https://h.io:5000/a/b/"},
        ResolveCase{"Parent", kBase, "..", "https://h.io:5000/a/"},
        ResolveCase{"AboveTheTop", kBase, "../../../../x", "https://h.io:5000/x"},
        ResolveCase{"Rooted", kBase, "/x", "https://h.io:5000/x"},
        ResolveCase{"RootedDots", kBase, "/x/./y/../z", "https://h.io:5000/x/z"},
        ResolveCase{"DotsAtTheEnd", kBase, "/x/y/..", "https://h.io:5000/x/"},
        ResolveCase{"EscapedDotsAreNames", kBase, "%2e%2e/x", "https://h.io:5000/a/b/%2e%2e/x"},
        ResolveCase{"EscapedSlashIsAName", kBase, "/x%2Fy/../z", "https://h.io:5000/z"},
        ResolveCase{"DotsInNames", kBase, "..x/y..", "https://h.io:5000/a/b/..x/y.."},
        ResolveCase{"EmptySegmentStays", kBase, "x//y", "https://h.io:5000/a/b/x//y"},
        ResolveCase{"EmptySegmentAtTheTopGoes", kBase, "/..//x", "https://h.io:5000/x"},
        ResolveCase{"EmptySegmentIsClimbed", kBase, "/x//../y", "https://h.io:5000/x/y"},
        ResolveCase{"ThreeSlashes", kBase, "///x", "https://h.io:5000///x"},
        ResolveCase{"Escapes", kBase, "/x y", "https://h.io:5000/x%20y"},
        ResolveCase{"SchemeRelative", kBase, "//o.io/x/../y", "https://o.io/y"},
        ResolveCase{"SchemeRelativePort", kBase, "//h.io", "https://h.io"},
        ResolveCase{"UserRelative", kBase, "//u:p@o.io/x", "https://u:p@o.io/x"},
        ResolveCase{"Absolute", kBase, "http://o.io:81/x", "http://o.io:81/x"},
        ResolveCase{"AbsoluteDots", kBase, "http://o.io/./x/..", "http://o.io/"},
        ResolveCase{"AbsoluteWithoutPath", kBase, "http://o.io", "http://o.io"},
        ResolveCase{"OpaqueReference", kBase, "mailto:a@b", "mailto:a@b"},
        ResolveCase{"OpaqueOfTheSameScheme", kBase, "https:x", "https:x"},
        ResolveCase{"OpaqueBase", "mailto:a@b", "#x", "mailto:a@b#x"},
        ResolveCase{"NoPathBase", "https://h.io", "x", "https://h.io/x"},
        ResolveCase{"NoPathAtAll", "https://h.io", "", "https://h.io"},
        ResolveCase{"UserOfTheBaseStays", "https://u:p@h.io/a", "/x", "https://u:p@h.io/x"},
        ResolveCase{"RelativeBase", "a/b", "c", "/a/c"}),
    [](const testing::TestParamInfo<ResolveCase>& info) { return info.param.name; });

struct HostCase {
  const char* name;
  absl::string_view text;
  absl::string_view hostname;
  absl::string_view port;
};

class UrlHostTest : public testing::TestWithParam<HostCase> {};

TEST_P(UrlHostTest, Splits) {
  const absl::StatusOr<Url> url = Url::Parse(GetParam().text);
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->hostname(), GetParam().hostname);
  EXPECT_EQ(url->port(), GetParam().port);
}

INSTANTIATE_TEST_SUITE_P(
    All, UrlHostTest,
    testing::Values(HostCase{"Name", "http://h.io/", "h.io", ""},
                    HostCase{"Port", "http://h.io:80/", "h.io", "80"},
                    HostCase{"EmptyPort", "http://h.io:/", "h.io", ""},
                    HostCase{"PortAlone", "http://:80/", "", "80"},
                    HostCase{"None", "http:///a", "", ""},
                    HostCase{"Ipv6", "http://[::1]/", "::1", ""},
                    HostCase{"Ipv6Port", "http://[::1]:80/", "::1", "80"},
                    HostCase{"Ipv6EmptyPort", "http://[::1]:/", "::1", ""},
                    HostCase{"Zone", "http://[fe80::1%25eth0]:80/", "fe80::1%eth0", "80"},
                    HostCase{"ColonsWithoutBrackets", "http://fd00::9/", "fd00:", "9"}),
    [](const testing::TestParamInfo<HostCase>& info) { return info.param.name; });

TEST(UrlUserInfoTest, IsDecoded) {
  const Url url = *Url::Parse("http://%41%3a:p%40%2f@h");
  EXPECT_EQ(url.username(), "A:");
  EXPECT_EQ(url.password(), Secret(absl::string_view("p@/")));
  EXPECT_EQ(Url::Parse("http://u@h")->username(), "u");
  EXPECT_TRUE(Url::Parse("http://u@h")->password().empty());
  EXPECT_EQ(Url::Parse("http://h")->username(), "");
  EXPECT_TRUE(Url::Parse("http://h")->password().empty());
}

TEST(UrlWithQueryTest, ReplacesTheQueryAlone) {
  EXPECT_EQ(Url::Parse("http://u:p@h/a?b#c")->WithQuery("x=%20").ToString(),
            "http://u:p@h/a?x=%20#c");
  EXPECT_EQ(Url::Parse("http://h/a?b")->WithQuery("").ToString(), "http://h/a");
  EXPECT_EQ(Url::Parse("http://h/a?")->WithQuery("").ToString(), "http://h/a");
}

TEST(UrlRequestUrlTest, HasWhatARequestNeeds) {
  EXPECT_EQ(Url::Parse("http://u:p@h:80/a?b=%zz#c")->RequestUrl(), "http://h:80/a?b=%zz");
  EXPECT_EQ(Url::Parse("http://h?a b\xc3\xa9")->RequestUrl(), "http://h?a%20b%C3%A9");
  EXPECT_EQ(Url::Parse("http://h?")->RequestUrl(), "http://h?");
}

TEST(UrlWithoutQueryTest, ShowsWhereAndNotWhat) {
  EXPECT_EQ(Url::Parse("http://u:p@h:80/a?token=x#c")->WithoutQuery(), "http://h:80/a");
  EXPECT_EQ(Url::Parse("http://h/a?")->WithoutQuery(), "http://h/a");
}

}  // namespace
}  // namespace registryd
