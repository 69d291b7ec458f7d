#include "client/registryctl/docker_files.h"

#include <sstream>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ReadInputTest, ReadsFilesAndStandardInput) {
  const client::TemporaryFolder folder;
  std::istringstream in("typed");
  EXPECT_EQ(*ReadInput("-", in), "typed");
  EXPECT_EQ(*ReadInput(folder.Write("file", "kept"), in), "kept");
  EXPECT_EQ(*ReadInput(folder.Write("empty", ""), in), "");
  EXPECT_EQ(ReadInput(folder.Path("missing"), in).status().code(), absl::StatusCode::kNotFound);
  EXPECT_FALSE(ReadInput(folder.Path(""), in).ok()) << "a folder";
}

TEST(ReadDaemonFileTest, ReadsTheThreeLists) {
  const auto options = ReadDaemonFile(R"({
    "registry-mirrors": ["https://a", "https://b"],
    "insecure-registries": ["10.0.0.0/8"],
    "allow-nondistributable-artifacts": ["c"],
    "log-level": "debug"})");
  ASSERT_TRUE(options.ok()) << options.status();
  EXPECT_THAT(options->mirrors(), ElementsAre("https://a", "https://b"));
  EXPECT_THAT(options->insecure_registries(), ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(options->allow_nondistributable_artifacts(), ElementsAre("c"));
}

// As the service takes them.
TEST(ReadDaemonFileTest, MissingListsAreEmpty) {
  for (const char* const json : {"{}", "", " \n", R"({"registry-mirrors": null})"}) {
    const auto options = ReadDaemonFile(json);
    ASSERT_TRUE(options.ok()) << json << options.status();
    EXPECT_THAT(options->mirrors(), IsEmpty()) << json;
  }
}

TEST(ReadDaemonFileTest, NamesWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"[]", "no JSON object"},
      {"{\"registry-mirrors\"", "no JSON object"},
      {R"({"registry-mirrors": "https://a"})", "registry-mirrors"},
      {R"({"insecure-registries": [1]})", "insecure-registries"},
      {R"({"allow-nondistributable-artifacts": {}})", "allow-nondistributable-artifacts"},
  };
  for (const auto& [json, what] : cases) {
    const auto options = ReadDaemonFile(json);
    EXPECT_EQ(options.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_THAT(std::string(options.status().message()), HasSubstr(what)) << json;
  }
}

std::string WithAuth(const std::string& plain) {
  return absl::StrCat(R"({"auths": {"host": {"auth": ")", absl::Base64Escape(plain), R"("}}})");
}

TEST(ReadCredentialFileTest, KnowsItsKeysInAnyCase) {
  const auto file = ReadCredentialFile(
      R"({"Auths": {"Host": {"Username": "u", "IdentityToken": "t"}}, "credsstore": "pass"})");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ(file->auth_configs.at("Host").username(), "u");
  EXPECT_EQ(file->auth_configs.at("Host").identity_token(), "t");
  EXPECT_TRUE(file->kept_elsewhere);
}

TEST(ReadCredentialFileTest, TakesAuthApart) {
  const auto file = ReadCredentialFile(WithAuth(std::string("user:pass:word\0\0", 16)));
  ASSERT_TRUE(file.ok()) << file.status();
  const auto& config = file->auth_configs.at("host");
  EXPECT_EQ(config.username(), "user");
  EXPECT_EQ(config.password(), "pass:word");
  EXPECT_EQ(config.auth(), "");
  EXPECT_EQ(config.server_address(), "host");
  EXPECT_FALSE(file->kept_elsewhere);
}

TEST(ReadCredentialFileTest, ReadsTokens) {
  const auto file = ReadCredentialFile(
      R"({"auths": {"https://index.docker.io/v1/":
          {"username": "u", "identitytoken": "i", "registrytoken": "r", "email": "e"}}})");
  ASSERT_TRUE(file.ok()) << file.status();
  const auto& config = file->auth_configs.at("https://index.docker.io/v1/");
  EXPECT_EQ(config.username(), "u");
  EXPECT_EQ(config.identity_token(), "i");
  EXPECT_EQ(config.registry_token(), "r");
  EXPECT_EQ(config.email(), "e");
}

TEST(ReadCredentialFileTest, NoticesHelpers) {
  EXPECT_TRUE(ReadCredentialFile(R"({"credsStore": "pass"})")->kept_elsewhere);
  EXPECT_TRUE(ReadCredentialFile(R"({"credHelpers": {"a": "b"}})")->kept_elsewhere);
  EXPECT_FALSE(ReadCredentialFile(R"({"credHelpers": {}, "auths": {}})")->kept_elsewhere);
}

TEST(ReadCredentialFileTest, NamesWhatIsWrongWithoutTheSecret) {
  const std::string cases[] = {
      "x",
      R"({"auths": []})",
      R"({"auths": {"host": "canary"}})",
      R"({"auths": {"host": {"auth": "canary!"}}})",
      WithAuth("canary"),
      WithAuth(":canary"),
      WithAuth("canary:\xff"),
  };
  for (const std::string& json : cases) {
    const auto file = ReadCredentialFile(json);
    EXPECT_EQ(file.status().code(), absl::StatusCode::kInvalidArgument) << json;
    EXPECT_EQ(file.status().message().find("canary"), absl::string_view::npos) << file.status();
  }
}

}  // namespace
}  // namespace registryd::registryctl
