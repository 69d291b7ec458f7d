#include "server/listen/accept_loop.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr absl::Duration kLong = absl::Seconds(60);

// Holds what the loop accepts, as a server would.
class Connections {
 public:
  explicit Connections(std::shared_ptr<ConnectionCount> all)
      : count_(std::make_shared<ConnectionCount>(std::move(all))) {}

  std::shared_ptr<ConnectionCount> count() const { return count_; }

  AcceptLoop::Handler Handler() {
    return [this](int, FileDescriptor fd) {
      absl::MutexLock lock(&mutex_);
      open_.push_back({std::move(fd), std::make_unique<ConnectionCount::Hold>(count_)});
      ++total_;
    };
  }

  bool WaitForTotal(int total) {
    absl::MutexLock lock(&mutex_);
    const auto reached = [this, total]()
                             ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return total_ >= total; };
    return mutex_.AwaitWithTimeout(absl::Condition(&reached), kLong);
  }

  void CloseAll() {
    absl::MutexLock lock(&mutex_);
    open_.clear();
  }

  int LastFd() {
    absl::MutexLock lock(&mutex_);
    return open_.back().fd.get();
  }

 private:
  struct Open {
    FileDescriptor fd;
    std::unique_ptr<ConnectionCount::Hold> hold;
  };
  const std::shared_ptr<ConnectionCount> count_;
  absl::Mutex mutex_;
  std::vector<Open> open_ ABSL_GUARDED_BY(mutex_);
  int total_ ABSL_GUARDED_BY(mutex_) = 0;
};

class AcceptLoopTest : public ::testing::Test {
 protected:
  AcceptLoopTest() : all_(std::make_shared<ConnectionCount>()), connections_(all_) {
    ::getrlimit(RLIMIT_NOFILE, &limit_);
    options_.pause = absl::Milliseconds(1);
    options_.warn = [this](absl::string_view message) {
      absl::MutexLock lock(&mutex_);
      warnings_.emplace_back(message);
    };
  }
  ~AcceptLoopTest() override { ::setrlimit(RLIMIT_NOFILE, &limit_); }

  // Adds a listener whose connections `connections` holds; its address.
  ListenAddress Listen(absl::string_view text, Connections& connections) {
    auto socket = ListeningSocket::Open(*ListenAddress::Parse(text), {});
    EXPECT_TRUE(socket.ok()) << socket.status();
    const ListenAddress address = socket->address();
    loop().Add(*std::move(socket), connections.count(), connections.Handler());
    return address;
  }
  ListenAddress ListenUnix() {
    return Listen(absl::StrCat("unix:", folder_.Path("s")), connections_);
  }

  AcceptLoop& loop() {
    if (loop_ == nullptr) loop_ = std::make_unique<AcceptLoop>(options_, all_);
    return *loop_;
  }

  static FileDescriptor Client(const ListenAddress& address) {
    socklen_t length = 0;
    return FileDescriptor(
        ::socket(address.ToSockaddr(&length).ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  }
  static bool Connect(const FileDescriptor& client, const ListenAddress& address) {
    socklen_t length = 0;
    const sockaddr_storage name = address.ToSockaddr(&length);
    return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&name), length) == 0;
  }
  // Whether the other end closes the connection.
  static bool IsClosedByPeer(const FileDescriptor& client) {
    pollfd polled = {client.get(), POLLIN, 0};
    if (::poll(&polled, 1, static_cast<int>(absl::ToInt64Milliseconds(kLong))) != 1) return false;
    char byte;
    return ::read(client.get(), &byte, 1) <= 0;
  }
  std::vector<std::string> warnings() {
    absl::MutexLock lock(&mutex_);
    return warnings_;
  }

  rlimit limit_;
  TemporaryFolder folder_;
  const std::shared_ptr<ConnectionCount> all_;
  Connections connections_;
  AcceptLoopOptions options_;
  absl::Mutex mutex_;
  std::vector<std::string> warnings_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<AcceptLoop> loop_;
};

TEST_F(AcceptLoopTest, AcceptedSocketsAreSetUp) {
  const ListenAddress address = Listen("127.0.0.1:0", connections_);
  loop().Start();
  const FileDescriptor client = Client(address);
  ASSERT_TRUE(Connect(client, address));
  ASSERT_TRUE(connections_.WaitForTotal(1));
  const int fd = connections_.LastFd();
  EXPECT_TRUE(::fcntl(fd, F_GETFL) & O_NONBLOCK);
  EXPECT_TRUE(::fcntl(fd, F_GETFD) & FD_CLOEXEC);
  const auto option = [fd](int level, int name) {
    int value = -1;
    socklen_t length = sizeof(value);
    EXPECT_EQ(::getsockopt(fd, level, name, &value, &length), 0);
    return value;
  };
  EXPECT_EQ(option(IPPROTO_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option(SOL_SOCKET, SO_KEEPALIVE), 1);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPIDLE), 60);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPINTVL), 10);
  EXPECT_EQ(option(IPPROTO_TCP, TCP_KEEPCNT), 6);
}

TEST_F(AcceptLoopTest, CountsByListener) {
  Connections others(all_);
  const ListenAddress first = ListenUnix();
  const ListenAddress second = Listen("127.0.0.1:0", others);
  loop().Start();
  const FileDescriptor a = Client(first), b = Client(second), c = Client(second);
  ASSERT_TRUE(Connect(a, first) && Connect(b, second) && Connect(c, second));
  ASSERT_TRUE(connections_.WaitForTotal(1) && others.WaitForTotal(2));
  const std::vector<ListenerStats> stats = loop().stats();
  ASSERT_THAT(stats, SizeIs(2));
  EXPECT_EQ(stats[0].address, first.ToString());
  EXPECT_EQ(stats[0].accepted, 1);
  EXPECT_EQ(stats[0].open, 1);
  EXPECT_EQ(stats[1].address, second.ToString());
  EXPECT_EQ(stats[1].accepted, 2);
  EXPECT_EQ(stats[1].open, 2);
  EXPECT_EQ(all_->open(), 3);
  others.CloseAll();
  EXPECT_EQ(loop().stats()[1].open, 0);
  EXPECT_EQ(loop().stats()[1].accepted, 2);
  EXPECT_EQ(all_->open(), 1);
}

TEST_F(AcceptLoopTest, OneTooManyIsClosedAndCounted) {
  options_.max_connections = 2;
  const ListenAddress address = ListenUnix();
  loop().Start();
  const FileDescriptor a = Client(address), b = Client(address), c = Client(address);
  ASSERT_TRUE(Connect(a, address) && Connect(b, address) && Connect(c, address));
  EXPECT_TRUE(IsClosedByPeer(c));
  EXPECT_EQ(loop().stats()[0].refused, 1);
  EXPECT_EQ(loop().stats()[0].accepted, 2);

  connections_.CloseAll();
  const FileDescriptor d = Client(address);
  ASSERT_TRUE(Connect(d, address));
  EXPECT_TRUE(connections_.WaitForTotal(3));
}

TEST_F(AcceptLoopTest, OneListenersLimitLeavesRoomForAnother) {
  options_.max_connections_per_listener = 1;
  Connections others(all_);
  const ListenAddress first = ListenUnix();
  const ListenAddress second = Listen("127.0.0.1:0", others);
  loop().Start();
  const FileDescriptor a = Client(first), b = Client(first), c = Client(second);
  ASSERT_TRUE(Connect(a, first) && Connect(b, first));
  EXPECT_TRUE(IsClosedByPeer(b));
  ASSERT_TRUE(Connect(c, second));
  EXPECT_TRUE(others.WaitForTotal(1));
}

TEST_F(AcceptLoopTest, OutOfDescriptorsAndBackAcceptsAgain) {
  const ListenAddress address = ListenUnix();
  loop().Start();
  const FileDescriptor first = Client(address);
  ASSERT_TRUE(Connect(first, address));
  ASSERT_TRUE(connections_.WaitForTotal(1));
  // Clients' descriptors are in this process too: made before there are none.
  std::vector<FileDescriptor> clients;
  for (int i = 0; i < 100; ++i) clients.push_back(Client(address));
  const FileDescriptor last = Client(address);

  rlimit low = limit_;
  low.rlim_cur = static_cast<rlim_t>(last.get()) + 16;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  std::vector<FileDescriptor> hoard;
  for (;;) {
    FileDescriptor fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) break;
    hoard.push_back(std::move(fd));
  }
  ASSERT_EQ(errno, EMFILE);

  for (const FileDescriptor& client : clients) {
    ASSERT_TRUE(Connect(client, address));
    EXPECT_TRUE(IsClosedByPeer(client));
  }
  const ListenerStats starved = loop().stats()[0];
  EXPECT_EQ(starved.accepted, 1);
  EXPECT_GE(starved.out_of_descriptors, 100);
  EXPECT_THAT(warnings(), SizeIs(1));
  EXPECT_THAT(warnings()[0], HasSubstr("Too many open files"));

  hoard.clear();
  ASSERT_TRUE(Connect(last, address));
  EXPECT_TRUE(connections_.WaitForTotal(2));
}

TEST_F(AcceptLoopTest, LosingTheReserveTooItAcceptsAgain) {
  const ListenAddress address = ListenUnix();
  loop().Start();
  const FileDescriptor client = Client(address);
  // Not even what closing the reserve frees can be used.
  rlimit none = limit_;
  none.rlim_cur = 3;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  ASSERT_TRUE(Connect(client, address));
  const absl::Time deadline = absl::Now() + kLong;
  while (loop().stats()[0].out_of_descriptors < 2 && absl::Now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(loop().stats()[0].accepted, 0);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &limit_), 0);
  EXPECT_TRUE(connections_.WaitForTotal(1));
}

TEST_F(AcceptLoopTest, TwoThousandConnectionsStayWithinTheLimit) {
  options_.max_connections = 64;
  const ListenAddress address = ListenUnix();
  loop().Start();
  std::vector<FileDescriptor> let_in;
  for (int i = 0; i < 2000; ++i) {
    FileDescriptor client = Client(address);
    ASSERT_TRUE(client.valid());
    ASSERT_TRUE(Connect(client, address)) << i;
    if (i < 64) {
      let_in.push_back(std::move(client));
      continue;
    }
    ASSERT_TRUE(IsClosedByPeer(client)) << i;
    ASSERT_LE(all_->open(), 64);
  }
  const ListenerStats stats = loop().stats()[0];
  EXPECT_EQ(stats.accepted, 64);
  EXPECT_EQ(stats.refused, 1936);
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(AcceptLoopTest, StopClosesTheListenersAndLeavesConnections) {
  const ListenAddress address = ListenUnix();
  loop().Start();
  const FileDescriptor client = Client(address);
  ASSERT_TRUE(Connect(client, address));
  ASSERT_TRUE(connections_.WaitForTotal(1));
  loop().Stop();
  const FileDescriptor late = Client(address);
  EXPECT_FALSE(Connect(late, address));
  EXPECT_EQ(errno, ENOENT);
  EXPECT_EQ(::write(connections_.LastFd(), "x", 1), 1);
  EXPECT_EQ(loop().stats()[0].open, 1);
  loop().Stop();
}

TEST_F(AcceptLoopTest, StopWithoutStartClosesTheListeners) {
  const ListenAddress address = ListenUnix();
  const FileDescriptor client = Client(address);
  ASSERT_TRUE(Connect(client, address));  // Waits in the backlog.
  loop().Stop();
  EXPECT_TRUE(IsClosedByPeer(client));
}

TEST_F(AcceptLoopTest, WhatWaitedBeforeStartIsAccepted) {
  const ListenAddress address = ListenUnix();
  const FileDescriptor client = Client(address);
  ASSERT_TRUE(Connect(client, address));
  loop().Start();
  EXPECT_TRUE(connections_.WaitForTotal(1));
}

}  // namespace
}  // namespace registryd
