#include "registry/v1/v1_names.h"

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(V1NamesTest, AcceptsWhatRegistriesNameImagesAndTags) {
  for (const std::string& name :
       {std::string(64, 'a'), std::string("x"), std::string("latest"), std::string("v1.2-rc_3"),
        std::string("a b"), std::string("1..2"), std::string("..."), std::string("sha256:0f"),
        std::string("a.b."), std::string("\xc3\xa9"), std::string(kMaxV1NameBytes, 'a')}) {
    EXPECT_TRUE(CheckImageId(name, "image_id").ok()) << name;
    EXPECT_TRUE(CheckTag(name, "tag").ok()) << name;
  }
}

TEST(V1NamesTest, RefusesWhatLeadsElsewhere) {
  for (const std::string& name :
       {std::string("a/b"), std::string("/"), std::string("a?b"), std::string("a#b"),
        std::string(".."), std::string("."), std::string("a\\b"), std::string("%2e%2e"),
        std::string("a\r\nb"), std::string("a\nb"), std::string(1, '\0'), std::string("a\x7f"),
        std::string("a\tb"), std::string(kMaxV1NameBytes + 1, 'a')}) {
    for (const absl::Status& status : {CheckImageId(name, "image.id"), CheckTag(name, "tag")}) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << name;
      EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid) << name;
    }
    EXPECT_EQ(FieldOf(CheckImageId(name, "image.id")), "image.id");
  }
}

TEST(V1NamesTest, AnEmptyNameIsMissing) {
  EXPECT_EQ(ReasonOf(CheckImageId("", "image_id")), Reason::kFieldMissing);
  EXPECT_EQ(ReasonOf(CheckTag("", "tag")), Reason::kFieldMissing);
  EXPECT_EQ(ReasonOf(RepositoryPath("", "repository").status()), Reason::kFieldMissing);
}

TEST(V1NamesTest, EscapesAsInAPath) {
  EXPECT_EQ(EscapeV1Name("a b"), "a%20b");
  EXPECT_EQ(EscapeV1Name("\xc3\xa9<\">"), "%C3%A9%3C%22%3E");
  EXPECT_EQ(EscapeV1Name("v1.2-rc_3"), "v1.2-rc_3");
}

TEST(V1NamesTest, LeavesWhatAPathMayHold) {
  for (const char* const name :
       {"v(1)", "a!b'c*d", "[1]", "a:b@c", "a$&+,;=b", "sha256:0f", "~a-b.c_d"}) {
    EXPECT_TRUE(CheckTag(name, "tag").ok()) << name;
    EXPECT_EQ(EscapeV1Name(name), name);
  }
  // One byte that it may not hold, and all are escaped that usually are.
  EXPECT_EQ(EscapeV1Name("v(1) [2]!*'"), "v%281%29%20%5B2%5D%21%2A%27");
  EXPECT_EQ(EscapeV1Name("(\xc3\xa9)"), "%28%C3%A9%29");
}

TEST(V1NamesTest, ARepositoryIsTheReferencesPath) {
  EXPECT_EQ(*RepositoryPath("r.example:5000/team/app:1", "repository"), "team/app");
  EXPECT_EQ(*RepositoryPath("r.example/solo", "repository"), "solo");
  EXPECT_EQ(*RepositoryPath("ubuntu", "repository"), "library/ubuntu");
  for (const char* const text :
       {"../x", "a//b", "a b", "r.example/../v2", "r.example/a?b", "r.example/%2e%2e/a"}) {
    const absl::Status status = RepositoryPath(text, "repository").status();
    EXPECT_EQ(ReasonOf(status), Reason::kReferenceInvalid) << text;
    EXPECT_EQ(FieldOf(status), "repository") << text;
  }
}

TEST(V1NamesTest, ReadsARegistrysBaseUrl) {
  struct Case {
    const char* text;
    const char* base;
    const char* origin;
  };
  for (const Case& c :
       {Case{"https://r.example/v1/", "https://r.example/v1/", "https r.example 443"},
        Case{"https://r.example/v1", "https://r.example/v1/", "https r.example 443"},
        Case{"https://r.example", "https://r.example/", "https r.example 443"},
        Case{"http://127.0.0.1:5000/one/", "http://127.0.0.1:5000/one/", "http 127.0.0.1 5000"},
        Case{"HTTPS://R.example:443/", "https://R.example:443/", "https r.example 443"},
        Case{"http://[::1]:5000/v1/", "http://[::1]:5000/v1/", "http ::1 5000"}}) {
    const absl::StatusOr<V1RegistryUrl> url = ParseV1RegistryUrl(c.text, "registry");
    ASSERT_TRUE(url.ok()) << c.text << ": " << url.status();
    EXPECT_EQ(url->base, c.base);
    EXPECT_EQ(absl::StrCat(url->origin.scheme, " ", url->origin.host, " ", url->origin.port),
              c.origin);
  }
}

TEST(V1NamesTest, RefusesOtherBaseUrls) {
  for (const char* const text : {"r.example",
                                 "r.example/v1/",
                                 "//r.example/v1/",
                                 "ftp://r.example/",
                                 "https:///v1/",
                                 "https:r.example",
                                 "https://ann:s3cret@r.example/v1/",
                                 "https://ann@r.example/",
                                 "https://r.example/v1/?a=b",
                                 "https://r.example/v1/?",
                                 "https://r.example/v1/#f",
                                 "https://r.example/v1/../v2/",
                                 "https://r.example/./",
                                 "https://r.example/%2e%2e/",
                                 "https://r.example:0/",
                                 "https://r.example:99999/",
                                 "https://r.example/\r\nX: y",
                                 "https://r.example/a b/",
                                 " https://r.example/",
                                 "unix:///run/x",
                                 ""}) {
    const absl::Status status = ParseV1RegistryUrl(text, "registries[1]").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid) << text;
    EXPECT_EQ(FieldOf(status), "registries[1]") << text;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("s3cret"))) << text;
  }
}

}  // namespace
}  // namespace registryd
