#include "server/listen/listening_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/barrier.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;

// Short enough for a socket, whatever the test's own folder is called.
class ListeningSocketTest : public ::testing::Test {
 protected:
  ListenAddress Unix(absl::string_view name) const {
    return ListenAddress::Unix(folder_.Path(name));
  }
  static int Connect(const ListenAddress& address) {
    socklen_t length = 0;
    const sockaddr_storage name = address.ToSockaddr(&length);
    const FileDescriptor client(::socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int result = ::connect(client.get(), reinterpret_cast<const sockaddr*>(&name), length);
    return result == 0 ? 0 : errno;
  }
  // Leaves the file of a socket that nobody listens on.
  static void LeaveStale(const ListenAddress& address) {
    socklen_t length = 0;
    const sockaddr_storage name = address.ToSockaddr(&length);
    const FileDescriptor socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(::bind(socket.get(), reinterpret_cast<const sockaddr*>(&name), length), 0);
  }
  static bool Exists(const std::string& path) {
    struct stat file;
    return ::lstat(path.c_str(), &file) == 0;
  }
  static mode_t Mode(const std::string& path) {
    struct stat file;
    return ::lstat(path.c_str(), &file) == 0 ? file.st_mode & 07777 : 0;
  }

  TemporaryFolder folder_;
};

TEST_F(ListeningSocketTest, UnixIsConnectedToAndRemovedAtTheEnd) {
  const ListenAddress address = Unix("s");
  {
    auto socket = ListeningSocket::Open(address, {});
    ASSERT_TRUE(socket.ok()) << socket.status();
    EXPECT_EQ(socket->address().ToString(), address.ToString());
    EXPECT_EQ(Connect(address), 0);
  }
  EXPECT_FALSE(Exists(address.path()));
}

TEST_F(ListeningSocketTest, UnixModeIsWhatWasAskedForWhateverTheUmask) {
  const mode_t umask_before = ::umask(0077);
  for (mode_t mode : {0666, 0660, 0600}) {
    ListeningSocketOptions options;
    options.unix_mode = mode;
    auto socket = ListeningSocket::Open(Unix("s"), options);
    ASSERT_TRUE(socket.ok()) << socket.status();
    EXPECT_EQ(Mode(folder_.Path("s")), mode);
  }
  ::umask(umask_before);
}

TEST_F(ListeningSocketTest, DescriptorIsNonBlockingAndCloseOnExec) {
  auto socket = ListeningSocket::Open(Unix("s"), {});
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_TRUE(::fcntl(socket->fd(), F_GETFL) & O_NONBLOCK);
  EXPECT_TRUE(::fcntl(socket->fd(), F_GETFD) & FD_CLOEXEC);
}

TEST_F(ListeningSocketTest, AStaleFileIsReplaced) {
  LeaveStale(Unix("s"));
  ASSERT_EQ(Connect(Unix("s")), ECONNREFUSED);
  auto socket = ListeningSocket::Open(Unix("s"), {});
  ASSERT_TRUE(socket.ok()) << socket.status();
  EXPECT_EQ(Connect(Unix("s")), 0);
}

TEST_F(ListeningSocketTest, AFileThatIsListenedOnIsNot) {
  auto first = ListeningSocket::Open(Unix("s"), {});
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = ListeningSocket::Open(Unix("s"), {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOf(second.status()), Reason::kSettingInvalid);
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("another process listens there"));
  EXPECT_EQ(Connect(Unix("s")), 0);
}

TEST_F(ListeningSocketTest, OfManyAtOnceOneGetsAStaleFile) {
  constexpr int kRounds = 200;
  constexpr int kThreads = 4;
  for (int round = 0; round < kRounds; ++round) {
    LeaveStale(Unix("s"));
    std::vector<std::optional<absl::StatusOr<ListeningSocket>>> sockets(kThreads);
    auto* start = new absl::Barrier(kThreads);
    std::vector<std::thread> threads;
    for (auto& socket : sockets) {
      threads.emplace_back([&socket, start, this] {
        if (start->Block()) delete start;
        socket.emplace(ListeningSocket::Open(Unix("s"), {}));
      });
    }
    for (std::thread& thread : threads) thread.join();
    int opened = 0;
    for (const auto& socket : sockets) {
      opened += socket->ok();
      if (socket->ok()) continue;
      EXPECT_THAT(std::string(socket->status().message()), HasSubstr("another process listens"));
    }
    ASSERT_EQ(opened, 1) << "round " << round;
    ASSERT_EQ(Connect(Unix("s")), 0) << "round " << round;
  }
}

TEST_F(ListeningSocketTest, AFolderThatSomebodyKeepsLockedHoldsNobodyUpForEver) {
  const FileDescriptor lock(::open(folder_.Path("").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(::flock(lock.get(), LOCK_EX), 0);
  const auto socket = ListeningSocket::Open(Unix("s"), {});
  EXPECT_TRUE(socket.ok()) << socket.status();
}

TEST_F(ListeningSocketTest, AFileThatIsNoSocketIsLeftAlone) {
  folder_.Write("s", "precious");
  const auto socket = ListeningSocket::Open(Unix("s"), {});
  EXPECT_EQ(socket.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(socket.status().message()), HasSubstr("no socket is in the way"));
  EXPECT_TRUE(Exists(folder_.Path("s")));
}

TEST_F(ListeningSocketTest, ALinkToASocketIsLeftAlone) {
  LeaveStale(Unix("target"));
  folder_.Link("target", "s");
  const auto socket = ListeningSocket::Open(Unix("s"), {});
  EXPECT_EQ(socket.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(Exists(folder_.Path("s")));
  EXPECT_TRUE(Exists(folder_.Path("target")));
}

TEST_F(ListeningSocketTest, TheFolderMustExist) {
  const auto socket = ListeningSocket::Open(Unix("missing/s"), {});
  EXPECT_EQ(socket.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(socket.status().message()), HasSubstr("folder of the socket"));
  EXPECT_THAT(std::string(socket.status().message()), HasSubstr(folder_.Path("missing/s")));
}

TEST_F(ListeningSocketTest, AFileThatTookItsPlaceIsNotRemoved) {
  auto old_socket = ListeningSocket::Open(Unix("s"), {});
  ASSERT_TRUE(old_socket.ok()) << old_socket.status();
  folder_.Rename("s", "aside");  // Keeps the inode's number from being used again.
  auto new_socket = ListeningSocket::Open(Unix("s"), {});
  ASSERT_TRUE(new_socket.ok()) << new_socket.status();
  old_socket->Close();
  EXPECT_EQ(Connect(Unix("s")), 0);
}

TEST_F(ListeningSocketTest, CloseTwiceIsOnce) {
  auto socket = ListeningSocket::Open(Unix("s"), {});
  ASSERT_TRUE(socket.ok()) << socket.status();
  socket->Close();
  folder_.Write("s", "new");
  socket->Close();
  EXPECT_TRUE(Exists(folder_.Path("s")));
}

TEST_F(ListeningSocketTest, PortZeroIsReplacedByThePortTheKernelChose) {
  for (const char* text : {"127.0.0.1:0", "[::1]:0"}) {
    auto socket = ListeningSocket::Open(*ListenAddress::Parse(text), {});
    if (!socket.ok() && absl::string_view(text)[0] == '[') GTEST_SKIP() << "no IPv6 here";
    ASSERT_TRUE(socket.ok()) << socket.status();
    EXPECT_NE(socket->address().port(), 0);
    EXPECT_EQ(Connect(socket->address()), 0);
  }
}

TEST_F(ListeningSocketTest, APortInUseIsNamed) {
  auto first = ListeningSocket::Open(*ListenAddress::Parse("127.0.0.1:0"), {});
  ASSERT_TRUE(first.ok()) << first.status();
  const auto second = ListeningSocket::Open(first->address(), {});
  EXPECT_EQ(second.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(second.status().message()),
              HasSubstr(absl::StrCat(first->address().ToString(), ": another process")));
}

TEST_F(ListeningSocketTest, AnAddressOfAnotherMachineIsRefused) {
  // Of the block for documentation: no machine has it.
  const auto socket = ListeningSocket::Open(*ListenAddress::Parse("192.0.2.1:0"), {});
  EXPECT_EQ(socket.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(socket.status().message()), HasSubstr("does not have the address"));
}

TEST_F(ListeningSocketTest, AdoptsAListeningSocketAndLeavesItsFile) {
  const ListenAddress address = Unix("s");
  socklen_t length = 0;
  const sockaddr_storage name = address.ToSockaddr(&length);
  FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), length), 0);
  ASSERT_EQ(::listen(fd.get(), 1), 0);
  {
    auto socket = ListeningSocket::Adopt(std::move(fd));
    ASSERT_TRUE(socket.ok()) << socket.status();
    EXPECT_EQ(socket->address().ToString(), address.ToString());
    EXPECT_TRUE(::fcntl(socket->fd(), F_GETFL) & O_NONBLOCK);
    EXPECT_TRUE(::fcntl(socket->fd(), F_GETFD) & FD_CLOEXEC);
    EXPECT_EQ(Connect(address), 0);
  }
  EXPECT_TRUE(Exists(address.path()));
}

TEST_F(ListeningSocketTest, AdoptRefusesWhatDoesNotListen) {
  int pipe_fds[2];
  ASSERT_EQ(::pipe(pipe_fds), 0);
  const FileDescriptor pipe_end(pipe_fds[1]);
  const struct {
    const char* name;
    int fd;
    const char* message;
  } kCases[] = {
      {"closed", 100'000, "Bad file descriptor"},
      {"pipe", pipe_fds[0], "non-socket"},
      {"datagram", ::socket(AF_INET, SOCK_DGRAM, 0), "not a stream socket in listening state"},
      {"not listening", ::socket(AF_INET, SOCK_STREAM, 0), "not a stream socket in listening"},
  };
  for (const auto& c : kCases) {
    const auto socket = ListeningSocket::Adopt(FileDescriptor(c.fd));
    EXPECT_EQ(socket.status().code(), absl::StatusCode::kInvalidArgument) << c.name;
    EXPECT_THAT(std::string(socket.status().message()), HasSubstr(c.message)) << c.name;
  }
}

TEST_F(ListeningSocketTest, AdoptRefusesAnAbstractSocket) {
  sockaddr_un name;
  std::memset(&name, 0, sizeof(name));
  name.sun_family = AF_UNIX;
  FileDescriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // With no more than a family, the kernel finds an abstract name.
  ASSERT_EQ(::bind(fd.get(), reinterpret_cast<const sockaddr*>(&name), sizeof(sa_family_t)), 0);
  ASSERT_EQ(::listen(fd.get(), 1), 0);
  EXPECT_THAT(ListeningSocket::Adopt(std::move(fd)).status().ToString(), HasSubstr("abstract"));
}

}  // namespace
}  // namespace registryd
