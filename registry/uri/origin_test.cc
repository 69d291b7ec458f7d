#include "registry/uri/origin.h"

#include <gtest/gtest.h>

#include "absl/strings/string_view.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

std::optional<Origin> Of(absl::string_view url) { return OriginOf(Url::Parse(url).value()); }

TEST(OriginOfTest, WritesTheSchemesPortOut) {
  EXPECT_EQ(Of("https://h.io/a"), (Origin{"https", "h.io", 443}));
  EXPECT_EQ(Of("http://h.io/a"), (Origin{"http", "h.io", 80}));
  EXPECT_EQ(Of("https://h.io:/a"), (Origin{"https", "h.io", 443}));
  EXPECT_EQ(Of("https://h.io:443"), (Origin{"https", "h.io", 443}));
  EXPECT_EQ(Of("https://h.io:0443"), (Origin{"https", "h.io", 443}));
  EXPECT_EQ(Of("https://h.io:1"), (Origin{"https", "h.io", 1}));
  EXPECT_EQ(Of("https://h.io:65535"), (Origin{"https", "h.io", 65535}));
}

TEST(OriginOfTest, IgnoresCaseAndUserInfo) {
  EXPECT_EQ(Of("HTTPS://u:p@H.IO"), (Origin{"https", "h.io", 443}));
  EXPECT_EQ(Of("http://[FD00::9]:5000/"), (Origin{"http", "fd00::9", 5000}));
}

TEST(OriginOfTest, DiffersInEachPart) {
  const Origin origin = *Of("https://h.io");
  EXPECT_NE(origin, *Of("http://h.io:443"));
  EXPECT_NE(origin, *Of("https://h.io:444"));
  EXPECT_NE(origin, *Of("https://a.h.io"));
  EXPECT_NE(origin, *Of("https://h.io."));
}

TEST(OriginOfTest, NoneWhereNoRequestCanGo) {
  for (const absl::string_view url :
       {"", "/a", "//h.io/", "ftp://h.io/", "https:", "https:///a", "https://:443/", "https:h.io/a",
        "https://h.io:0", "https://h.io:65536", "https://h.io:4294967739",
        "https://h.io:99999999999999999999"}) {
    EXPECT_EQ(Of(url), std::nullopt) << url;
  }
}

}  // namespace
}  // namespace registryd
