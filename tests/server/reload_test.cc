// The configuration file is changed under a registryd that serves.
#include <signal.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/metrics_page.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kReadFailed[] = "the configuration is as before: the new one has a fault";
constexpr char kFailedReloads[] = "registryd_config_reloads_total{result=\"failed\"}";
constexpr char kReloads[] = "registryd_config_reloads_total{result=\"ok\"}";

std::string WithMirror(absl::string_view mirror) {
  return absl::StrCat(R"({"registry-mirrors": [")", mirror, R"("]})");
}

class ReloadTest : public RegistrydFixture {
 protected:
  ReloadTest() { folder_.Write("daemon.json", WithMirror("https://first.example")); }

  std::unique_ptr<RegistrydProcess> ServeFile(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.end(), {"--config", folder_.Path("daemon.json")});
    return Serve(std::move(arguments));
  }
  bool ComesToHave(const std::string& mirror) const {
    const client::RegistryClient caller = Caller(UnixAddress());
    return Eventually([&] { return CurrentMirrors(caller) == std::vector<std::string>{mirror}; });
  }
};

TEST_F(ReloadTest, AtSighup) {
  const auto process = ServeFile({"--reload", "off"});
  EXPECT_TRUE(ComesToHave("https://first.example"));
  Replace("daemon.json", WithMirror("https://second.example"));
  process->Signal(SIGHUP);
  EXPECT_TRUE(ComesToHave("https://second.example"));
  EXPECT_EQ(CurrentConfig(Caller(UnixAddress())).version(), 2u);
  EXPECT_THAT(process->WaitForRecords("configuration read"), SizeIs(1));
}

TEST_F(ReloadTest, WarnsOfWhatShouldBeLookedAt) {
  const auto process = ServeFile({"--reload", "off"});
  Replace("daemon.json", R"({"insecure-registries": ["https://reg.example"]})");
  process->Signal(SIGHUP);
  EXPECT_THAT(process->WaitForRecords("configuration read"), SizeIs(1));
  EXPECT_THAT(process->log(), HasSubstr("insecure registry https://reg.example should not"));
}

TEST_F(ReloadTest, WhenTheFileIsReplaced) {
  const auto process = ServeFile();
  Replace("daemon.json", WithMirror("https://second.example"));
  EXPECT_TRUE(ComesToHave("https://second.example"));
}

TEST_F(ReloadTest, WhenTheFileIsWrittenInPlace) {
  const auto process = ServeFile();
  folder_.Write("daemon.json", WithMirror("https://second.example"));
  EXPECT_TRUE(ComesToHave("https://second.example"));
}

TEST_F(ReloadTest, WhenKubernetesSwapsTheVolume) {
  for (const char* state : {"..1", "..2"}) folder_.MakeFolder(absl::StrCat("volume/", state));
  folder_.Write("volume/..1/daemon.json", WithMirror("https://first.example"));
  folder_.Write("volume/..2/daemon.json", WithMirror("https://second.example"));
  folder_.Link("..1", "volume/..data");
  folder_.Link("..data/daemon.json", "volume/daemon.json");
  const auto process = Serve({"--config", folder_.Path("volume/daemon.json")});
  EXPECT_TRUE(ComesToHave("https://first.example"));
  folder_.Link("..2", "volume/..data_tmp");
  folder_.Rename("volume/..data_tmp", "volume/..data");
  folder_.Remove("volume/..1");
  EXPECT_TRUE(ComesToHave("https://second.example"));
}

TEST_F(ReloadTest, AFileWithAFaultChangesNothingAndIsReported) {
  const struct {
    const char* name;
    const char* file;
    const char* fault;
  } kCases[] = {
      {"not JSON", R"({"registry-mirrors": [)", "daemon.json"},
      {"mirror", R"({"registry-mirrors": ["https://ok.example", "ftp://second.example"]})",
       "registry-mirrors[1]: "},
      {"setting", R"({"registryd": {"log-level": "loud"}})", "registryd.log-level: "},
      // Good by themselves, but not all of it: nothing of such a file is applied.
      {"one of two lists",
       R"({"registry-mirrors": ["https://ok.example"], "insecure-registries": ["-"]})",
       "insecure-registries[0]: "},
  };
  const auto process = ServeFile({"--reload", "off", "--metrics-listen", "127.0.0.1:0"});
  const client::RegistryClient caller = Caller(UnixAddress());
  size_t failed = 0;
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(Figure(*process, kFailedReloads), failed);
    Replace("daemon.json", c.file);
    process->Signal(SIGHUP);
    ++failed;
    const auto records = process->WaitForRecords(kReadFailed, failed);
    ASSERT_THAT(records, SizeIs(failed));
    EXPECT_EQ(records.back().value("level", ""), "error");
    EXPECT_THAT(records.back().dump(), HasSubstr(c.fault));
    EXPECT_EQ(Figure(*process, kFailedReloads), failed);
    EXPECT_EQ(CurrentConfig(caller).version(), 1u);
    EXPECT_THAT(CurrentMirrors(caller), ElementsAre("https://first.example"));
  }
  EXPECT_EQ(Figure(*process, kReloads), 0);

  folder_.Remove("daemon.json");
  process->Signal(SIGHUP);
  ++failed;
  EXPECT_THAT(process->WaitForRecords(kReadFailed, failed), SizeIs(failed));
  EXPECT_EQ(CurrentConfig(caller).version(), 1u);

  folder_.Write("daemon.json", WithMirror("https://second.example"));
  process->Signal(SIGHUP);
  EXPECT_TRUE(ComesToHave("https://second.example"));
  EXPECT_EQ(CurrentConfig(caller).version(), 2u);
  EXPECT_EQ(Figure(*process, kReloads), 1);
}

TEST_F(ReloadTest, AFileThatCannotBeKeptIsTriedAgainUntilItCan) {
  folder_.MakeFolder("state");
  const auto process =
      ServeFile({"--state-dir", folder_.Path("state"), "--metrics-listen", "127.0.0.1:0"});
  // Where the temporary file has to be.
  folder_.MakeFolder("state/service-config.json.new/in the way");
  Replace("daemon.json", WithMirror("https://second.example"));
  EXPECT_TRUE(Eventually([&] { return Figure(*process, kFailedReloads) >= 2; }));
  EXPECT_THAT(CurrentMirrors(Caller(UnixAddress())), ElementsAre("https://first.example"));
  folder_.Remove("state/service-config.json.new");
  EXPECT_TRUE(ComesToHave("https://second.example"));
  EXPECT_THAT(process->WaitForRecords("configuration read"), SizeIs(1));
  // However often it was tried.
  EXPECT_THAT(process->Records("the configuration is as before: the new one was not taken up"),
              SizeIs(1));
}

TEST_F(ReloadTest, WhatTakesARestartIsNamed) {
  const auto process = ServeFile({"--reload", "off"});
  Replace("daemon.json", R"({"registryd": {"max-watchers": 5, "log-level": "debug"}})");
  process->Signal(SIGHUP);
  const auto records = process->WaitForRecords("this setting changed, and takes a restart");
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].value("setting", ""), "max-watchers");
  // What needs none holds: calls are logged now.
  ASSERT_THAT(process->WaitForRecords("configuration read"), SizeIs(1));
  CurrentConfig(Caller(UnixAddress()));
  EXPECT_THAT(process->WaitForRecords("call"), SizeIs(1));
}

TEST_F(ReloadTest, AChangeByACallerHoldsUntilTheListsChange) {
  const auto process = ServeFile({"--reload", "off"});
  const client::RegistryClient caller = Caller(UnixAddress());
  ASSERT_TRUE(LoadMirrors(caller, {"https://caller.example"}).ok());
  process->Signal(SIGHUP);
  ASSERT_THAT(process->WaitForRecords("configuration read"), SizeIs(1));
  EXPECT_THAT(CurrentMirrors(caller), ElementsAre("https://caller.example"));
  Replace("daemon.json", WithMirror("https://second.example"));
  process->Signal(SIGHUP);
  EXPECT_TRUE(ComesToHave("https://second.example"));
  EXPECT_EQ(CurrentConfig(caller).version(), 3u);
}

// Calls without a pause, over a connection of its own, until it is stopped.
class Load {
 public:
  explicit Load(const std::string& address) : thread_([this, address] { Run(address); }) {}
  ~Load() { Stop(); }

  void Stop() {
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
  }
  int calls() const { return calls_; }
  // After Stop.
  const std::vector<absl::Status>& failures() const { return failures_; }

 private:
  void Run(const std::string& address) {
    const client::RegistryClient caller = Caller(address);
    api::LookupPullEndpointsRequest look_up;
    look_up.set_hostname("127.0.0.1:5000");
    api::ResolveRepositoryRequest resolve;
    resolve.set_reference("ubuntu");
    while (!stopping_) {
      Note(caller.LookupPullEndpoints(look_up).status());
      Note(caller.ResolveRepository(resolve).status());
    }
  }
  void Note(const absl::Status& status) {
    if (!status.ok()) failures_.push_back(status);
    ++calls_;
  }

  std::atomic<bool> stopping_{false};
  std::atomic<int> calls_{0};
  std::vector<absl::Status> failures_;
  std::thread thread_;
};

TEST_F(ReloadTest, AHundredReloadsFailNoCall) {
  const auto process = ServeFile({"--reload", "off"});
  const std::string tcp = TcpAddress(*process);
  Load loads[] = {Load(UnixAddress()), Load(UnixAddress()), Load(tcp), Load(tcp)};
  const client::RegistryClient caller = Caller(UnixAddress());
  constexpr uint64_t kReloadsUnderLoad = 100;
  for (uint64_t version = 2; version <= 1 + kReloadsUnderLoad; ++version) {
    int before[4];
    for (int i = 0; i < 4; ++i) before[i] = loads[i].calls();
    Replace("daemon.json", WithMirror(absl::StrCat("https://m", version, ".example")));
    process->Signal(SIGHUP);
    ASSERT_TRUE(Eventually([&] { return CurrentConfig(caller).version() == version; }));
    // Every one of them went on.
    for (int i = 0; i < 4; ++i) {
      ASSERT_TRUE(Eventually([&] { return loads[i].calls() > before[i]; }));
    }
  }
  for (Load& load : loads) {
    load.Stop();
    EXPECT_THAT(load.failures(), ::testing::IsEmpty());
  }
}

}  // namespace
}  // namespace registryd
