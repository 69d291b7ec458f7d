#include "registry/auth/service_credentials.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using testing::HasSubstr;

// One call and its answer.
struct Answer {
  ServiceCredentials::Callback Callback() {
    return [this](absl::StatusOr<AuthConfig> config) {
      result = std::move(config);
      done.Notify();
    };
  }
  const absl::StatusOr<AuthConfig>& Wait() {
    done.WaitForNotification();
    return result;
  }

  absl::Notification done;
  absl::StatusOr<AuthConfig> result;
};

class ServiceCredentialsTest : public testing::Test {
 protected:
  ServiceCredentialsTest() {
    folder_.MakeFolder("bin");
    options_.docker_config = folder_.Path("config.json");
  }

  void Install(absl::string_view name, absl::string_view script) {
    const std::string path = absl::StrCat("bin/docker-credential-", name);
    folder_.Write(path, absl::StrCat("#!/bin/sh\n", script));
    ASSERT_EQ(chmod(folder_.Path(path).c_str(), 0755), 0);
  }

  // A helper that answers with its own name and what it was asked for.
  void InstallEcho(absl::string_view name) {
    Install(name, absl::StrCat("read -r server; printf '{\"Username\":\"", name,
                               " %s\",\"Secret\":\"s\"}' \"$server\""));
  }

  // A helper that says that it runs, and answers when it is let.
  void InstallWaiting() {
    ASSERT_EQ(mkfifo(folder_.Path("runs").c_str(), 0600), 0);
    ASSERT_EQ(mkfifo(folder_.Path("go").c_str(), 0600), 0);
    Install("wait",
            absl::StrCat("echo >>", folder_.Path("count"), "; exec 3<>", folder_.Path("alive"),
                         "; echo >", folder_.Path("runs"), "; read line <", folder_.Path("go"),
                         "; echo '{\"Username\":\"waited\",\"Secret\":\"s\"}'"));
    folder_.Write("config.json", R"({"credsStore": "wait"})");
  }
  // Waits for the helper to run. One that was killed may still be about to close the
  // pipe: then nothing comes, and the next is waited for.
  void AwaitHelper() {
    ssize_t got = 0;
    while (got == 0) {
      const FileDescriptor runs(open(folder_.Path("runs").c_str(), O_RDONLY));
      char byte;
      got = read(runs.get(), &byte, 1);
    }
    EXPECT_EQ(got, 1);
  }
  void LetHelperAnswer() { folder_.Write("go", "\n"); }

  ServiceCredentials Make() {
    return ServiceCredentials(
        options_,
        CredentialHelper(
            {absl::Minutes(5), {{"PATH", absl::StrCat(folder_.Path("bin"), ":/bin:/usr/bin")}}}),
        timers_);
  }

  template <typename Where>
  absl::StatusOr<AuthConfig> Get(const Where& where) {
    ServiceCredentials credentials = Make();
    Answer answer;
    credentials.Get(where, {}, answer.Callback());
    return answer.Wait();
  }

  const TemporaryFolder folder_;
  ServiceCredentialsOptions options_;
  TimerQueue timers_;
};

TEST_F(ServiceCredentialsTest, HelperOfTheRegistryBeatsStoreBeatsFile) {
  InstallEcho("own");
  InstallEcho("store");
  const std::string auths = R"("auths": {"r.example": {"username": "file", "password": "p"}})";
  const std::string helpers = R"("credHelpers": {"r.example": "own", "other.example": "absent"})";
  const std::string store = R"("credsStore": "store")";

  folder_.Write("config.json", absl::StrCat("{", auths, ",", helpers, ",", store, "}"));
  EXPECT_EQ(Get("r.example")->username, "own r.example");
  EXPECT_EQ(Get("third.example")->username, "store third.example");
  folder_.Write("config.json", absl::StrCat("{", auths, ",", store, "}"));
  EXPECT_EQ(Get("r.example")->username, "store r.example");
  folder_.Write("config.json", absl::StrCat("{", auths, "}"));
  EXPECT_EQ(Get("r.example")->username, "file");
  EXPECT_EQ(Get("r.example")->password.Reveal(), "p");
}

struct KeyCase {
  const char* name;
  const char* address;
  const char* key;
};

class CredentialsKeyTest : public testing::TestWithParam<KeyCase> {};

TEST_P(CredentialsKeyTest, IsDockers) {
  EXPECT_EQ(CredentialsKey(GetParam().address), GetParam().key);
}

INSTANTIATE_TEST_SUITE_P(
    Table, CredentialsKeyTest,
    testing::Values(KeyCase{"Empty", "", "https://index.docker.io/v1/"},
                    KeyCase{"Hub", "docker.io", "https://index.docker.io/v1/"},
                    KeyCase{"HubIndex", "index.docker.io", "https://index.docker.io/v1/"},
                    KeyCase{"HubKey", "https://index.docker.io/v1/", "https://index.docker.io/v1/"},
                    KeyCase{"Host", "r.example", "r.example"},
                    KeyCase{"Port", "r.example:5000", "r.example:5000"},
                    KeyCase{"Url", "https://r.example:5000/v1/", "r.example:5000"},
                    KeyCase{"PlainUrl", "http://r.example", "r.example"},
                    KeyCase{"HubsSubdomain", "hub.docker.io", "hub.docker.io"}),
    [](const auto& info) { return info.param.name; });

TEST_F(ServiceCredentialsTest, FindsAnIndexByDockersRules) {
  folder_.Write("config.json", R"({"auths": {
    "https://index.docker.io/v1/": {"username": "hub", "password": "p"},
    "https://legacy.example/v1/": {"username": "legacy", "password": "p"},
    "r.example:5000": {"identitytoken": "refresh"}}})");
  IndexInfo hub;
  hub.name = "docker.io";
  hub.official = true;
  EXPECT_EQ(Get(hub)->username, "hub");
  EXPECT_EQ(Get("docker.io")->username, "hub");
  IndexInfo other;
  other.name = "r.example:5000";
  EXPECT_EQ(Get(other)->identity_token.Reveal(), "refresh");
  other.name = "legacy.example";
  EXPECT_EQ(Get(other)->username, "legacy");
  other.name = "r.example";
  EXPECT_EQ(ReasonOf(Get(other).status()), Reason::kCredentialsUnavailable);
}

TEST_F(ServiceCredentialsTest, AsksAHelperByTheKey) {
  InstallEcho("store");
  folder_.Write("config.json", R"({"credsStore": "store"})");
  EXPECT_EQ(Get("docker.io")->username, "store https://index.docker.io/v1/");
  EXPECT_EQ(Get("https://r.example/v1/")->username, "store r.example");
}

// As in Docker's command line: who has a helper keeps nothing in the file.
TEST_F(ServiceCredentialsTest, DoesNotFallBackFromAHelper) {
  Install("store", "echo 'credentials not found in native keychain'; exit 1");
  folder_.Write("config.json", R"({"credsStore": "store",
                                   "auths": {"r.example": {"username": "u", "password": "p"}}})");
  const absl::Status status = Get("r.example").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            absl::StrCat("docker-credential-store, which ", options_.docker_config,
                         " names, has no credentials for \"r.example\""));
}

// An empty name for a registry takes it out of the common store.
TEST_F(ServiceCredentialsTest, TakesAnEmptyHelperForNone) {
  folder_.Write("config.json", R"({"credsStore": "absent", "credHelpers": {"r.example": ""},
                                   "auths": {"r.example": {"username": "u", "password": "p"}}})");
  EXPECT_EQ(Get("r.example")->username, "u");
}

TEST_F(ServiceCredentialsTest, SaysWhatIsMissing) {
  const auto expect_missing = [this](const std::string& where, const std::string& message) {
    const absl::Status status = Get(where).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_EQ(ReasonOf(status), Reason::kCredentialsUnavailable);
    EXPECT_EQ(status.message(), message);
  };
  const std::string file = options_.docker_config;
  expect_missing("r.example", file + ": cannot open: No such file or directory");
  folder_.Write("config.json", "{");
  expect_missing("r.example", file + ": not JSON at byte 2");
  folder_.Write("config.json", R"({"auths": {"r.example": {"email": "e"}}})");
  expect_missing("r.example", file + " has no credentials for \"r.example\"");
  expect_missing("u:canary@r.example", file + " has no credentials for \"u:xxxxx@r.example\"");
  folder_.Write("config.json", R"({"credsStore": "absent"})");
  expect_missing("r.example", "no docker-credential-absent in the service's PATH");
  options_.docker_config = "";
  expect_missing("r.example",
                 "the service has no credentials of its own: docker-config is not set");
}

TEST_F(ServiceCredentialsTest, TellsThatAHelperFailed) {
  Install("store", "echo locked >&2; exit 1");
  folder_.Write("config.json", R"({"credsStore": "store"})");
  const absl::Status status = Get("r.example").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(status), Reason::kCredentialsUnavailable);
  EXPECT_THAT(status.message(), HasSubstr("locked"));
}

TEST_F(ServiceCredentialsTest, TakesUpAChangedFileAtOnce) {
  ServiceCredentials credentials = Make();
  // Of equal length, so that the size does not tell.
  for (const char* password : {"one", "two", "six"}) {
    folder_.Write("config.json", absl::StrCat(R"({"auths": {"r.example": {"username": "u",
                                                  "password": ")",
                                              password, R"("}}})"));
    Answer answer;
    credentials.Get("r.example", {}, answer.Callback());
    ASSERT_TRUE(answer.Wait().ok()) << answer.result.status();
    EXPECT_EQ(answer.result->password.Reveal(), password);
  }
}

TEST_F(ServiceCredentialsTest, SharesOneLook) {
  InstallWaiting();
  ServiceCredentials credentials = Make();
  std::vector<Answer> answers(100);
  credentials.Get("r.example", {}, answers[0].Callback());
  AwaitHelper();
  for (size_t i = 1; i < answers.size(); ++i) {
    credentials.Get("https://r.example/v1/", {}, answers[i].Callback());
  }
  LetHelperAnswer();
  for (Answer& answer : answers) EXPECT_EQ(answer.Wait()->username, "waited");
  struct stat count;
  ASSERT_EQ(stat(folder_.Path("count").c_str(), &count), 0);
  EXPECT_EQ(count.st_size, 1);  // One line: it ran once.
}

TEST_F(ServiceCredentialsTest, StopsTheHelperOnceNobodyWaits) {
  InstallWaiting();
  ASSERT_EQ(mkfifo(folder_.Path("alive").c_str(), 0600), 0);
  // Ends when no helper has it open.
  const FileDescriptor alive(open(folder_.Path("alive").c_str(), O_RDONLY | O_NONBLOCK));
  ServiceCredentials credentials = Make();
  const auto first = std::make_shared<Cancellation>();
  const auto second = std::make_shared<Cancellation>();
  Answer answers[2];
  credentials.Get("r.example", {absl::InfiniteFuture(), first}, answers[0].Callback());
  AwaitHelper();
  credentials.Get("r.example", {absl::InfiniteFuture(), second}, answers[1].Callback());

  first->Cancel();
  EXPECT_EQ(ReasonOf(answers[0].Wait().status()), Reason::kCancelled);
  EXPECT_FALSE(answers[1].done.HasBeenNotified());
  char byte;
  EXPECT_EQ(read(alive.get(), &byte, 1), -1);
  EXPECT_EQ(errno, EAGAIN);

  second->Cancel();
  EXPECT_EQ(ReasonOf(answers[1].Wait().status()), Reason::kCancelled);
  ASSERT_EQ(fcntl(alive.get(), F_SETFL, 0), 0);
  EXPECT_EQ(read(alive.get(), &byte, 1), 0);  // Waits as long as the helper runs.

  // One who comes then gets a look of its own.
  Answer third;
  credentials.Get("r.example", {}, third.Callback());
  AwaitHelper();
  LetHelperAnswer();
  EXPECT_EQ(third.Wait()->username, "waited");
}

TEST_F(ServiceCredentialsTest, KeepsTheCallersDeadline) {
  InstallWaiting();
  ServiceCredentials credentials = Make();
  Answer answer;
  credentials.Get("r.example", {absl::Now() + absl::Milliseconds(50), nullptr}, answer.Callback());
  EXPECT_EQ(ReasonOf(answer.Wait().status()), Reason::kDeadlineExceeded);
  Answer late;
  credentials.Get("r.example", {absl::InfinitePast(), nullptr}, late.Callback());
  EXPECT_EQ(ReasonOf(late.Wait().status()), Reason::kDeadlineExceeded);
}

TEST_F(ServiceCredentialsTest, RefusesMoreThanMayWait) {
  InstallWaiting();
  options_.threads = 1;
  options_.queue_limit = 1;
  ServiceCredentials credentials = Make();
  Answer running, queued, refused;
  credentials.Get("one.example", {}, running.Callback());
  AwaitHelper();
  credentials.Get("two.example", {}, queued.Callback());
  credentials.Get("three.example", {}, refused.Callback());
  EXPECT_EQ(refused.Wait().status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(refused.result.status()), Reason::kOverloaded);
  LetHelperAnswer();
  EXPECT_TRUE(running.Wait().ok());
  AwaitHelper();
  LetHelperAnswer();
  EXPECT_TRUE(queued.Wait().ok());
}

TEST_F(ServiceCredentialsTest, EndsWithCallsUnderWay) {
  InstallWaiting();
  Answer answers[3];
  {
    options_.threads = 1;
    ServiceCredentials credentials = Make();
    credentials.Get("one.example", {}, answers[0].Callback());
    AwaitHelper();
    credentials.Get("one.example", {}, answers[1].Callback());
    credentials.Get("two.example", {}, answers[2].Callback());  // Waits for the thread.
  }
  for (Answer& answer : answers) {
    ASSERT_TRUE(answer.done.HasBeenNotified());
    EXPECT_EQ(ReasonOf(answer.result.status()), Reason::kShuttingDown);
  }
}

}  // namespace
}  // namespace registryd
