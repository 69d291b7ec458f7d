#include "registry/v1/set_cookie.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

constexpr absl::string_view kNone = "none";

// "name=value" and what is set of the rest, in a fixed order.
std::string Text(absl::string_view header) {
  const std::optional<SetCookie> c = ParseSetCookie(header);
  if (!c.has_value()) return std::string(kNone);
  std::string text = absl::StrCat(c->name, "=", c->value.Reveal(), c->quoted ? " quoted" : "");
  if (!c->domain.empty()) absl::StrAppend(&text, " domain:", c->domain);
  if (!c->path.empty()) absl::StrAppend(&text, " path:", c->path);
  if (c->max_age.has_value()) absl::StrAppend(&text, " max-age:", *c->max_age);
  if (c->expires.has_value()) absl::StrAppend(&text, " expires:", absl::ToUnixSeconds(*c->expires));
  if (c->secure) absl::StrAppend(&text, " secure");
  return text;
}

struct Case {
  const char* name;
  std::string header;
  std::string want;
};

class SetCookieTest : public ::testing::TestWithParam<Case> {};

TEST_P(SetCookieTest, Reads) { EXPECT_EQ(Text(GetParam().header), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    Table, SetCookieTest,
    ::testing::Values(
        Case{"Plain", "session=abc", "session=abc"},
        Case{"Trimmed", " \t session = abc ; Path=/ ", "session= abc path:/"},
        Case{"EmptyValue", "session=", "session="}, Case{"EqualsInValue", "a=b=c", "a=b=c"},
        Case{"Quoted", "a=\"b c\"", "a=b c quoted"}, Case{"OneQuote", "a=\"", "none"},
        Case{"QuoteWithin", "a=b\"c", "none"}, Case{"Backslash", "a=b\\c", "none"},
        Case{"ControlByte", "a=b\x01", "none"}, Case{"HighByte", "a=b\xc3\xa9", "none"},
        Case{"Empty", "", "none"}, Case{"OnlyAttributes", "; Path=/", "none"},
        Case{"NoEquals", "session; Path=/", "none"}, Case{"NoName", "=abc", "none"},
        Case{"NameIsNoToken", "a b=c", "none"},
        Case{"AllAttributes",
             "a=b; Path=/x; Domain=.example.com; Max-Age=60; SECURE; HttpOnly; SameSite=Lax",
             "a=b domain:.example.com path:/x max-age:60 secure"},
        Case{"LastCounts", "a=b; Path=/x; path=/y", "a=b path:/y"},
        Case{"BadAttributeIsPassedOver", "a=b; Path=\"/x\"; Domain=d", "a=b domain:d"},
        Case{"UnknownAttributes", "a=b; Priority=High; ;;", "a=b"},
        Case{"SecureWithValue", "a=b; Secure=no", "a=b secure"},
        Case{"MaxAgeZero", "a=b; Max-Age=0", "a=b max-age:0"},
        Case{"MaxAgeNegative", "a=b; Max-Age=-5", "a=b max-age:-5"},
        Case{"MaxAgeLeadingZero", "a=b; Max-Age=060", "a=b"},
        Case{"MaxAgeNoNumber", "a=b; Max-Age=1h", "a=b"},
        Case{"MaxAgeEmpty", "a=b; Max-Age=", "a=b"},
        Case{"MaxAgeTooLarge", "a=b; Max-Age=99999999999999999999", "a=b"},
        Case{"Expires", "a=b; Expires=Sun, 06 Nov 1994 08:49:37 GMT", "a=b expires:784111777"},
        Case{"ExpiresWithHyphens", "a=b; Expires=Sun, 06-Nov-1994 08:49:37 UTC",
             "a=b expires:784111777"},
        Case{"ExpiresWithoutZone", "a=b; Expires=Sun, 06 Nov 1994 08:49:37", "a=b"},
        Case{"ExpiresNonsense", "a=b; Expires=tomorrow GMT", "a=b"}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
