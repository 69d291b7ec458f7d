#include <algorithm>
#include <csignal>
#include <ostream>
#include <streambuf>
#include <string>

#include "client/registryctl/run_for_test.h"
#include "client/testing/error_status.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

v1::ServiceConfig Config() {
  v1::ServiceConfig config;
  config.add_mirrors("https://a.example/");
  config.add_insecure_registry_cidrs("127.0.0.0/8");
  config.add_allow_nondistributable_artifacts_cidrs("10.0.0.0/8");
  config.add_allow_nondistributable_artifacts_hostnames("b.example");
  (*config.mutable_index_configs())["docker.io"].set_secure(true);
  (*config.mutable_index_configs())["c.example"].set_secure(false);
  return config;
}

using ConfigCommandsTest = RegistryctlTest;

TEST_F(ConfigCommandsTest, Get) {
  v1::GetServiceConfigResponse answer;
  *answer.mutable_config() = Config();
  answer.set_version(4);
  answer.set_insecure_match(v1::INSECURE_MATCH_STRICT);
  answer.add_warnings("look\a");
  server_.config.get_service_config.Answer(answer);
  const RunResult result = Run({"config", "get"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out,
            "version               4\n"
            "mirrors               https://a.example/\n"
            "insecure registries   127.0.0.0/8\n"
            "                      c.example\n"
            "non-distributable to  10.0.0.0/8\n"
            "                      b.example\n"
            "insecure match        strict\n"
            "warning: look\\x07\n");
}

TEST_F(ConfigCommandsTest, PrepareFromFlags) {
  v1::PrepareServiceConfigResponse answer;
  answer.set_transaction_id("t-1");
  answer.set_version(5);
  answer.mutable_expire_time()->set_seconds(86400);
  server_.config.prepare_service_config.Answer(answer);
  const RunResult result = Run(
      {"config", "prepare", "--mirror", "https://a", "--mirror", "https://b", "--insecure-registry",
       "c", "--allow-nondistributable-artifacts", "d", "--expected-version", "4"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("transaction           t-1\n"));
  EXPECT_THAT(result.out, HasSubstr("expires               1970-01-02T00:00:00Z\n"));
  const auto request = server_.config.prepare_service_config.requests().at(0);
  EXPECT_THAT(request.options().mirrors(), ElementsAre("https://a", "https://b"));
  EXPECT_THAT(request.options().insecure_registries(), ElementsAre("c"));
  EXPECT_THAT(request.options().allow_nondistributable_artifacts(), ElementsAre("d"));
  EXPECT_EQ(request.expected_version(), 4u);
}

TEST_F(ConfigCommandsTest, PrepareFromFiles) {
  const client::TemporaryFolder folder;
  const std::string path = folder.Write("daemon.json", R"({"registry-mirrors": ["https://a"]})");
  EXPECT_EQ(Run({"config", "prepare", "--file", path}).code, 0);
  EXPECT_EQ(Run({"config", "prepare", "--file", "-"}, R"({"insecure-registries": ["b"]})").code, 0);
  const auto requests = server_.config.prepare_service_config.requests();
  EXPECT_THAT(requests.at(0).options().mirrors(), ElementsAre("https://a"));
  EXPECT_THAT(requests.at(1).options().insecure_registries(), ElementsAre("b"));
  EXPECT_EQ(Run({"config", "prepare", "--file", folder.Path("missing")}).code, 4);
  EXPECT_EQ(Run({"config", "prepare", "--file", "-"}, "[]").code, 3);
}

TEST_F(ConfigCommandsTest, NothingIsEmptiedByOmission) {
  EXPECT_EQ(Run({"config", "prepare"}).code, 2);
  EXPECT_EQ(Run({"config", "set"}).code, 2);
  EXPECT_EQ(Run({"config", "load-mirrors"}).code, 2);
  EXPECT_EQ(Run({"config", "load-insecure"}).code, 2);
  EXPECT_EQ(Run({"config", "load-nondistributable"}).code, 2);
  EXPECT_EQ(Run({"config", "prepare", "--empty", "--mirror", "https://a"}).code, 2);
  EXPECT_EQ(Run({"config", "prepare", "--file", "x", "--mirror", "https://a"}).code, 2);
  for (const char* const blank : {"", " \n"}) {
    const RunResult result = Run({"config", "set", "--file", "-"}, blank);
    EXPECT_EQ(result.code, 3);
    EXPECT_THAT(result.err, HasSubstr("--empty"));
  }
  EXPECT_THAT(server_.config.prepare_service_config.requests(), IsEmpty());
  EXPECT_EQ(Run({"config", "prepare", "--empty"}).code, 0);
}

TEST_F(ConfigCommandsTest, SetPreparesAndCommits) {
  v1::PrepareServiceConfigResponse prepared;
  prepared.set_transaction_id("t-1");
  prepared.add_warnings("look");
  server_.config.prepare_service_config.Answer(prepared);
  v1::CommitServiceConfigResponse committed;
  committed.set_version(5);
  server_.config.commit_service_config.Answer(committed);
  const RunResult result = Run({"config", "set", "--empty", "--expected-version", "4"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("version               5\n"));
  EXPECT_EQ(result.err, "warning: look\n");
  const auto commit = server_.config.commit_service_config.requests().at(0);
  EXPECT_EQ(commit.transaction_id(), "t-1");
  EXPECT_EQ(commit.expected_version(), 4u);
}

TEST_F(ConfigCommandsTest, SetCommitsNothingThatIsRefused) {
  server_.config.prepare_service_config.Fail(client::ErrorStatus(
      {grpc::StatusCode::INVALID_ARGUMENT, "bad", "MIRROR_INVALID", {}, "options.mirrors[0]"}));
  const RunResult result = Run({"config", "set", "--mirror", "x"});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("field: options.mirrors[0]\n"));
  EXPECT_THAT(server_.config.commit_service_config.requests(), IsEmpty());
}

TEST_F(ConfigCommandsTest, CommitAndAbort) {
  EXPECT_EQ(Run({"config", "commit", "t-1", "--expected-version", "4"}).code, 0);
  const auto commit = server_.config.commit_service_config.requests().at(0);
  EXPECT_EQ(commit.transaction_id(), "t-1");
  EXPECT_EQ(commit.expected_version(), 4u);
  EXPECT_EQ(Run({"config", "abort", "t-2"}).out, "aborted\n");
  EXPECT_EQ(server_.config.abort_service_config.requests().at(0).transaction_id(), "t-2");
  server_.config.commit_service_config.Fail(
      client::ErrorStatus({grpc::StatusCode::ABORTED, "5 is current", "CONFIG_VERSION_MISMATCH"}));
  EXPECT_EQ(Run({"config", "commit", "t-1"}).code, 6);
  server_.config.abort_service_config.Fail(
      client::ErrorStatus({grpc::StatusCode::NOT_FOUND, "no", "TRANSACTION_NOT_FOUND"}));
  EXPECT_EQ(Run({"config", "abort", "t-1"}).code, 4);
}

TEST_F(ConfigCommandsTest, LoadReplacesOneList) {
  EXPECT_EQ(
      Run({"config", "load-mirrors", "https://a", "https://b", "--expected-version", "2"}).code, 0);
  EXPECT_EQ(Run({"config", "load-insecure", "--empty"}).code, 0);
  EXPECT_EQ(Run({"config", "load-nondistributable", "c"}).code, 0);
  const auto mirrors = server_.config.load_mirrors.requests().at(0);
  EXPECT_THAT(mirrors.mirrors(), ElementsAre("https://a", "https://b"));
  EXPECT_EQ(mirrors.expected_version(), 2u);
  EXPECT_THAT(server_.config.load_insecure_registries.requests().at(0).insecure_registries(),
              IsEmpty());
  EXPECT_THAT(server_.config.load_allow_nondistributable_artifacts.requests()
                  .at(0)
                  .allow_nondistributable_artifacts(),
              ElementsAre("c"));
}

v1::WatchServiceConfigResponse Version(uint64_t number) {
  v1::WatchServiceConfigResponse version;
  version.set_version(number);
  version.mutable_config()->add_mirrors("https://a.example/");
  return version;
}

TEST_F(ConfigCommandsTest, WatchEndsAfterSoManyVersions) {
  server_.config.versions = {Version(1), Version(2), Version(5)};
  const RunResult result = Run({"config", "watch", "--count", "2"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "version               1\n"
            "mirrors               https://a.example/\n"
            "insecure registries   -\n"
            "non-distributable to  -\n"
            "\n"
            "version               2\n"
            "mirrors               https://a.example/\n"
            "insecure registries   -\n"
            "non-distributable to  -\n"
            "\n");
}

TEST_F(ConfigCommandsTest, WatchWritesAJsonObjectALine) {
  server_.config.versions = {Version(1), Version(2)};
  const RunResult result = Run({"config", "watch", "--count", "2", "-o", "json"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 2);
  EXPECT_THAT(result.out, HasSubstr("\"version\":\"2\"}\n"));
}

// Raises a signal, as Ctrl-C does, when what was written is flushed.
class InterruptingBuffer : public std::streambuf {
 public:
  std::string text;

 protected:
  int overflow(int c) override {
    text += static_cast<char>(c);
    return c;
  }
  int sync() override {
    if (!text.empty() && !raised_) std::raise(SIGINT);
    raised_ = true;
    return 0;
  }

 private:
  bool raised_ = false;
};

TEST_F(ConfigCommandsTest, WatchIsFlushedAndEndsCleanlyWhenInterrupted) {
  server_.config.versions = {Version(1)};
  InterruptingBuffer buffer;
  std::istringstream in;
  std::ostream out(&buffer);
  std::ostringstream err;
  EXPECT_EQ(RunRegistryctl({"--address", server_.address(), "config", "watch"}, in, out, err), 0);
  EXPECT_THAT(buffer.text, HasSubstr("version               1\n"));
  EXPECT_EQ(err.str(), "");
}

TEST_F(ConfigCommandsTest, WatchFailsWhenTheServiceStops) {
  server_.config.versions = {Version(1)};
  server_.config.end_watch = true;
  server_.config.watch_end =
      client::ErrorStatus({grpc::StatusCode::UNAVAILABLE, "stopping", "SHUTTING_DOWN"});
  const RunResult result = Run({"config", "watch"});
  EXPECT_EQ(result.code, 7);
  EXPECT_THAT(result.out, HasSubstr("version               1\n"));
  EXPECT_THAT(result.err, HasSubstr("UNAVAILABLE SHUTTING_DOWN: stopping"));
}

TEST_F(ConfigCommandsTest, WatchEndsWhenNobodyReads) {
  server_.config.versions = {Version(1)};
  std::istringstream in;
  std::ostream out(nullptr);
  std::ostringstream err;
  EXPECT_EQ(RunRegistryctl({"--address", server_.address(), "config", "watch"}, in, out, err), 9);
}

}  // namespace
}  // namespace registryd::registryctl
