#include "registry/auth/docker_config_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

std::string Auth(absl::string_view pair) {
  return absl::StrCat(R"({"auths": {"r.example": {"auth": ")", absl::Base64Escape(pair), R"("}}})");
}

TEST(ParseDockerConfig, ReadsAllThatItSaysOfCredentials) {
  const auto config = ParseDockerConfig(R"({
    "auths": {
      "https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNz", "email": "me@example"},
      "r.example:5000": {"username": "u", "password": "p", "serveraddress": "other"},
      "token.example": {"identitytoken": "it", "registrytoken": "rt"},
      "marker.example": {}
    },
    "credsStore": "pass",
    "credHelpers": {"gcr.io": "gcloud", "ecr.example": "ecr-login"},
    "HttpHeaders": {"User-Agent": "Docker-Client"}, "proxies": {"default": [{"a": null}]},
    "detachKeys": "ctrl-e", "experimental": true
  })");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_EQ(config->auths.size(), 4u);
  const AuthConfig& hub = config->auths.at("https://index.docker.io/v1/");
  EXPECT_EQ(hub.username, "user");
  EXPECT_EQ(hub.password.Reveal(), "pass");
  EXPECT_EQ(hub.email, "me@example");
  EXPECT_EQ(hub.server_address, "https://index.docker.io/v1/");
  EXPECT_TRUE(hub.auth.empty());
  const AuthConfig& plain = config->auths.at("r.example:5000");
  EXPECT_EQ(plain.username, "u");
  EXPECT_EQ(plain.password.Reveal(), "p");
  EXPECT_EQ(plain.server_address, "r.example:5000");
  const AuthConfig& token = config->auths.at("token.example");
  EXPECT_EQ(token.identity_token.Reveal(), "it");
  EXPECT_EQ(token.registry_token.Reveal(), "rt");
  EXPECT_EQ(token.username, "");
  EXPECT_TRUE(config->auths.at("marker.example").password.empty());
  EXPECT_EQ(config->creds_store, "pass");
  EXPECT_THAT(config->cred_helpers,
              ElementsAre(Pair("ecr.example", "ecr-login"), Pair("gcr.io", "gcloud")));
}

TEST(ParseDockerConfig, KnowsItsKeysInAnyCase) {
  const auto config = ParseDockerConfig(R"({
    "Auths": {"r.example": {"Username": "u", "PASSWORD": "p"}, "R.example": {"identityToken": "t"}},
    "credsstore": "pass", "CredHelpers": {"Gcr.io": "gcloud"}
  })");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->auths.at("r.example").username, "u");
  EXPECT_EQ(config->auths.at("r.example").password.Reveal(), "p");
  EXPECT_EQ(config->auths.at("R.example").identity_token.Reveal(), "t");
  EXPECT_EQ(config->creds_store, "pass");
  EXPECT_THAT(config->cred_helpers, ElementsAre(Pair("Gcr.io", "gcloud")));
}

TEST(ParseDockerConfig, MayBeEmpty) {
  const auto config = ParseDockerConfig(" \n");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_THAT(config->auths, IsEmpty());
}

struct Pair2 {
  const char* name;
  std::string pair;
  std::string username;
  std::string password;
};

class AuthTest : public testing::TestWithParam<Pair2> {};

TEST_P(AuthTest, IsTakenApart) {
  const auto config = ParseDockerConfig(Auth(GetParam().pair));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->auths.at("r.example").username, GetParam().username);
  EXPECT_EQ(config->auths.at("r.example").password.Reveal(), GetParam().password);
}

INSTANTIATE_TEST_SUITE_P(
    Table, AuthTest,
    testing::Values(Pair2{"Plain", "user:pass", "user", "pass"},
                    Pair2{"Colons", "user:pa:ss:", "user", "pa:ss:"},
                    Pair2{"NoPassword", "user:", "user", ""},
                    Pair2{"TrailingNuls", std::string("user:pass\0\0", 11), "user", "pass"},
                    Pair2{"LeadingNul", std::string("user:\0pass", 10), "user", "pass"},
                    Pair2{"InnerNul", std::string("user:pa\0ss", 10), "user",
                          std::string("pa\0ss", 5)},
                    Pair2{"OnlyNuls", std::string("user:\0\0", 7), "user", ""},
                    Pair2{"NoUtf8", "user:\xff", "user", "\xff"}),
    [](const auto& info) { return info.param.name; });

// `auth` beats the fields beside it, wherever it stands.
TEST(ParseDockerConfig, PrefersAuth) {
  for (const char* entry : {R"({"auth": "dTpw", "username": "x", "password": "y"})",
                            R"({"username": "x", "password": "y", "auth": "dTpw"})"}) {
    const auto config = ParseDockerConfig(absl::StrCat(R"({"auths": {"r": )", entry, "}}"));
    ASSERT_TRUE(config.ok()) << config.status();
    EXPECT_EQ(config->auths.at("r").username, "u");
    EXPECT_EQ(config->auths.at("r").password.Reveal(), "p");
  }
}

TEST(ParseDockerConfig, TakesTheLastOfEqualKeys) {
  const auto config =
      ParseDockerConfig(R"({"auths": {"r": {"username": "a", "email": "e"}, "s": {}},
                            "auths": {"r": {"username": "b"}}})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->auths.size(), 2u);
  EXPECT_EQ(config->auths.at("r").username, "b");
  EXPECT_EQ(config->auths.at("r").email, "");
}

TEST(ParseDockerConfig, PassesOverNull) {
  for (const char* text : {"{}", R"({"auths": null, "credsStore": null, "credHelpers": null})"}) {
    const auto config = ParseDockerConfig(text);
    ASSERT_TRUE(config.ok()) << text << config.status();
    EXPECT_TRUE(config->auths.empty());
    EXPECT_TRUE(config->creds_store.empty());
  }
  const auto config = ParseDockerConfig(R"({"auths": {"r": null, "s": {"auth": null}}})");
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_TRUE(config->auths.at("r").username.empty());
}

struct Refused {
  const char* name;
  std::string text;
  std::string message;
};

class ParseDockerConfigRefusesTest : public testing::TestWithParam<Refused> {};

TEST_P(ParseDockerConfigRefusesTest, AndSaysWhereButNoSecret) {
  const auto config = ParseDockerConfig(GetParam().text);
  ASSERT_EQ(config.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(config.status().message(), GetParam().message);
  EXPECT_THAT(config.status().ToString(), Not(HasSubstr("canary")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseDockerConfigRefusesTest,
    testing::Values(
        Refused{"Cut", R"({"auths": {"r": {"auth": "canary)", "not JSON at byte 33"},
        Refused{"Array", R"(["canary"])", "the file: expected an object"},
        Refused{"Auths", R"({"auths": "canary"})", R"("auths": expected an object)"},
        Refused{"AuthsList", R"({"auths": ["canary"]})", R"("auths": expected an object)"},
        Refused{"Entry", R"({"auths": {"r": "canary"}})", R"("auths"."r": expected an object)"},
        Refused{"Password", R"({"auths": {"r": {"password": ["canary"]}}})",
                R"("auths"."r"."password": expected a string)"},
        Refused{"Number", R"({"auths": {"r": {"auth": 1}}})",
                R"("auths"."r"."auth": expected a string)"},
        Refused{"NoBase64", R"({"auths": {"r": {"auth": "canary!"}}})",
                R"("auths"."r"."auth": expected base64 of USERNAME:PASSWORD)"},
        Refused{"NoColon", Auth("canary"),
                R"("auths"."r.example"."auth": expected base64 of USERNAME:PASSWORD)"},
        Refused{"NoUser", Auth(":canary"),
                R"("auths"."r.example"."auth": expected base64 of USERNAME:PASSWORD)"},
        Refused{"PasswordInKey", R"({"auths": {"https://u:canary@r": 1}})",
                R"("auths"."https://u:xxxxx@r": expected an object)"},
        Refused{"Store", R"({"credsStore": ["canary"]})", R"("credsStore": expected a string)"},
        Refused{"Helpers", R"({"credHelpers": ["canary"]})",
                R"("credHelpers": expected an object)"},
        Refused{"Helper", R"({"credHelpers": {"r": {}}})",
                R"("credHelpers"."r": expected a string)"},
        Refused{"Deep", std::string(1000, '['), "the file: expected an object"},
        Refused{"DeepInside", absl::StrCat(R"({"x": )", std::string(1000, '[')),
                "more than 32 levels deep"}),
    [](const auto& info) { return info.param.name; });

class ReadDockerConfigTest : public testing::Test {
 protected:
  std::string Write(const std::string& text, mode_t mode = 0600) {
    folder_.Write("config.json", text);
    EXPECT_EQ(chmod(path_.c_str(), mode), 0);
    return path_;
  }

  const TemporaryFolder folder_;
  const std::string path_ = folder_.Path("config.json");
};

TEST_F(ReadDockerConfigTest, ReadsTheFile) {
  const auto config = ReadDockerConfig(Write(R"({"credsStore": "pass"})"));
  ASSERT_TRUE(config.ok()) << config.status();
  EXPECT_EQ(config->creds_store, "pass");
  EXPECT_THAT(config->warnings, IsEmpty());
}

TEST_F(ReadDockerConfigTest, WarnsOfOthers) {
  EXPECT_THAT(ReadDockerConfig(Write("{}", 0644))->warnings,
              ElementsAre(absl::StrCat(
                  path_, " holds credentials, and everyone on this machine can read it")));
  EXPECT_THAT(ReadDockerConfig(Write("{}", 0640))->warnings, IsEmpty());
  for (const mode_t mode : {0620, 0602}) {
    EXPECT_THAT(ReadDockerConfig(Write("{}", mode))->warnings,
                ElementsAre(HasSubstr("others can change it")))
        << mode;
  }
}

TEST_F(ReadDockerConfigTest, TakesAllThatIsAllowed) {
  std::string text = "{}";
  text.resize(kMaxDockerConfigBytes, ' ');
  EXPECT_TRUE(ReadDockerConfig(Write(text)).ok());
  text += ' ';
  EXPECT_EQ(ReadDockerConfig(Write(text)).status().message(),
            absl::StrCat(path_, ": larger than 1048576 bytes"));
}

TEST_F(ReadDockerConfigTest, NamesTheFileThatIsNotUsable) {
  const auto expect_fault = [this](const std::string& path, absl::string_view message) {
    const absl::Status status = ReadDockerConfig(path).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), Reason::kCredentialsUnavailable);
    EXPECT_EQ(status.message(), absl::StrCat(path, ": ", message));
  };
  expect_fault(folder_.Path("absent"), "cannot open: No such file or directory");
  expect_fault(folder_.path(), "not a regular file");
  expect_fault(Write("{"), "not JSON at byte 2");
  ASSERT_EQ(mkfifo(folder_.Path("pipe").c_str(), 0600), 0);
  expect_fault(folder_.Path("pipe"), "not a regular file");
}

}  // namespace
}  // namespace registryd
