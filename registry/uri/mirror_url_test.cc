#include "registry/uri/mirror_url.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

struct ValidCase {
  const char* name;
  absl::string_view mirror;
  absl::string_view want;
  absl::string_view lookup_url;
  absl::string_view lookup_host;
};

class ValidMirrorTest : public testing::TestWithParam<ValidCase> {};

TEST_P(ValidMirrorTest, EndsInOneMoreSlash) {
  const absl::StatusOr<std::string> got = ValidateMirror(GetParam().mirror);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(*got, GetParam().want);
}

TEST_P(ValidMirrorTest, LookupUrl) {
  const absl::StatusOr<Url> url = MirrorLookupUrl(GetParam().want);
  ASSERT_TRUE(url.ok()) << url.status();
  EXPECT_EQ(url->ToString(), GetParam().lookup_url);
  EXPECT_EQ(url->host(), GetParam().lookup_host);
}

INSTANTIATE_TEST_SUITE_P(
    All, ValidMirrorTest,
    testing::Values(
        ValidCase{"Host", "https://m.io", "https://m.io/", "https://m.io/", "m.io"},
        ValidCase{"Slash", "https://m.io/", "https://m.io/", "https://m.io/", "m.io"},
        ValidCase{"TwoSlashes", "https://m.io//", "https://m.io//", "https://m.io//", "m.io"},
        ValidCase{"HttpPortPath", "http://m:5000/v1", "http://m:5000/v1/", "http://m:5000/v1/",
                  "m:5000"},
        ValidCase{"Ipv6", "https://[::1]:5000", "https://[::1]:5000/", "https://[::1]:5000/",
                  "[::1]:5000"},
        ValidCase{"Ipv6Bare", "https://::1", "https://::1/", "https://::1/", "::1"},
        ValidCase{"PortIsNotBounded", "https://m:99999", "https://m:99999/", "https://m:99999/",
                  "m:99999"},
        ValidCase{"SpaceIsEscapedInLookups", "https://m/a b", "https://m/a b/", "https://m/a%20b/",
                  "m"},
        ValidCase{"HostIsEscapedInLookups", "https://\xc3\xa9", "https://\xc3\xa9/",
                  "https://%C3%A9/", "\xc3\xa9"},
        ValidCase{"EmptyHost", "https://", "https://", "https:", ""},
        ValidCase{"EmptyQuery", "https://m?", "https://m?/", "https://m?/", "m"},
        ValidCase{"EmptyFragment", "https://m#", "https://m#/", "https://m#/", "m"},
        // Not prefixed with a scheme as look-ups know it: they put one before.
        ValidCase{"UpperCaseScheme", "HTTPS://m", "HTTPS://m/", "https://HTTPS://m/", "HTTPS:"},
        ValidCase{"Rooted", "https:/m", "https:/m/", "https://https:/m/", "https:"}),
    [](const testing::TestParamInfo<ValidCase>& info) { return info.param.name; });

struct InvalidCase {
  const char* name;
  absl::string_view mirror;
  absl::string_view message;
};

class InvalidMirrorTest : public testing::TestWithParam<InvalidCase> {};

TEST_P(InvalidMirrorTest, Says) {
  const absl::Status status = ValidateMirror(GetParam().mirror).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), GetParam().message);
  EXPECT_EQ(ReasonOf(status), Reason::kMirrorInvalid);
  EXPECT_EQ(FieldOf(status), "mirror");
}

INSTANTIATE_TEST_SUITE_P(
    All, InvalidMirrorTest,
    testing::Values(
        InvalidCase{"Empty", "", R"(invalid mirror: unsupported scheme "" in "")"},
        InvalidCase{"NoScheme", "m.io", R"(invalid mirror: unsupported scheme "" in "m.io")"},
        InvalidCase{"HostPort", "m.io:5000",
                    R"(invalid mirror: unsupported scheme "m.io" in "m.io:5000")"},
        InvalidCase{"Ftp", "FTP://m.io",
                    R"(invalid mirror: unsupported scheme "ftp" in "ftp://m.io")"},
        InvalidCase{"NotAUri", "https://m:x",
                    R"(invalid mirror: "https://m:x" is not a valid URI: )"
                    R"(parse "https://m:x": invalid port ":x" after host)"},
        InvalidCase{"NotAUriFragment", "https://m/%zz#f",
                    R"(invalid mirror: "https://m/%zz#f" is not a valid URI: )"
                    R"(parse "https://m/%zz": invalid URL escape "%zz")"},
        InvalidCase{"Query", "https://m?q=1",
                    R"(invalid mirror: query or fragment at end of the URI "https://m?q=1")"},
        InvalidCase{"Fragment", "https://m/#f",
                    R"(invalid mirror: query or fragment at end of the URI "https://m/#f")"},
        InvalidCase{"User", "https://u@m",
                    R"(invalid mirror: username/password not allowed in URI "https://u:xxxxx@m")"},
        InvalidCase{"EmptyUser", "https://@m",
                    R"(invalid mirror: username/password not allowed in URI "https://:xxxxx@m")"},
        InvalidCase{"Password", "HTTPS://u:pw@m/a",
                    R"(invalid mirror: username/password not allowed in URI )"
                    R"("https://u:xxxxx@m/a")"},
        InvalidCase{"SchemeBeforeUser", "ftp://u@m",
                    R"(invalid mirror: unsupported scheme "ftp" in "ftp://u@m")"},
        InvalidCase{"QueryBeforeUser", "https://u@m?q",
                    R"(invalid mirror: query or fragment at end of the URI "https://u@m?q")"}),
    [](const testing::TestParamInfo<InvalidCase>& info) { return info.param.name; });

class MirrorPasswordTest : public testing::TestWithParam<absl::string_view> {};

TEST_P(MirrorPasswordTest, IsNeverShown) {
  const absl::Status status = ValidateMirror(GetParam()).status();
  ASSERT_FALSE(status.ok());
  EXPECT_FALSE(absl::StrContains(status.ToString(), "hunter2")) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "xxxxx")) << status;
}

INSTANTIATE_TEST_SUITE_P(
    All, MirrorPasswordTest,
    testing::Values("https://u:hunter2@m", "ftp://u:hunter2@m", "https://u:hunter2@m?q",
                    "https://u:hunter2@m#f", "https://u:hunter2@m:x", "https://u:hunter2@m/%zz",
                    "https://u:hunter2%zz@m", "https://u:hunter2/x@m", "https://u:hunter2#x@m",
                    "https://u:hunter2?x@m", "https://u:hunter2 x@m", "https://u:hunter2\n@m",
                    "https://u:hunter2@x@m", "https://u:x@hunter2@m", "https://u:[hunter2@m",
                    "u:hunter2@m", "ftp:u:hunter2@m", "https:u:hunter2@m?q", "//u:hunter2@m",
                    ":u:hunter2@m", "1https://u:hunter2@m"));

TEST(MirrorLookupUrlTest, HasUserInformationThatShowsBehindHttps) {
  for (const absl::string_view mirror : {"https:hunter2@m/", "HTTPS:u:hunter2@m/"}) {
    EXPECT_EQ(ValidateMirror(mirror).value_or("refused"), mirror);
    const absl::StatusOr<Url> url = MirrorLookupUrl(mirror);
    ASSERT_TRUE(url.ok()) << url.status();
    EXPECT_EQ(url->host(), "m");
    EXPECT_TRUE(url->has_user_info());
  }
}

TEST(MirrorLookupUrlTest, RefusesWhatIsNoUrlBehindHttps) {
  // Valid mirrors, as far as ValidateMirror goes.
  for (const auto& [mirror, problem] :
       {std::pair<std::string, std::string>{"https:m/", R"(invalid port ":m" after host)"},
        {"https:[::1]:5000/", "invalid IP-literal"}}) {
    EXPECT_EQ(ValidateMirror(mirror).value_or("refused"), mirror);
    const absl::Status status = MirrorLookupUrl(mirror).status();
    EXPECT_EQ(status.message(), "parse \"https://" + mirror + "\": " + problem);
    EXPECT_EQ(ReasonOf(status), Reason::kMirrorInvalid);
    EXPECT_EQ(FieldOf(status), "mirror");
  }
}

}  // namespace
}  // namespace registryd
