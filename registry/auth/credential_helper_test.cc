#include "registry/auth/credential_helper.h"

#include <sys/stat.h>

#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr absl::string_view kServer = "r.example:5000";

class CredentialHelperTest : public testing::Test {
 protected:
  // Makes docker-credential-NAME, in `folder`, of a shell script.
  void Install(absl::string_view name, absl::string_view script, absl::string_view folder = "bin") {
    folder_.MakeFolder(folder);
    const std::string path = absl::StrCat(folder, "/docker-credential-", name);
    folder_.Write(path, absl::StrCat("#!/bin/sh\n", script));
    ASSERT_EQ(chmod(folder_.Path(path).c_str(), 0755), 0);
  }

  absl::StatusOr<std::optional<AuthConfig>> Get(absl::string_view name,
                                                absl::string_view server = kServer) {
    return CredentialHelper(options_).Get(name, server, cancellation_.get());
  }

  const TemporaryFolder folder_;
  CredentialHelperOptions options_{absl::Minutes(5),
                                   {{"PATH", absl::StrCat(folder_.Path("bin"), ":/bin:/usr/bin")}}};
  std::shared_ptr<Cancellation> cancellation_;
};

TEST_F(CredentialHelperTest, SpeaksDockersProtocol) {
  Install("test", R"(test "$*" = get || exit 9
read -r server
printf '{"ServerURL":"%s","Username":"user","Secret":"pa:ss"}\n' "$server")");
  const auto config = Get("test");
  ASSERT_TRUE(config.ok()) << config.status();
  ASSERT_TRUE(config->has_value());
  EXPECT_EQ((*config)->username, "user");
  EXPECT_EQ((*config)->password.Reveal(), "pa:ss");
  EXPECT_TRUE((*config)->identity_token.empty());
  EXPECT_EQ((*config)->server_address, kServer);
}

TEST_F(CredentialHelperTest, GivesTheAddressAndNothingElse) {
  Install("test", R"sh(printf '{"Username":"%s","Secret":"s"}' "$(wc -c | tr -d ' ')")sh");
  EXPECT_EQ((*Get("test"))->username, absl::StrCat(kServer.size()));
}

TEST_F(CredentialHelperTest, TakesAnIdentityToken) {
  Install("test", R"(echo '{"ServerURL":"s","Username":"<token>","Secret":"refresh"}')");
  const auto config = Get("test");
  ASSERT_TRUE(config.ok() && config->has_value()) << config.status();
  EXPECT_EQ((*config)->identity_token.Reveal(), "refresh");
  EXPECT_EQ((*config)->username, "");
  EXPECT_TRUE((*config)->password.empty());
}

TEST_F(CredentialHelperTest, KnowsKeysInAnyCase) {
  Install("test", R"(echo '{"serverurl":"s","username":"u","SECRET":"p"}')");
  const auto config = Get("test");
  ASSERT_TRUE(config.ok() && config->has_value()) << config.status();
  EXPECT_EQ((*config)->username, "u");
  EXPECT_EQ((*config)->password.Reveal(), "p");
}

TEST_F(CredentialHelperTest, MayHaveNone) {
  for (const char* script : {
           "echo 'credentials not found in native keychain'; exit 1",
           "printf ' credentials not found in native keychain '; echo noise >&2; exit 2",
           R"(echo '{"ServerURL":"","Username":"","Secret":""}')",
           "echo '{}'",
       }) {
    Install("test", script);
    const auto config = Get("test");
    ASSERT_TRUE(config.ok()) << script << config.status();
    EXPECT_FALSE(config->has_value()) << script;
  }
}

struct Failure {
  const char* name;
  const char* script;
  std::string message;  // After "docker-credential-test: ".
};

class CredentialHelperFailureTest : public CredentialHelperTest,
                                    public testing::WithParamInterface<Failure> {};

TEST_P(CredentialHelperFailureTest, IsToldWithoutTheOutput) {
  Install("test", GetParam().script);
  const absl::Status status = Get("test").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kCredentialsUnavailable);
  EXPECT_EQ(status.message(), absl::StrCat("docker-credential-test: ", GetParam().message));
  EXPECT_THAT(status.ToString(), Not(HasSubstr("canary")));
}

INSTANTIATE_TEST_SUITE_P(
    Table, CredentialHelperFailureTest,
    testing::Values(
        Failure{"Silent", "exit 1", "ended with exit code 1 and no message on standard error"},
        Failure{"OnStandardOutput", "echo canary; exit 4",
                "ended with exit code 4 and no message on standard error"},
        Failure{"OnStandardError", "echo canary; printf '\\nlocked\\nmore\\n' >&2; exit 1",
                "ended with exit code 1: \"locked\""},
        Failure{"TerminalCodes", "printf 'a\\033[2Jb' >&2; exit 1",
                "ended with exit code 1: \"a\\x1b[2Jb\""},
        Failure{"LongLine", "head -c 1000 /dev/zero | tr '\\0' x >&2; exit 1",
                absl::StrCat("ended with exit code 1: \"", std::string(256, 'x'), "\"")},
        Failure{"Signal", "kill -KILL $$",
                "ended with exit code 137 and no message on standard error"},
        Failure{"NotFoundButWell", "echo 'credentials not found in native keychain'",
                "answered nonsense: not JSON at byte 1"},
        Failure{"NoAnswer", "exit 0", "answered nonsense: not JSON at byte 1"},
        Failure{"NoObject", "echo '[\"canary\"]'", "answered nonsense: no object"},
        Failure{"NoSecret", "echo '{\"Username\":\"canary\"}'", "answered nonsense: no Secret"},
        Failure{"SecretIsNoText", "echo '{\"Secret\":[\"canary\"]}'",
                "answered nonsense: no text in Secret"},
        Failure{"CutSecret", "printf '{\"Secret\":\"canary'",
                "answered nonsense: not JSON at byte 18"},
        Failure{"Endless", "cat /dev/zero", "wrote more than 65536 bytes"}),
    [](const auto& info) { return info.param.name; });

TEST_F(CredentialHelperTest, TakesTooLong) {
  Install("test", "sleep 600");
  options_.timeout = absl::Milliseconds(100);
  const absl::Status status = Get("test").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kCredentialsUnavailable);
  EXPECT_EQ(status.message(), "docker-credential-test: no answer within 100ms");
}

TEST_F(CredentialHelperTest, IsCancelled) {
  Install("test", "sleep 600");
  cancellation_ = std::make_shared<Cancellation>();
  cancellation_->Cancel();
  EXPECT_EQ(ReasonOf(Get("test").status()), Reason::kCancelled);
}

TEST_F(CredentialHelperTest, RefusesWhatCannotBeRun) {
  Install("test", "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
  folder_.Write("bin/docker-credential-text", "no program");
  folder_.MakeFolder("bin/docker-credential-folder");
  const std::pair<std::string, std::string> cases[] = {
      {"absent", "no docker-credential-absent in the service's PATH"},
      {"text", "no docker-credential-text in the service's PATH"},
      {"folder", "no docker-credential-folder in the service's PATH"},
      {"", "\"\" cannot be the name of a credential helper"},
      {"../bin/docker-credential-test",
       "\"../bin/docker-credential-test\" cannot be the name of a credential helper"},
      {"test;id", "\"test;id\" cannot be the name of a credential helper"},
      {"te st", "\"te st\" cannot be the name of a credential helper"},
      {"t\xc3\xa4st", "\"t\xc3\xa4st\" cannot be the name of a credential helper"},
  };
  for (const auto& [name, message] : cases) {
    const absl::Status status = Get(name).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << name;
    EXPECT_EQ(ReasonOf(status), Reason::kCredentialsUnavailable) << name;
    EXPECT_EQ(status.message(), message);
  }
  EXPECT_TRUE(Get("test").ok());
}

TEST_F(CredentialHelperTest, RefusesAddressesThatAreNoLine) {
  Install("test", "echo '{\"Username\":\"u\",\"Secret\":\"s\"}'");
  for (const std::string& server :
       {std::string(), std::string("a\nb"), std::string("a b"), std::string("a\0b", 3),
        std::string("\x7f"), std::string(4097, 'a')}) {
    EXPECT_EQ(Get("test", server).status().code(), absl::StatusCode::kFailedPrecondition);
  }
  EXPECT_TRUE(Get("test", std::string(4096, 'a')).ok());
  EXPECT_TRUE(Get("test", "https://index.docker.io/v1/").ok());
}

TEST_F(CredentialHelperTest, IsTheFirstInPath) {
  const auto answer = [](const char* user) {
    return absl::StrCat("echo '{\"Username\":\"", user, "\",\"Secret\":\"s\"}'");
  };
  Install("test", answer("first"), "one");
  Install("test", answer("second"), "two");
  // What is relative is passed over.
  options_.environment["PATH"] = absl::StrCat(":.:two:", folder_.Path("none"), ":",
                                              folder_.Path("one"), ":", folder_.Path("two"));
  EXPECT_EQ((*Get("test"))->username, "first");
}

TEST_F(CredentialHelperTest, GetsTheEnvironmentWithoutTheServicesOwn) {
  for (const char* name : {"HOME", "HTTPS_PROXY", "AWS_PROFILE"})
    options_.environment[name] = "kept";
  for (const char* name :
       {"REGISTRYD_HTTP_PROXY", "NOTIFY_SOCKET", "LISTEN_FDS", "WATCHDOG_USEC"}) {
    options_.environment[name] = "canary";
  }
  Install("test",
          "printf '{\"Username\":\"%s %s\",\"Secret\":\"s\"}' "
          "$(env | grep -c '=kept$') $(env | grep -c '=canary$')");
  EXPECT_EQ((*Get("test"))->username, "3 0");
}

}  // namespace
}  // namespace registryd
