#include "registry/v1/cookie_jar.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'000'000);

class CookieJarTest : public ::testing::Test {
 protected:
  void Set(absl::string_view url, const std::vector<std::string>& headers, absl::Time now = kNow) {
    HttpResponseHead head;
    for (const std::string& header : headers) head.headers.push_back({"set-cookie", header});
    jar_.Store(*Url::Parse(url), head, now);
  }

  std::string Sent(absl::string_view url, absl::Time now = kNow) const {
    return std::string(jar_.HeaderFor(*Url::Parse(url), now).Reveal());
  }

  CookieJar jar_;
};

TEST_F(CookieJarTest, SendsBackToTheSameOriginAlone) {
  Set("https://r.example/v1/_ping", {"a=1; Path=/", "b=2; Path=/; Domain=example"});
  EXPECT_EQ(Sent("https://r.example/v1/search?q=x"), "a=1; b=2");
  EXPECT_EQ(Sent("https://r.example:443/"), "a=1; b=2");
  EXPECT_EQ(Sent("https://R.Example/"), "a=1; b=2");
  for (const char* url : {"http://r.example/", "https://r.example:8443/", "https://example/",
                          "https://x.r.example/", "https://other.example/"}) {
    EXPECT_EQ(Sent(url), "") << url;
  }
}

TEST_F(CookieJarTest, PathDecides) {
  struct Case {
    const char* set_at;
    const char* path;  // Of the cookie.
    const char* sent_to;
    bool sent;
  };
  for (const Case& c : {
           Case{"/v1/images/x/json", "", "/v1/images/x/layer", true},
           Case{"/v1/images/x/json", "", "/v1/images/y", false},
           Case{"/v1/images/x/json", "", "/v1/images/x", true},
           Case{"/v1/images/x/json", "", "/v1/images/xy", false},
           Case{"/top", "", "/anything", true},
           Case{"", "", "/anything", true},
           Case{"/a/b", "relative", "/a/c", true},
           Case{"/a/b", "/v1", "/v1", true},
           Case{"/a/b", "/v1", "/v1/", true},
           Case{"/a/b", "/v1", "/v12", false},
           Case{"/a/b", "/v1/", "/v1", false},
           Case{"/a/b", "/v1/", "/v1/x", true},
           Case{"/a/b", "/a b", "/a%20b/c", true},
           Case{"/a/b", "/", "", true},
       }) {
    CookieJar jar;
    HttpResponseHead head;
    head.headers.push_back(
        {"Set-Cookie", absl::StrCat("a=1", c.path[0] != '\0' ? "; Path=" : "", c.path)});
    jar.Store(*Url::Parse(absl::StrCat("https://r.example", c.set_at)), head, kNow);
    EXPECT_EQ(
        !jar.HeaderFor(*Url::Parse(absl::StrCat("https://r.example", c.sent_to)), kNow).empty(),
        c.sent)
        << c.set_at << " " << c.path << " " << c.sent_to;
  }
}

TEST_F(CookieJarTest, ADomainHasToMatch) {
  struct Case {
    const char* host;
    const char* domain;
    bool kept;
  };
  for (const Case& c : {
           Case{"r.example", "r.example", true},
           Case{"r.example", ".R.EXAMPLE", true},
           Case{"r.example", "example", true},
           Case{"r.example", "x.r.example", false},
           Case{"r.example", "r.exampl", false},
           Case{"r.example", "ample", false},
           Case{"r.example", "r.example.", false},
           Case{"r.example", "..example", false},
           Case{"r.example", ".", false},
           Case{"127.0.0.1", "127.0.0.1", true},
           Case{"127.0.0.1", ".127.0.0.1", false},
           Case{"127.0.0.1", "0.0.1", false},
           Case{"[::1]", "::1", true},
       }) {
    CookieJar jar;
    const Url url = *Url::Parse(absl::StrCat("https://", c.host, "/"));
    HttpResponseHead head;
    head.headers.push_back({"Set-Cookie", absl::StrCat("a=1; Domain=", c.domain)});
    jar.Store(url, head, kNow);
    EXPECT_EQ(!jar.HeaderFor(url, kNow).empty(), c.kept) << c.host << " " << c.domain;
  }
}

TEST_F(CookieJarTest, SecureCookiesNeedHttpsOrThisMachine) {
  for (const char* url : {"https://r.example/", "http://127.0.0.1:5000/", "http://[::1]:5000/",
                          "http://localhost/", "http://a.localhost/"}) {
    Set(url, {"a=1; Secure"});
    EXPECT_EQ(Sent(url), "a=1") << url;
  }
  Set("http://r.example/", {"a=1; Secure"});
  EXPECT_EQ(Sent("http://r.example/"), "");
}

TEST_F(CookieJarTest, Expires) {
  Set("https://r.example/", {"session=1", "short=1; Max-Age=60",
                             "both=1; Max-Age=60; Expires=Sun, 06 Nov 1994 08:49:37 GMT",
                             "long=1; Expires=Sun, 06 Nov 2094 08:49:37 GMT", "gone=1; Max-Age=0",
                             "past=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT"});
  EXPECT_EQ(Sent("https://r.example/"), "session=1; short=1; both=1; long=1");
  EXPECT_EQ(Sent("https://r.example/", kNow + absl::Seconds(60) - absl::Nanoseconds(1)),
            "session=1; short=1; both=1; long=1");
  EXPECT_EQ(Sent("https://r.example/", kNow + absl::Seconds(60)), "session=1; long=1");
}

TEST_F(CookieJarTest, IsReplacedAndTakenBack) {
  Set("https://r.example/", {"a=1", "b=1"});
  Set("https://r.example/", {"a=2"});
  EXPECT_EQ(Sent("https://r.example/"), "a=2; b=1");
  Set("https://r.example/", {"a=; Max-Age=-1"});
  EXPECT_EQ(Sent("https://r.example/"), "b=1");
}

TEST_F(CookieJarTest, ADomainThatIsTheHostMakesNoOtherCookie) {
  for (const char* const domain : {"r.example", ".r.example", "R.Example"}) {
    Set("https://r.example/", {"b=1", "a=1"});
    Set("https://r.example/", {absl::StrCat("a=2; Domain=", domain)});
    EXPECT_EQ(Sent("https://r.example/"), "b=1; a=2") << domain;
    Set("https://r.example/", {"a=3"});
    EXPECT_EQ(Sent("https://r.example/"), "b=1; a=3") << domain;
    Set("https://r.example/", {absl::StrCat("a=; Max-Age=0; Domain=", domain)});
    EXPECT_EQ(Sent("https://r.example/"), "b=1") << domain;
  }
  Set("https://r.example/", {"b=2; Domain=example"});
  EXPECT_EQ(Sent("https://r.example/"), "b=1; b=2");
}

TEST_F(CookieJarTest, OrderIsByPathThenAge) {
  Set("https://r.example/", {"root=1; Path=/", "deep=1; Path=/v1/images", "v1=1; Path=/v1"});
  EXPECT_EQ(Sent("https://r.example/v1/images/x"), "deep=1; v1=1; root=1");
}

TEST_F(CookieJarTest, QuotesWhatNeedsIt) {
  Set("https://r.example/", {"a=\"x\"", "b=x y", "c=x,y", "d=x"});
  EXPECT_EQ(Sent("https://r.example/"), "a=\"x\"; b=\"x y\"; c=\"x,y\"; d=x");
}

TEST_F(CookieJarTest, IsBounded) {
  Set("https://r.example/", {absl::StrCat("a=", std::string(CookieJar::kMaxCookieBytes - 2, 'x'))});
  EXPECT_EQ(Sent("https://r.example/").size(), CookieJar::kMaxCookieBytes);
  Set("https://r.example/", {absl::StrCat("b=", std::string(CookieJar::kMaxCookieBytes - 1, 'x'))});
  EXPECT_EQ(Sent("https://r.example/").size(), CookieJar::kMaxCookieBytes);
  for (size_t i = 1; i < CookieJar::kMaxCookies; ++i) {
    Set(absl::StrCat("https://h", i, ".example/"), {"a=1"});
  }
  Set("https://late.example/", {"a=1"});
  EXPECT_EQ(Sent("https://h63.example/"), "a=1");
  EXPECT_EQ(Sent("https://late.example/"), "");
  Set("https://h63.example/", {"a=2"});
  EXPECT_EQ(Sent("https://h63.example/"), "a=2");
}

}  // namespace
}  // namespace registryd
