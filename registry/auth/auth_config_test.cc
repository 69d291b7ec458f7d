#include "registry/auth/auth_config.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace registryd {
namespace {

struct HostnameCase {
  const char* name;
  absl::string_view url;
  absl::string_view want;
};

class ConvertToHostnameTest : public testing::TestWithParam<HostnameCase> {};

TEST_P(ConvertToHostnameTest, Cuts) {
  EXPECT_EQ(ConvertToHostname(GetParam().url), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, ConvertToHostnameTest,
    testing::Values(
        HostnameCase{"Empty", "", ""}, HostnameCase{"Host", "h.io", "h.io"},
        HostnameCase{"HostPort", "h.io:5000", "h.io:5000"},
        HostnameCase{"Path", "h.io/v1/", "h.io"}, HostnameCase{"Https", "https://h.io/v1/", "h.io"},
        HostnameCase{"Http", "http://h.io:5000", "h.io:5000"},
        HostnameCase{"OnlyOnce", "http://https://h.io", "https:"},
        HostnameCase{"UpperCaseScheme", "HTTPS://h.io", "HTTPS:"},
        HostnameCase{"OtherScheme", "ftp://h.io/v1/", "ftp:"},
        HostnameCase{"SchemeAlone", "https://", ""}, HostnameCase{"NoHost", "https:///v1/", ""},
        HostnameCase{"SlashFirst", "/h.io", ""}, HostnameCase{"QueryStays", "h.io?x=/y", "h.io?x="},
        HostnameCase{"UserInfoStays", "https://u@h.io/", "u@h.io"}),
    [](const testing::TestParamInfo<HostnameCase>& info) { return info.param.name; });

IndexInfo Index(const std::string& name, bool official = false) {
  IndexInfo index;
  index.name = name;
  index.official = official;
  return index;
}

TEST(GetAuthConfigKeyTest, WholeUrlForTheOfficialIndexOnly) {
  EXPECT_EQ(GetAuthConfigKey(Index("docker.io", true)), "https://index.docker.io/v1/");
  EXPECT_EQ(GetAuthConfigKey(Index("h.io:5000", true)), "https://index.docker.io/v1/");
  EXPECT_EQ(GetAuthConfigKey(Index("docker.io")), "docker.io");
  EXPECT_EQ(GetAuthConfigKey(Index("h.io:5000")), "h.io:5000");
}

struct ResolveCase {
  const char* name;
  std::vector<std::string> keys;
  IndexInfo index;
  std::string want;  // The key whose entry is found; empty: none.
};

class ResolveAuthConfigTest : public testing::TestWithParam<ResolveCase> {};

TEST_P(ResolveAuthConfigTest, Finds) {
  AuthConfigs configs;
  for (const std::string& key : GetParam().keys) configs[key].username = key;
  EXPECT_EQ(ResolveAuthConfig(configs, GetParam().index).username, GetParam().want);
  const auto found = FindAuthConfig(configs, GetParam().index);
  EXPECT_EQ(found == configs.end() ? "" : found->first, GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    All, ResolveAuthConfigTest,
    testing::Values(
        ResolveCase{"NothingThere", {}, Index("h.io"), ""},
        ResolveCase{"ByName", {"g.io", "h.io"}, Index("h.io"), "h.io"},
        ResolveCase{"OtherNames", {"g.io", "h.io:443", "a.h.io"}, Index("h.io"), ""},
        ResolveCase{"LegacyHttps", {"https://h.io/v1/"}, Index("h.io"), "https://h.io/v1/"},
        ResolveCase{"LegacyHttp", {"http://h.io"}, Index("h.io"), "http://h.io"},
        ResolveCase{"LegacyPath", {"h.io/v2/"}, Index("h.io"), "h.io/v2/"},
        ResolveCase{"NameBeforeLegacy", {"https://h.io/v1/", "h.io"}, Index("h.io"), "h.io"},
        ResolveCase{"FirstLegacyInOrder",
                    {"https://h.io/v2/", "https://h.io/v1/", "http://h.io/z"},
                    Index("h.io"),
                    "http://h.io/z"},
        ResolveCase{"OtherScheme", {"ftp://h.io/v1/", "HTTPS://h.io"}, Index("h.io"), ""},
        ResolveCase{"CaseMatters", {"H.io"}, Index("h.io"), ""},
        ResolveCase{"Official",
                    {"https://index.docker.io/v1/"},
                    Index("docker.io", true),
                    "https://index.docker.io/v1/"},
        ResolveCase{"OfficialHasNoLegacy",
                    {"docker.io", "index.docker.io", "https://index.docker.io/v2/"},
                    Index("docker.io", true),
                    ""},
        ResolveCase{"OfficialKeyIsLegacyForItsHost",
                    {"https://index.docker.io/v1/"},
                    Index("index.docker.io"),
                    "https://index.docker.io/v1/"},
        ResolveCase{"EmptyName", {"/v1/"}, Index(""), "/v1/"}),
    [](const testing::TestParamInfo<ResolveCase>& info) { return info.param.name; });

TEST(ResolveAuthConfigTest, ReturnsTheWholeEntry) {
  AuthConfigs configs;
  AuthConfig& config = configs["https://h.io/v1/"];
  config.username = "user";
  config.password = Secret(absl::string_view("password"));
  config.identity_token = Secret(absl::string_view("token"));
  EXPECT_EQ(&ResolveAuthConfig(configs, Index("h.io")), &config);
}

TEST(ResolveAuthConfigTest, NoneIsEmpty) {
  const AuthConfig& none = ResolveAuthConfig({}, Index("h.io"));
  EXPECT_EQ(none.username, "");
  EXPECT_EQ(none.server_address, "");
  EXPECT_TRUE(none.password.empty());
  EXPECT_TRUE(none.auth.empty());
  EXPECT_TRUE(none.identity_token.empty());
  EXPECT_TRUE(none.registry_token.empty());
}

}  // namespace
}  // namespace registryd
