#include "registry/reference/index_name.h"

#include <gtest/gtest.h>

#include <string>

#include "registry/base/error.h"

namespace registryd {
namespace {

void ExpectRefused(const absl::Status& status, const std::string& message,
                   Reason reason = Reason::kIndexNameInvalid) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), message);
  EXPECT_EQ(ReasonOf(status), reason);
  EXPECT_EQ(FieldOf(status), "name");
}

struct NameCase {
  const char* name;
  std::string text;
  std::string want;  // Empty where the name is refused.
};

class ValidateIndexNameTest : public testing::TestWithParam<NameCase> {};

TEST_P(ValidateIndexNameTest, Answers) {
  const NameCase& c = GetParam();
  const absl::StatusOr<std::string> got = ValidateIndexName(c.text);
  if (!c.want.empty()) {
    ASSERT_TRUE(got.ok()) << got.status();
    EXPECT_EQ(*got, c.want);
  } else {
    ExpectRefused(got.status(),
                  "invalid index name (" + c.text + "). Cannot begin or end with a hyphen");
  }
}

INSTANTIATE_TEST_SUITE_P(
    All, ValidateIndexNameTest,
    testing::Values(NameCase{"Hub", "docker.io", "docker.io"},
                    NameCase{"LegacyHub", "index.docker.io", "docker.io"},
                    NameCase{"LegacyHubInUpperCase", "Index.docker.io", "Index.docker.io"},
                    NameCase{"LegacyHubWithPort", "index.docker.io:443", "index.docker.io:443"},
                    NameCase{"HyphenInside", "a-b", "a-b"},
                    NameCase{"AnythingElse", "a b/..%", "a b/..%"},
                    NameCase{"HyphenFirst", "-a", ""}, NameCase{"HyphenLast", "a-", ""},
                    NameCase{"HyphenBoth", "-a-", ""}, NameCase{"HyphenAlone", "-", ""}),
    [](const testing::TestParamInfo<NameCase>& info) { return info.param.name; });

TEST(ValidateIndexNameTest, EmptyIsAllowed) {
  EXPECT_EQ(ValidateIndexName("").value_or("refused"), "");
}

struct SearchCase {
  const char* name;
  std::string term;
  std::string index;
  std::string remote;
};

class SplitSearchNameTest : public testing::TestWithParam<SearchCase> {};

TEST_P(SplitSearchNameTest, Splits) {
  const absl::StatusOr<SearchName> got = SplitSearchName(GetParam().term);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->index_name, GetParam().index);
  EXPECT_EQ(got->remote_name, GetParam().remote);
}

TEST_P(SplitSearchNameTest, IndexAloneIsTheSame) {
  EXPECT_EQ(SearchIndexName(GetParam().term).value_or("refused"), GetParam().index);
}

INSTANTIATE_TEST_SUITE_P(
    All, SplitSearchNameTest,
    testing::Values(
        SearchCase{"Empty", "", "docker.io", ""}, SearchCase{"Word", "busy", "docker.io", "busy"},
        SearchCase{"Spaces", "busy box", "docker.io", "busy box"},
        SearchCase{"HostAloneIsATerm", "example.com", "docker.io", "example.com"},
        SearchCase{"LocalhostAloneIsATerm", "localhost", "docker.io", "localhost"},
        SearchCase{"User", "user/app", "docker.io", "user/app"},
        SearchCase{"UpperCaseIsNoIndex", "Host/app", "docker.io", "Host/app"},
        SearchCase{"UserWithHyphens", "-user-/app", "docker.io", "-user-/app"},
        SearchCase{"Dot", "example.com/a/b", "example.com", "a/b"},
        SearchCase{"Colon", "host:5000/a", "host:5000", "a"},
        SearchCase{"ColonAlone", "h:/a", "h:", "a"},
        SearchCase{"Localhost", "localhost/a", "localhost", "a"},
        SearchCase{"Ipv6", "[::1]:5000/a", "[::1]:5000", "a"},
        SearchCase{"HostAndNothing", "example.com/", "example.com", ""},
        SearchCase{"Hub", "docker.io/a", "docker.io", "a"},
        SearchCase{"LegacyHub", "index.docker.io/user/a", "docker.io", "user/a"},
        SearchCase{"LibraryIsDropped", "library/a", "docker.io", "a"},
        SearchCase{"LibraryIsDroppedOnce", "library/library/a", "docker.io", "library/a"},
        SearchCase{"LibraryIsDroppedBehindHub", "index.docker.io/library/a", "docker.io", "a"},
        SearchCase{"LibraryStaysElsewhere", "example.com/library/a", "example.com", "library/a"},
        SearchCase{"LibraryAlone", "library", "docker.io", "library"}),
    [](const testing::TestParamInfo<SearchCase>& info) { return info.param.name; });

TEST(SplitSearchNameTest, RefusesAScheme) {
  ExpectRefused(SplitSearchName("https://example.com/a").status(),
                "invalid repository name: repository name (https://example.com/a) should not have "
                "a scheme",
                Reason::kFieldInvalid);
  ExpectRefused(SplitSearchName("a://").status(),
                "invalid repository name: repository name (a://) should not have a scheme",
                Reason::kFieldInvalid);
  ExpectRefused(
      SplitSearchName("https://user:hunter2@example.com/a").status(),
      "invalid repository name: repository name (https://user:xxxxx@example.com/a) should "
      "not have a scheme",
      Reason::kFieldInvalid);
  EXPECT_EQ(SearchIndexName("https://example.com/a").value_or("refused"), "https:");
}

TEST(SplitSearchNameTest, RefusesAnInvalidIndex) {
  const std::string message = "invalid index name (-bad.com). Cannot begin or end with a hyphen";
  ExpectRefused(SplitSearchName("-bad.com/a").status(), message);
  ExpectRefused(SearchIndexName("-bad.com/a").status(), message);
}

}  // namespace
}  // namespace registryd
