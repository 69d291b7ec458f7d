#include <string>

#include "client/registryctl/run_for_test.h"
#include "client/testing/error_status.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AuthCommandsTest : public RegistryctlTest {
 protected:
  AuthCommandsTest() {
    v1::ValidateIndexNameResponse index;
    index.set_name("docker.io");
    server_.registry.validate_index_name.Answer(index);
    v1::ResolveAuthConfigResponse answer;
    answer.set_key("https://index.docker.io/v1/");
    answer.set_matched_key("https://index.docker.io/v1/");
    answer.mutable_auth_config()->set_username("user");
    answer.mutable_auth_config()->set_password("canary1");
    answer.mutable_auth_config()->set_auth("canary2");
    answer.mutable_auth_config()->set_identity_token("canary3");
    answer.mutable_auth_config()->set_registry_token("canary4");
    server_.registry.resolve_auth_config.Answer(answer);
  }
};

// user:password
constexpr char kFile[] =
    R"({"auths": {"https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNzd29yZA=="}}})";

TEST_F(AuthCommandsTest, AuthKeyAsksForTheNormalisedIndex) {
  v1::GetAuthConfigKeyResponse answer;
  answer.set_key("https://index.docker.io/v1/");
  server_.registry.get_auth_config_key.Answer(answer);
  EXPECT_EQ(Run({"auth-key", "index.docker.io"}).out, "https://index.docker.io/v1/\n");
  EXPECT_EQ(server_.registry.validate_index_name.requests().at(0).name(), "index.docker.io");
  const auto request = server_.registry.get_auth_config_key.requests().at(0);
  EXPECT_EQ(request.index().name(), "docker.io");
  EXPECT_TRUE(request.index().official());
}

TEST_F(AuthCommandsTest, AnotherIndexIsNotOfficial) {
  v1::ValidateIndexNameResponse index;
  index.set_name("example.com");
  server_.registry.validate_index_name.Answer(index);
  EXPECT_EQ(Run({"auth-key", "example.com"}).code, 0);
  EXPECT_FALSE(server_.registry.get_auth_config_key.requests().at(0).index().official());
}

TEST_F(AuthCommandsTest, AuthConfigReadsStandardInputAndHidesSecrets) {
  const RunResult result = Run({"auth-config", "docker.io"}, kFile);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "key             https://index.docker.io/v1/\n"
            "found under     https://index.docker.io/v1/\n"
            "username        user\n"
            "password        (hidden)\n"
            "identity token  (hidden)\n"
            "registry token  (hidden)\n");
  const auto request = server_.registry.resolve_auth_config.requests().at(0);
  const auto& sent = request.auth_configs().at("https://index.docker.io/v1/");
  EXPECT_EQ(sent.username(), "user");
  EXPECT_EQ(sent.password(), "password");
  EXPECT_TRUE(request.index().official());
}

TEST_F(AuthCommandsTest, JsonHidesSecretsToo) {
  const RunResult result = Run({"auth-config", "docker.io", "-o", "json"}, kFile);
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, Not(HasSubstr("canary")));
  EXPECT_THAT(result.out, HasSubstr("\"username\": \"user\""));
}

TEST_F(AuthCommandsTest, SecretsAreShownIfAsked) {
  const client::TemporaryFolder folder;
  const RunResult result = Run({"auth-config", "docker.io", "--config",
                                folder.Write("config.json", kFile), "--show-secrets"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("password        canary1\n"));
  EXPECT_THAT(result.out, HasSubstr("identity token  canary3\n"));
}

TEST_F(AuthCommandsTest, NotesCredentialHelpers) {
  const RunResult result = Run({"auth-config", "docker.io"}, R"({"credsStore": "pass"})");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("note: "));
}

TEST_F(AuthCommandsTest, SendsNothingThatCannotBeRead) {
  const RunResult result = Run({"auth-config", "docker.io"}, R"({"auths": {"h": "canary"}})");
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, Not(HasSubstr("canary")));
  EXPECT_THAT(server_.registry.resolve_auth_config.requests(), IsEmpty());
}

TEST_F(AuthCommandsTest, ReportsABadIndex) {
  server_.registry.validate_index_name.Fail(client::ErrorStatus(
      {grpc::StatusCode::INVALID_ARGUMENT, "bad", "INDEX_NAME_INVALID", {}, "name"}));
  const RunResult result = Run({"auth-config", "-o", "json", "--", "-x"}, kFile);
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("INVALID_ARGUMENT INDEX_NAME_INVALID: bad"));
}

}  // namespace
}  // namespace registryd::registryctl
