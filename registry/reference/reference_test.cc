#include "registry/reference/reference.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

const char kHex64[] = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

std::string Sha256() { return absl::StrCat("sha256:", kHex64); }
std::string Times(size_t count, char c) { return std::string(count, c); }

struct ValidCase {
  const char* name;
  std::string text;
  std::string domain;
  std::string path;
  std::string familiar_name;
  std::string tag = "";
  std::string digest = "";
  bool official = false;
};

class ValidReferenceTest : public testing::TestWithParam<ValidCase> {};

TEST_P(ValidReferenceTest, HasItsParts) {
  const ValidCase& want = GetParam();
  const absl::StatusOr<Reference> reference = Reference::Parse(want.text);
  ASSERT_TRUE(reference.ok()) << reference.status();
  const std::string name =
      want.domain.empty() ? want.path : absl::StrCat(want.domain, "/", want.path);
  const std::string suffix = absl::StrCat(want.tag.empty() ? "" : ":", want.tag,
                                          want.digest.empty() ? "" : "@", want.digest);
  EXPECT_EQ(reference->domain(), want.domain);
  EXPECT_EQ(reference->path(), want.path);
  EXPECT_EQ(reference->name(), name);
  EXPECT_EQ(reference->tag(), want.tag);
  EXPECT_EQ(reference->digest(), want.digest);
  EXPECT_EQ(reference->canonical(), name + suffix);
  EXPECT_EQ(reference->familiar_name(), want.familiar_name);
  EXPECT_EQ(reference->familiar(), want.familiar_name + suffix);
  EXPECT_EQ(reference->official(), want.official);
}

TEST_P(ValidReferenceTest, BothFormsMeanTheSame) {
  const absl::StatusOr<Reference> reference = Reference::Parse(GetParam().text);
  ASSERT_TRUE(reference.ok()) << reference.status();
  for (const std::string& form : {std::string(reference->canonical()), reference->familiar()}) {
    const absl::StatusOr<Reference> again = Reference::Parse(form);
    ASSERT_TRUE(again.ok()) << form << ": " << again.status();
    EXPECT_EQ(again->canonical(), reference->canonical()) << form;
    EXPECT_EQ(again->domain(), reference->domain()) << form;
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ValidReferenceTest,
    testing::Values(
        ValidCase{"Familiar", "ubuntu", "docker.io", "library/ubuntu", "ubuntu", "", "", true},
        ValidCase{"FamiliarTagged", "ubuntu:22.04", "docker.io", "library/ubuntu", "ubuntu",
                  "22.04", "", true},
        ValidCase{"FamiliarDigested", "ubuntu@" + Sha256(), "docker.io", "library/ubuntu", "ubuntu",
                  "", Sha256(), true},
        ValidCase{"FamiliarWhole", "ubuntu:1@" + Sha256(), "docker.io", "library/ubuntu", "ubuntu",
                  "1", Sha256(), true},
        ValidCase{"User", "user/app", "docker.io", "user/app", "user/app"},
        ValidCase{"Nested", "a/b/c", "docker.io", "a/b/c", "a/b/c"},
        ValidCase{"LibrarySpelledOut", "library/ubuntu", "docker.io", "library/ubuntu", "ubuntu",
                  "", "", true},
        ValidCase{"HubSpelledOut", "docker.io/ubuntu", "docker.io", "library/ubuntu", "ubuntu", "",
                  "", true},
        ValidCase{"LegacyHub", "index.docker.io/ubuntu:1", "docker.io", "library/ubuntu", "ubuntu",
                  "1", "", true},
        ValidCase{"LegacyHubUser", "index.docker.io/user/app", "docker.io", "user/app", "user/app"},
        ValidCase{"LibraryOnlyOnHub", "example.com/ubuntu", "example.com", "ubuntu",
                  "example.com/ubuntu"},
        ValidCase{"LibraryNestedIsNotFamiliar", "library/a/b", "docker.io", "library/a/b",
                  "library/a/b"},
        ValidCase{"LibraryAlone", "library", "docker.io", "library/library", "library", "", "",
                  true},
        ValidCase{"HubsRegistryIsNotHub", "registry-1.docker.io/a", "registry-1.docker.io", "a",
                  "registry-1.docker.io/a"},
        ValidCase{"HubWithPortIsNotHub", "docker.io:443/a", "docker.io:443", "a",
                  "docker.io:443/a"},
        ValidCase{"HubInUpperCaseIsNotHub", "Docker.io/a", "Docker.io", "a", "Docker.io/a"},
        ValidCase{"Localhost", "localhost/a", "localhost", "a", "localhost/a"},
        ValidCase{"LocalhostPort", "localhost:5000/a/b:1", "localhost:5000", "a/b",
                  "localhost:5000/a/b", "1"},
        ValidCase{"LocalhostAlone", "localhost", "docker.io", "library/localhost", "localhost", "",
                  "", true},
        ValidCase{"LocalhostWithTag", "localhost:5000", "docker.io", "library/localhost",
                  "localhost", "5000", "", true},
        ValidCase{"DottedAlone", "example.com", "docker.io", "library/example.com", "example.com",
                  "", "", true},
        ValidCase{"SingleLabelPort", "host:5000/a", "host:5000", "a", "host:5000/a"},
        ValidCase{"SingleLabel", "host/a", "docker.io", "host/a", "host/a"},
        ValidCase{"UpperCaseMakesADomain", "Host/a", "Host", "a", "Host/a"},
        ValidCase{"Ipv4", "192.0.2.1/a", "192.0.2.1", "a", "192.0.2.1/a"},
        ValidCase{"Ipv6", "[2001:db8::1]/a", "[2001:db8::1]", "a", "[2001:db8::1]/a"},
        ValidCase{"Ipv6Port", "[::1]:5000/a/b:t@" + Sha256(), "[::1]:5000", "a/b", "[::1]:5000/a/b",
                  "t", Sha256()},
        ValidCase{"Sha384", "a@sha384:" + Times(96, '0'), "docker.io", "library/a", "a", "",
                  "sha384:" + Times(96, '0'), true},
        ValidCase{"Sha512", "a@sha512:" + Times(128, '0'), "docker.io", "library/a", "a", "",
                  "sha512:" + Times(128, '0'), true},
        ValidCase{"UpperCaseTag", "a:LATEST", "docker.io", "library/a", "a", "LATEST", "", true},
        ValidCase{"TagOf128", "a:" + Times(128, 't'), "docker.io", "library/a", "a",
                  Times(128, 't'), "", true},
        ValidCase{"IdentifierWithTag", absl::StrCat(kHex64, ":a"), "docker.io",
                  absl::StrCat("library/", kHex64), kHex64, "a", "", true},
        ValidCase{"IdentifierOnAHost", absl::StrCat("h.io/", kHex64), "h.io", kHex64,
                  absl::StrCat("h.io/", kHex64)},
        ValidCase{"HexOf63", Times(63, 'a'), "docker.io", "library/" + Times(63, 'a'),
                  Times(63, 'a'), "", "", true},
        ValidCase{"HexOf65", Times(65, 'a'), "docker.io", "library/" + Times(65, 'a'),
                  Times(65, 'a'), "", "", true},
        ValidCase{"PathOf255", "h.io/" + Times(255, 'a'), "h.io", Times(255, 'a'),
                  "h.io/" + Times(255, 'a')},
        ValidCase{"PathOf255WithLibrary", Times(247, 'a'), "docker.io",
                  "library/" + Times(247, 'a'), Times(247, 'a'), "", "", true},
        ValidCase{"DomainHasNoLimit", Times(300, 'd') + ".io/" + Times(255, 'a'),
                  Times(300, 'd') + ".io", Times(255, 'a'),
                  Times(300, 'd') + ".io/" + Times(255, 'a')},
        // With an underscore it cannot be a domain, and goes for a part of the path.
        ValidCase{"UnderscoreIsNoDomain", "my_host.io/a", "", "my_host.io/a", "my_host.io/a"},
        ValidCase{"UnderscorePathOf255", "h_h.io/" + Times(248, 'a'), "",
                  "h_h.io/" + Times(248, 'a'), "h_h.io/" + Times(248, 'a')}),
    [](const testing::TestParamInfo<ValidCase>& info) { return info.param.name; });

struct InvalidCase {
  const char* name;
  std::string text;
  std::string message;
};

class InvalidReferenceTest : public testing::TestWithParam<InvalidCase> {};

TEST_P(InvalidReferenceTest, IsRefusedWithItsReason) {
  const absl::Status status = Reference::Parse(GetParam().text).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), GetParam().message);
  EXPECT_EQ(ReasonOf(status), Reason::kReferenceInvalid);
  EXPECT_EQ(FieldOf(status), "reference");
}

const char kFormat[] = "invalid reference format";
const char kTooLong[] = "repository name must not be more than 255 characters";
const char kUpperName[] = "repository name must be lowercase";

std::string MustBeLower(const std::string& name) {
  return absl::StrCat("invalid reference format: repository name (", name, ") must be lowercase");
}

INSTANTIATE_TEST_SUITE_P(
    All, InvalidReferenceTest,
    testing::Values(
        InvalidCase{"Empty", "", kFormat}, InvalidCase{"Slash", "/", kFormat},
        InvalidCase{"NoPath", "docker.io/", kFormat},
        InvalidCase{"NoPathOnAHost", "example.com/", kFormat},
        InvalidCase{"NoDomain", "/a", kFormat}, InvalidCase{"DoubleSlash", "a//b", kFormat},
        InvalidCase{"TrailingSlash", "a/b/", kFormat}, InvalidCase{"EmptyTag", "a:", kFormat},
        InvalidCase{"EmptyDigest", "a@", kFormat},
        InvalidCase{"EmptyTagBeforeDigest", "a:@" + Sha256(), kFormat},
        InvalidCase{"TwoTags", "a:b:c", kFormat},
        InvalidCase{"TwoDigests", "a@" + Sha256() + "@" + Sha256(), kFormat},
        InvalidCase{"TagAfterDigest", "a@" + Sha256() + ":t", kFormat},
        InvalidCase{"SlashInTag", "a:b/c:d/e", kFormat},
        InvalidCase{"TagOf129", "a:" + Times(129, 't'), kFormat},
        InvalidCase{"Scheme", "https://example.com/a", kFormat},
        InvalidCase{"PortNotANumber", "host:port/a", kFormat},
        InvalidCase{"PortEmpty", "host:/a", kFormat},
        InvalidCase{"DomainEndsWithHyphen", "bad-.com/a", kFormat},
        InvalidCase{"DomainEmptyLabel", "bad..com/a", kFormat},
        InvalidCase{"Ipv6WithoutBrackets", "::1/a", kFormat},
        InvalidCase{"Ipv6Zone", "[fe80::1%25eth0]/a", kFormat},
        InvalidCase{"BeyondAscii", "\xc3\xa9", kFormat}, InvalidCase{"Newline", "a\n", kFormat},
        InvalidCase{"Nul", std::string("a\0b", 3), kFormat},
        InvalidCase{"UpperPath", "user/App", MustBeLower("user/App")},
        InvalidCase{"UpperFamiliar", "Ubuntu:1", MustBeLower("library/Ubuntu")},
        InvalidCase{"UpperOnAHost", "example.com/App", MustBeLower("App")},
        InvalidCase{"UpperBehindUpperDomain", "Host/App", MustBeLower("App")},
        // The name is shown up to the first ':', the algorithm with it.
        InvalidCase{"UpperAlgorithm", "a@SHA256:" + Times(64, '0'),
                    MustBeLower("library/a@SHA256")},
        InvalidCase{"UpperAlgorithmBehindTag", "a:t@SHA256:" + Times(64, '0'),
                    "invalid checksum digest format"},
        InvalidCase{"UpperBeforeTooLong", "h.io/A" + Times(255, 'a'),
                    MustBeLower("A" + Times(255, 'a'))},
        InvalidCase{"UpperBeforeBadTag", "A:.", MustBeLower("library/A")},
        InvalidCase{"UpperDomainThatIsNone", "My_Host.io/a", kUpperName},
        InvalidCase{"UpperDomainThatIsNoneBadTag", "My_Host.io/a:.", kFormat},
        InvalidCase{"UpperDomainThatIsNothing", "My..Host/a", kFormat},
        InvalidCase{"Identifier", kHex64,
                    absl::StrCat("invalid repository name (", kHex64,
                                 "), cannot specify 64-byte hexadecimal strings")},
        InvalidCase{"IdentifierInUpperCase", Times(64, 'A'),
                    MustBeLower("library/" + Times(64, 'A'))},
        InvalidCase{"PathOf256", "h.io/" + Times(256, 'a'), kTooLong},
        InvalidCase{"PathOf256WithLibrary", Times(248, 'a'), kTooLong},
        InvalidCase{"UnderscorePathOf256", "h_h.io/" + Times(249, 'a'), kTooLong},
        InvalidCase{"TooLongBeforeBadDigest", Times(248, 'a') + "@md5:" + Times(32, '0'), kTooLong},
        InvalidCase{"BadTagBeforeTooLong", Times(248, 'a') + ":.", kFormat},
        InvalidCase{"DigestShort", "a@sha256:" + Times(63, '0'), "invalid checksum digest length"},
        InvalidCase{"DigestOf31", "a@sha256:" + Times(31, '0'), kFormat},
        InvalidCase{"DigestUpperDigits", "a@sha256:" + Times(64, 'A'),
                    "invalid checksum digest format"},
        InvalidCase{"DigestUnknown", "a@md5:" + Times(32, '0'), "unsupported digest algorithm"}),
    [](const testing::TestParamInfo<InvalidCase>& info) { return info.param.name; });

TEST(ReferenceTest, PartsMoveAndCopyWithIt) {
  Reference first = *Reference::Parse("h.io/a:t");  // Short: kept within the object itself.
  const Reference copy = first;
  const Reference moved = std::move(first);
  for (const Reference* reference : {&copy, &moved}) {
    EXPECT_EQ(reference->domain(), "h.io");
    EXPECT_EQ(reference->path(), "a");
    EXPECT_EQ(reference->tag(), "t");
    EXPECT_EQ(reference->canonical(), "h.io/a:t");
  }
}

}  // namespace
}  // namespace registryd
