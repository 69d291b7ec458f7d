// What was changed by call outlives the process, however it ends.
#include <signal.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class StateTest : public RegistrydFixture {
 protected:
  StateTest() {
    folder_.MakeFolder("state");
    folder_.Write("daemon.json", R"({"registry-mirrors": ["https://file.example"]})");
  }

  RegistrydOptions WithState() const {
    return Options({"--state-dir", folder_.Path("state"), "--config", folder_.Path("daemon.json")});
  }
  static void Kill(RegistrydProcess& process) {
    process.Signal(SIGKILL);
    ASSERT_EQ(process.WaitForExit(), 128 + SIGKILL);
  }
};

TEST_F(StateTest, AChangeByCallSurvivesKill) {
  const auto first = Start(WithState());
  const auto loaded = LoadMirrors(Caller(UnixAddress()), {"https://caller.example"});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->version(), 2u);
  Kill(*first);

  for (int restart = 0; restart < 2; ++restart) {
    const auto next = Start(WithState());
    const api::GetServiceConfigResponse config = CurrentConfig(Caller(UnixAddress()));
    EXPECT_EQ(config.version(), 2u);
    EXPECT_THAT(config.options().mirrors(), ElementsAre("https://caller.example"));
    Kill(*next);
  }
}

TEST_F(StateTest, AFileThatWasEditedMeanwhileWins) {
  const auto first = Start(WithState());
  ASSERT_TRUE(LoadMirrors(Caller(UnixAddress()), {"https://caller.example"}).ok());
  Kill(*first);
  Replace("daemon.json", R"({"registry-mirrors": ["https://edited.example"]})");

  const auto next = Start(WithState());
  const api::GetServiceConfigResponse config = CurrentConfig(Caller(UnixAddress()));
  EXPECT_EQ(config.version(), 3u);
  EXPECT_THAT(config.options().mirrors(), ElementsAre("https://edited.example"));
}

TEST_F(StateTest, WithoutTheFolderAChangeEndsWithTheProcess) {
  const auto first = Serve();
  ASSERT_TRUE(LoadMirrors(Caller(UnixAddress()), {"https://caller.example"}).ok());
  Kill(*first);
  const auto next = Serve();
  EXPECT_EQ(CurrentConfig(Caller(UnixAddress())).version(), 1u);
}

TEST_F(StateTest, AChangeThatCannotBeKeptIsNotMade) {
  const auto process = Start(WithState());
  const client::RegistryClient caller = Caller(UnixAddress());
  folder_.Remove("state");
  const absl::Status status = LoadMirrors(caller, {"https://caller.example"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(ReasonOnWire(status), "STATE_NOT_WRITTEN");
  EXPECT_EQ(CurrentConfig(caller).version(), 1u);
  EXPECT_THAT(CurrentMirrors(caller), ElementsAre("https://file.example"));
}

TEST_F(StateTest, AFolderIsOneServicesAlone) {
  const auto first = Start(WithState());
  RegistrydProcess second(WithState());
  EXPECT_EQ(second.WaitForExit(), 2);
  EXPECT_THAT(second.log(), HasSubstr("another registryd"));
  EXPECT_TRUE(LoadMirrors(Caller(UnixAddress()), {"https://caller.example"}).ok());
}

TEST_F(StateTest, ADamagedStateIsNotGuessedAt) {
  folder_.Write("state/service-config.json", R"({"version": 7, "registry-mirrors")");
  RegistrydProcess process(WithState());
  EXPECT_EQ(process.WaitForExit(), 2);
  EXPECT_THAT(process.log(), AllOf(HasSubstr(folder_.Path("state/service-config.json")),
                                   HasSubstr("move it away")));
}

// Changes the list of mirrors without a pause, until the service is gone.
class Writer {
 public:
  Writer(const std::string& address, int first)
      : started_(first), acknowledged_(first - 1), thread_([this, address] { Run(address); }) {}
  ~Writer() { Join(); }

  void Join() {
    if (thread_.joinable()) thread_.join();
  }
  static std::string Mirror(int number) { return absl::StrCat("https://m", number, ".example"); }

  // Numbers of the mirrors that were last sent, and that were last answered for.
  int started() const { return started_; }
  int acknowledged() const { return acknowledged_; }
  uint64_t acknowledged_version() const { return version_; }

 private:
  void Run(const std::string& address) {
    const client::RegistryClient caller = Caller(address);
    for (int number = started_;; ++number) {
      started_ = number;
      const auto response = LoadMirrors(caller, {Mirror(number)});
      if (!response.ok()) return;
      version_ = response->version();
      acknowledged_ = number;
    }
  }

  std::atomic<int> started_;
  std::atomic<int> acknowledged_;
  std::atomic<uint64_t> version_{0};
  std::thread thread_;
};

TEST_F(StateTest, ThirtyKillsAmidWritesTearNothing) {
  int first = 1;
  for (int round = 0; round < 30; ++round) {
    SCOPED_TRACE(round);
    auto process = Start(WithState());
    Writer writer(UnixAddress(), first);
    // At another moment each time.
    ASSERT_TRUE(Eventually([&] { return writer.acknowledged() >= first + round % 7; }));
    Kill(*process);
    writer.Join();

    process = Start(WithState());
    const api::GetServiceConfigResponse config = CurrentConfig(Caller(UnixAddress()));
    const bool last_was_kept = config.version() == writer.acknowledged_version() + 1;
    const int kept = last_was_kept ? writer.started() : writer.acknowledged();
    EXPECT_THAT(config.options().mirrors(), ElementsAre(Writer::Mirror(kept)));
    if (!last_was_kept) {
      EXPECT_EQ(config.version(), writer.acknowledged_version());
    }
    Kill(*process);
    first = writer.started() + 1;
  }
  // What killed processes leave behind does not pile up.
  const std::filesystem::directory_iterator files(folder_.Path("state"));
  EXPECT_LE(std::distance(begin(files), end(files)), 2);
}

}  // namespace
}  // namespace registryd
