#include "registry/net/redirect.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/base/utf8.h"

namespace registryd {
namespace {

using testing::HasSubstr;
using testing::Not;

absl::StatusOr<std::optional<Redirect>> Read(int status, absl::string_view from,
                                             absl::string_view location,
                                             absl::string_view method = "GET") {
  HttpResponseHead head{status, {{"location", std::string(location)}}};
  return ReadRedirect(head, Url::Parse(from).value(), method);
}

TEST(ReadRedirectTest, EveryStatusAndMethod) {
  for (int status = 100; status < 600; ++status) {
    for (const absl::string_view method : {"GET", "HEAD", "POST", "PUT", "DELETE", "get"}) {
      const auto redirect = Read(status, "https://h.io/a", "/b", method);
      ASSERT_TRUE(redirect.ok());
      const bool to_get = status == 301 || status == 302 || status == 303;
      const bool as_it_was = status == 307 || status == 308;
      ASSERT_EQ(redirect->has_value(), to_get || as_it_was) << status;
      if (!redirect->has_value()) continue;
      EXPECT_EQ((*redirect)->url.ToString(), "https://h.io/b");
      EXPECT_EQ((*redirect)->keeps_body, as_it_was);
      EXPECT_EQ((*redirect)->method, to_get && method != "HEAD" ? "GET" : method) << status;
    }
  }
}

TEST(ReadRedirectTest, IsNoneWithoutALocation) {
  const Url url = *Url::Parse("https://h.io/");
  EXPECT_EQ(*ReadRedirect({302, {}}, url, "GET"), std::nullopt);
  EXPECT_EQ(*ReadRedirect({302, {{"Location", ""}}}, url, "GET"), std::nullopt);
}

TEST(ReadRedirectTest, TheFirstLocationCounts) {
  const Url url = *Url::Parse("https://h.io/");
  const auto redirect = ReadRedirect({302, {{"Location", "/a"}, {"Location", "/b"}}}, url, "GET");
  EXPECT_EQ((*redirect)->url.ToString(), "https://h.io/a");
}

struct TargetCase {
  const char* name;
  absl::string_view from;
  absl::string_view location;
  absl::string_view want;
};

class ReadRedirectTarget : public testing::TestWithParam<TargetCase> {};

TEST_P(ReadRedirectTarget, IsResolved) {
  const auto redirect = Read(307, GetParam().from, GetParam().location);
  ASSERT_TRUE(redirect.ok()) << redirect.status();
  EXPECT_EQ((*redirect)->url.RequestUrl(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, ReadRedirectTarget,
    testing::Values(
        TargetCase{"Absolute", "https://h.io/a", "https://o.io:444/b?c", "https://o.io:444/b?c"},
        TargetCase{"Rooted", "https://h.io:81/a/b", "/c", "https://h.io:81/c"},
        TargetCase{"Relative", "https://h.io/a/b", "c", "https://h.io/a/c"},
        TargetCase{"Query", "https://h.io/a/b?x", "?y", "https://h.io/a/b?y"},
        TargetCase{"SchemeRelative", "http://h.io/a", "//o.io/b", "http://o.io/b"},
        TargetCase{"Upgrade", "http://h.io/a", "https://h.io/a", "https://h.io/a"},
        TargetCase{"FragmentGoes", "https://h.io/a", "/b#c", "https://h.io/b"},
        TargetCase{"SpacesAreEscaped", "https://h.io/a", "/b c?d e", "https://h.io/b%20c?d%20e"},
        TargetCase{"Itself", "https://h.io/a", "https://h.io/a", "https://h.io/a"}),
    [](const testing::TestParamInfo<TargetCase>& info) { return info.param.name; });

struct RefusalCase {
  const char* name;
  absl::string_view from;
  absl::string_view location;
  absl::string_view why;
};

class SecurityRow7Location : public testing::TestWithParam<RefusalCase> {};

TEST_P(SecurityRow7Location, IsRefused) {
  for (const int status : {301, 302, 303, 307, 308}) {
    const absl::Status refusal = Read(status, GetParam().from, GetParam().location).status();
    EXPECT_EQ(refusal.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(refusal), Reason::kRedirectRefused);
    EXPECT_THAT(std::string(refusal.message()), HasSubstr(std::string(GetParam().why)));
    EXPECT_THAT(std::string(refusal.message()), Not(HasSubstr("canary")));
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, SecurityRow7Location,
    testing::Values(
        RefusalCase{"ToHttp", "https://h.io/a", "http://h.io/a", "to plain http, http://h.io/a"},
        RefusalCase{"ToHttpElsewhere", "https://h.io/", "http://o.io/?canary", "http://o.io/"},
        RefusalCase{"ToHttpAtTheTlsPort", "https://h.io/", "http://h.io:443/", "to plain http"},
        RefusalCase{"User", "https://h.io/", "https://u@h.io/", "user information"},
        RefusalCase{"Password", "https://h.io/", "https://u:canary@h.io/", "user information"},
        RefusalCase{"EmptyUser", "https://h.io/", "https://@h.io/", "user information"},
        RefusalCase{"UserRelative", "https://h.io/", "//u:canary@h.io/", "user information"},
        RefusalCase{"HostInUser", "https://h.io/", "https://h.io:canary@o.io/", "https://o.io/"},
        RefusalCase{"File", "http://h.io/", "file:///etc/passwd", "no request can go to file:"},
        RefusalCase{"Gopher", "http://h.io/", "gopher://h.io/", "no request can go to"},
        RefusalCase{"Opaque", "http://h.io/", "http:h.io/x", "no request can go to"},
        RefusalCase{"NoHost", "http://h.io/", "http:///x", "no request can go to"},
        RefusalCase{"PortZero", "http://h.io/", "http://h.io:0/", "no request can go to"},
        RefusalCase{"PortTooBig", "http://h.io/", "http://h.io:65536/", "no request can go to"},
        RefusalCase{"NoUrl", "http://h.io/", "http://h.io:x/", "invalid port"},
        RefusalCase{"NoUrlWithPassword", "http://h.io/", "http://u:canary@h.io:x/", "xxxxx@"},
        RefusalCase{"ControlCharacter", "http://h.io/", "/a\tb", "control character"}),
    [](const testing::TestParamInfo<RefusalCase>& info) { return info.param.name; });

TEST(ReadRedirectTest, ShowsOneLineOfUtf8) {
  // The cut goes through a character.
  const std::string broken =
      absl::StrCat("http://h.io:", std::string(200, 'x'), "\xff\x01", "\xe4");
  const std::string cut =
      absl::StrCat("http://h.io:", std::string(201, 'x'), std::string(99, '\xc3'));
  for (const std::string& location : {broken, cut}) {
    const absl::Status refusal = Read(302, "https://h.io/\xc3\xa4", location).status();
    EXPECT_EQ(ReasonOf(refusal), Reason::kRedirectRefused);
    EXPECT_EQ(PrintableText(refusal.message(), 600), refusal.message());
  }
}

TEST(ReadRedirectTest, ShowsNoMoreThanAPartOfALongLocation) {
  const absl::Status refusal =
      Read(302, "https://h.io/", absl::StrCat("http://h.io/", std::string(60000, 'a'))).status();
  EXPECT_LT(refusal.message().size(), 600u);
}

}  // namespace
}  // namespace registryd
