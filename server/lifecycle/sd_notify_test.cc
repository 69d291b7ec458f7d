#include "server/lifecycle/sd_notify.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {
namespace {

// The service manager's end.
class Manager {
 public:
  // `name` as $NOTIFY_SOCKET has it.
  explicit Manager(const std::string& name) : socket_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    if (name[0] == '/') unlink(name.c_str());
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), size), 0) << name;
  }

  // The next message; "nothing" if none has been sent.
  std::string Next() {
    char buffer[4096];
    const ssize_t got = recv(socket_.get(), buffer, sizeof(buffer), MSG_DONTWAIT);
    return got < 0 ? "nothing" : std::string(buffer, static_cast<size_t>(got));
  }

 private:
  const FileDescriptor socket_;
};

class SdNotifyTest : public testing::TestWithParam<bool> {
 protected:
  // Of a path or, in the abstract name space, of this process.
  std::string Name() const {
    return GetParam() ? absl::StrCat("@registryd-sd-notify-test-", getpid())
                      : absl::StrCat(P_tmpdir, "/registryd-sd-notify-test-", getpid());
  }
  void TearDown() override {
    if (!GetParam()) unlink(Name().c_str());
  }
};

INSTANTIATE_TEST_SUITE_P(Sockets, SdNotifyTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "Abstract" : "Path"; });

TEST_P(SdNotifyTest, SpeaksTheProtocol) {
  Manager manager(Name());
  const SdNotify notify(Name(), "", "");
  EXPECT_EQ(manager.Next(), "nothing");
  notify.Ready();
  EXPECT_EQ(manager.Next(), "READY=1");
  notify.Stopping();
  EXPECT_EQ(manager.Next(), "STOPPING=1");
  notify.Watchdog();
  EXPECT_EQ(manager.Next(), "WATCHDOG=1");
  notify.Status("serving 3 listeners");
  EXPECT_EQ(manager.Next(), "STATUS=serving 3 listeners");
  notify.Status("one\nREADY=1");
  EXPECT_EQ(manager.Next(), "STATUS=one");
  EXPECT_EQ(manager.Next(), "nothing");
}

TEST_P(SdNotifyTest, SaysWhenAReloadBegan) {
  const auto monotonic = [] {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return absl::ToInt64Microseconds(absl::DurationFromTimespec(now));
  };
  Manager manager(Name());
  const int64_t before = monotonic();
  SdNotify(Name(), "", "").Reloading();
  const int64_t after = monotonic();
  const std::string message = manager.Next();
  absl::string_view text = message;
  ASSERT_TRUE(absl::ConsumePrefix(&text, "RELOADING=1\nMONOTONIC_USEC=")) << message;
  int64_t began = 0;
  ASSERT_TRUE(absl::SimpleAtoi(text, &began)) << message;
  EXPECT_GE(began, before);
  EXPECT_LE(began, after);
}

TEST_P(SdNotifyTest, FindsItsSocketInTheEnvironment) {
  Manager manager(Name());
  setenv("NOTIFY_SOCKET", Name().c_str(), 1);
  setenv("WATCHDOG_USEC", "3000000", 1);
  const SdNotify notify = SdNotify::FromEnvironment();
  unsetenv("NOTIFY_SOCKET");
  unsetenv("WATCHDOG_USEC");
  notify.Ready();
  EXPECT_EQ(manager.Next(), "READY=1");
  EXPECT_EQ(notify.watchdog_interval(), absl::Milliseconds(1500));
}

// The manager's queue is full: no call waits for it.
TEST_P(SdNotifyTest, DoesNotWait) {
  Manager manager(Name());
  const SdNotify notify(Name(), "", "");
  for (int i = 0; i < 10'000; ++i) notify.Watchdog();
  EXPECT_EQ(manager.Next(), "WATCHDOG=1");
}

TEST(SdNotify, IsSilentWithoutASocket) {
  for (const std::string& name :
       {std::string(), std::string("relative"), std::string("/nobody/listens/here"),
        std::string("@nobody-listens-here"), "/" + std::string(200, 'x'), std::string("vsock:2:1"),
        std::string("@")}) {
    const SdNotify notify(name, "", "");
    notify.Ready();
    notify.Reloading();
    notify.Status("x");
  }
}

struct Case {
  const char* name;
  std::string usec;
  std::string pid;
  absl::Duration want;
};

class WatchdogTest : public testing::TestWithParam<Case> {};

TEST_P(WatchdogTest, IsHalfOfTheManagersPatience) {
  EXPECT_EQ(SdNotify("", GetParam().usec, GetParam().pid).watchdog_interval(), GetParam().want);
}

INSTANTIATE_TEST_SUITE_P(
    Table, WatchdogTest,
    testing::Values(Case{"None", "", "", absl::InfiniteDuration()},
                    Case{"AnyProcess", "30000000", "", absl::Seconds(15)},
                    Case{"ThisProcess", "1000", absl::StrCat(getpid()), absl::Microseconds(500)},
                    Case{"AnotherProcess", "1000", "1", absl::InfiniteDuration()},
                    Case{"BadProcess", "1000", "x", absl::InfiniteDuration()},
                    Case{"Zero", "0", "", absl::InfiniteDuration()},
                    Case{"Negative", "-5", "", absl::InfiniteDuration()},
                    Case{"NoNumber", "5s", "", absl::InfiniteDuration()}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
