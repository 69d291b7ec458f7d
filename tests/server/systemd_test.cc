// registryd under a service manager: what it is told and what it is given.
#include <signal.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/file_descriptor.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

// A bound Unix socket.
FileDescriptor Bind(int type, const std::string& path) {
  FileDescriptor socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  EXPECT_EQ(bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  return socket;
}

class SystemdTest : public RegistrydFixture {
 protected:
  // Options of a service that reports to messages_.
  RegistrydOptions Reporting() const {
    RegistrydOptions options = Options();
    options.environment.push_back(absl::StrCat("NOTIFY_SOCKET=", folder_.Path("notify")));
    return options;
  }
  // The next message that begins with `start`; others before it are passed over.
  // Empty if none comes.
  std::string Next(absl::string_view start) const {
    const timeval patience = absl::ToTimeval(kPatience);
    setsockopt(messages_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    char buffer[1024];
    for (ssize_t got; (got = recv(messages_.get(), buffer, sizeof(buffer), 0)) > 0;) {
      const std::string message(buffer, static_cast<size_t>(got));
      if (absl::StartsWith(message, start)) return message;
    }
    return "";
  }

  const FileDescriptor messages_ = Bind(SOCK_DGRAM, folder_.Path("notify"));
};

TEST_F(SystemdTest, TheManagerIsToldOfEachTurn) {
  const auto process = Start(Reporting());
  EXPECT_THAT(Next("STATUS="), HasSubstr(UnixAddress()));
  EXPECT_EQ(Next("READY="), "READY=1");
  process->Signal(SIGHUP);
  EXPECT_THAT(Next("RELOADING="), StartsWith("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_EQ(Next("READY="), "READY=1");
  process->Signal(SIGTERM);
  EXPECT_EQ(Next("STOPPING="), "STOPPING=1");
  EXPECT_EQ(process->WaitForExit(), 0);
}

TEST_F(SystemdTest, ItIsReadyOnlyOnceItServes) {
  const auto process = std::make_unique<RegistrydProcess>(Reporting());
  EXPECT_EQ(Next("READY="), "READY=1");
  EXPECT_TRUE(Caller(UnixAddress()).GetServiceConfig({}).ok());
}

TEST_F(SystemdTest, TheWatchdogIsFed) {
  RegistrydOptions options = Reporting();
  options.environment.push_back("WATCHDOG_USEC=20000");
  const auto process = Start(options);
  EXPECT_EQ(Next("WATCHDOG="), "WATCHDOG=1");
  EXPECT_EQ(Next("WATCHDOG="), "WATCHDOG=1");
}

TEST_F(SystemdTest, AManagerThatIsGoneDoesNotMatter) {
  RegistrydOptions options = Options();
  options.environment.push_back(absl::StrCat("NOTIFY_SOCKET=", folder_.Path("nobody")));
  const auto process = Start(options);
  EXPECT_TRUE(Caller(UnixAddress()).GetServiceConfig({}).ok());
}

TEST_F(SystemdTest, ASocketOfTheManagersIsServedAndLeftInPlace) {
  const std::string path = folder_.Path("activated");
  const FileDescriptor socket = Bind(SOCK_STREAM, path);
  ASSERT_EQ(listen(socket.get(), 16), 0);
  RegistrydOptions options = Options({"--listen", "none"});
  options.passed_sockets = {socket.get()};
  const std::string address = absl::StrCat("unix:", path);

  for (int start = 0; start < 2; ++start) {
    // Who calls while nobody serves yet waits.
    const auto channel = Connect(address);
    channel->GetState(/*try_to_connect=*/true);
    const auto process = Start(options);
    const auto records = process->Records("listening");
    ASSERT_THAT(records, SizeIs(1));
    EXPECT_EQ(records[0].value("address", ""), address);
    const auto config = Caller(channel).GetServiceConfig({});
    EXPECT_TRUE(config.ok()) << config.status();
    const auto changed = LoadMirrors(Caller(address), {"https://m.example"});
    EXPECT_TRUE(changed.ok()) << changed.status();
    process->Signal(SIGTERM);
    EXPECT_EQ(process->WaitForExit(), 0);
    EXPECT_TRUE(std::filesystem::exists(path));
  }
}

TEST_F(SystemdTest, SocketsMeantForAnotherAreNotTaken) {
  RegistrydOptions options = Options({"--listen", "none"});
  options.environment.insert(options.environment.end(), {"LISTEN_FDS=1", "LISTEN_PID=1"});
  RegistrydProcess process(options);
  EXPECT_EQ(process.WaitForExit(), 2);
  EXPECT_THAT(process.log(), HasSubstr("there is nothing to listen on"));
}

}  // namespace
}  // namespace registryd
