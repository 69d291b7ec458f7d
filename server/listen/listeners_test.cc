#include "server/listen/listeners.h"

#include <fcntl.h>
#include <grpcpp/create_channel_posix.h>
#include <grpcpp/support/channel_arguments.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "registry/fs/temporary_folder.h"
#include "server/listen/caller_identity.h"
#include "server/listen/identity_probe.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

std::string OwnIdentity() { return absl::StrCat("admin uid:", ::geteuid(), " private"); }

class ListenersTest : public ::testing::Test {
 protected:
  ListenersTest() { ::getrlimit(RLIMIT_NOFILE, &limit_); }
  ~ListenersTest() override { ::setrlimit(RLIMIT_NOFILE, &limit_); }

  ListenersOptions On(std::vector<std::string> addresses) const {
    ListenersOptions options;
    for (const std::string& text : addresses) {
      auto address = ListenAddress::Parse(text);
      EXPECT_TRUE(address.ok()) << address.status();
      options.addresses.push_back(*std::move(address));
    }
    return options;
  }
  ListenersOptions OnUnix() const { return On({Socket()}); }
  std::string Socket() const { return absl::StrCat("unix:", folder_.Path("s")); }

  static FileDescriptor RawConnect(const ListenAddress& address) {
    socklen_t length = 0;
    const sockaddr_storage name = address.ToSockaddr(&length);
    FileDescriptor client(::socket(name.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (::connect(client.get(), reinterpret_cast<const sockaddr*>(&name), length) != 0) return {};
    return client;
  }
  static int OpenDescriptors() {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      count += entry.path().empty() ? 0 : 1;
    }
    return count;
  }
  // Reads until the other end closes.
  static bool IsClosedByPeer(const FileDescriptor& client) {
    char bytes[512];
    for (;;) {
      pollfd polled = {client.get(), POLLIN, 0};
      if (::poll(&polled, 1, 60'000) != 1) return false;
      if (::read(client.get(), bytes, sizeof(bytes)) <= 0) return true;
    }
  }

  TemporaryFolder folder_;
  rlimit limit_;
};

TEST_F(ListenersTest, OverAUnixSocketTheUserIsSeen) {
  auto probe = IdentityProbe::Start(OnUnix());
  ASSERT_TRUE(probe.ok()) << probe.status();
  const auto identity = IdentityProbe::Ask(IdentityProbe::Connect((*probe)->address()));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, OwnIdentity());
}

TEST_F(ListenersTest, OverAUnixSocketAnotherUserIsAReader) {
  CallerPolicy policy;
  policy.own_uid = ::geteuid() + 1;
  auto probe = IdentityProbe::Start(OnUnix(), policy);
  ASSERT_TRUE(probe.ok()) << probe.status();
  ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  constexpr uid_t kNobody = 65534;
  FileDescriptor client;
  bool became_nobody = false;
  // The system call, unlike setresuid(), concerns this thread alone.
  std::thread([&] {
    became_nobody = ::syscall(SYS_setresuid, kNobody, kNobody, kNobody) == 0;
    if (became_nobody) client = RawConnect((*probe)->address());
  }).join();
  if (!became_nobody) GTEST_SKIP() << "only root can be another user";
  ASSERT_TRUE(client.valid());
  ::fcntl(client.get(), F_SETFL, O_NONBLOCK);
  const auto identity = IdentityProbe::Ask(grpc::CreateCustomInsecureChannelFromFd(
      "as-nobody", client.Release(), grpc::ChannelArguments()));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, "reader uid:65534 private");
}

TEST_F(ListenersTest, OverLoopbackCallersAreReaders) {
  auto probe = IdentityProbe::Start(On({"127.0.0.1:0"}));
  ASSERT_TRUE(probe.ok()) << probe.status();
  const auto identity = IdentityProbe::Ask(IdentityProbe::Connect((*probe)->address()));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, "reader loopback shared");
}

TEST_F(ListenersTest, OverLoopbackV6CallersAreReaders) {
  auto probe = IdentityProbe::Start(On({"[::1]:0"}));
  if (!probe.ok()) GTEST_SKIP() << "no IPv6 here: " << probe.status();
  const auto identity = IdentityProbe::Ask(IdentityProbe::Connect((*probe)->address()));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, "reader loopback shared");
}

TEST_F(ListenersTest, InProcessCallersHaveTheRoleOfThePolicy) {
  CallerPolicy policy;
  policy.in_process_role = Role::kAdmin;
  auto probe = IdentityProbe::Start(OnUnix(), policy);
  ASSERT_TRUE(probe.ok()) << probe.status();
  const auto identity = IdentityProbe::Ask((*probe)->server().InProcessChannel({}));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, "admin in-process private");
}

TEST_F(ListenersTest, SeveralAtOnceEachWithItsOwnIdentity) {
  auto probe = IdentityProbe::Start(On({Socket(), "127.0.0.1:0"}));
  ASSERT_TRUE(probe.ok()) << probe.status();
  const auto& addresses = (*probe)->listeners().addresses();
  ASSERT_THAT(addresses, SizeIs(2));
  EXPECT_NE(addresses[1].port(), 0);
  const auto local = IdentityProbe::Connect(addresses[0]);
  const auto tcp = IdentityProbe::Connect(addresses[1]);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(*IdentityProbe::Ask(local), OwnIdentity());
    EXPECT_EQ(*IdentityProbe::Ask(tcp), "reader loopback shared");
  }
}

TEST_F(ListenersTest, OpenConnectionsAreCountedUntilTheyEnd) {
  auto probe = IdentityProbe::Start(OnUnix());
  ASSERT_TRUE(probe.ok()) << probe.status();
  auto first = IdentityProbe::Connect((*probe)->address());
  auto second = IdentityProbe::Connect((*probe)->address());
  ASSERT_TRUE(IdentityProbe::Ask(first).ok());
  ASSERT_TRUE(IdentityProbe::Ask(second).ok());
  EXPECT_EQ((*probe)->stats().open, 2);
  EXPECT_EQ((*probe)->stats().accepted, 2);
  first.reset();
  EXPECT_TRUE(Eventually([&] { return (*probe)->stats().open == 1; }));
  second.reset();
  EXPECT_TRUE(Eventually([&] { return (*probe)->stats().open == 0; }));
}

TEST_F(ListenersTest, AConnectionThatSaysNothingIsCountedAndCutOff) {
  ListenersOptions options = OnUnix();
  options.handshake_timeout = absl::Milliseconds(200);
  auto probe = IdentityProbe::Start(options);
  ASSERT_TRUE(probe.ok()) << probe.status();
  const FileDescriptor silent = RawConnect((*probe)->address());
  ASSERT_TRUE(silent.valid());
  EXPECT_TRUE(Eventually([&] { return (*probe)->stats().accepted == 1; }));
  EXPECT_TRUE(IsClosedByPeer(silent));
  EXPECT_TRUE(Eventually([&] { return (*probe)->stats().open == 0; }));
}

TEST_F(ListenersTest, AStormOfTwoThousandIsBoundedAndPasses) {
  constexpr int kStorm = 2000;
  constexpr int kLimit = 200;
  rlimit high = limit_;
  high.rlim_cur = high.rlim_max;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &high), 0);
  if (high.rlim_max < kStorm + kLimit + 200) GTEST_SKIP() << "too few file descriptors here";
  ListenersOptions options = On({"127.0.0.1:0"});
  options.max_connections = kLimit;
  auto probe = IdentityProbe::Start(options);
  ASSERT_TRUE(probe.ok()) << probe.status();
  ASSERT_TRUE(IdentityProbe::Ask(IdentityProbe::Connect((*probe)->address())).ok());
  ASSERT_TRUE(Eventually([&] { return (*probe)->stats().open == 0; }));
  const ListenerStats before = (*probe)->stats();
  const int descriptors = OpenDescriptors();

  std::vector<FileDescriptor> storm;
  for (int i = 0; i < kStorm; ++i) {
    storm.push_back(RawConnect((*probe)->address()));
    ASSERT_TRUE(storm.back().valid()) << i;
    ASSERT_LE((*probe)->stats().open, kLimit);
  }
  EXPECT_TRUE(Eventually([&] {
    const ListenerStats stats = (*probe)->stats();
    return stats.accepted - before.accepted + stats.refused == kStorm;
  }));
  EXPECT_EQ((*probe)->stats().open, kLimit);
  EXPECT_EQ((*probe)->stats().refused, kStorm - kLimit);

  storm.clear();
  EXPECT_TRUE(Eventually([&] { return (*probe)->stats().open == 0; }));
  // What is counted as ended has given its descriptor back.
  EXPECT_TRUE(Eventually([&] { return OpenDescriptors() <= descriptors; }));
  EXPECT_TRUE(IdentityProbe::Ask(IdentityProbe::Connect((*probe)->address())).ok());
}

TEST_F(ListenersTest, OutOfDescriptorsAndBackItServesAgain) {
  auto probe = IdentityProbe::Start(OnUnix());
  ASSERT_TRUE(probe.ok()) << probe.status();
  const auto before = IdentityProbe::Connect((*probe)->address());
  ASSERT_TRUE(IdentityProbe::Ask(before).ok());

  socklen_t length = 0;
  const sockaddr_storage name = (*probe)->address().ToSockaddr(&length);
  const FileDescriptor client(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  rlimit low = limit_;
  low.rlim_cur = static_cast<rlim_t>(client.get()) + 16;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  std::vector<FileDescriptor> hoard;
  for (;;) {
    FileDescriptor fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!fd.valid()) break;
    hoard.push_back(std::move(fd));
  }
  ASSERT_EQ(errno, EMFILE);
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<const sockaddr*>(&name), length), 0);
  EXPECT_TRUE(IsClosedByPeer(client));
  EXPECT_GE((*probe)->stats().out_of_descriptors, 1);
  // Who is connected notices nothing.
  EXPECT_TRUE(IdentityProbe::Ask(before).ok());

  hoard.clear();
  const auto after = IdentityProbe::Ask(IdentityProbe::Connect((*probe)->address()));
  EXPECT_TRUE(after.ok()) << after.status();
}

TEST_F(ListenersTest, StopLetsNobodyInAndLeavesWhoIsThere) {
  auto probe = IdentityProbe::Start(OnUnix());
  ASSERT_TRUE(probe.ok()) << probe.status();
  const auto channel = IdentityProbe::Connect((*probe)->address());
  ASSERT_TRUE(IdentityProbe::Ask(channel).ok());
  (*probe)->listeners().Stop();
  EXPECT_FALSE(RawConnect((*probe)->address()).valid());
  EXPECT_NE(::access(folder_.Path("s").c_str(), F_OK), 0);
  EXPECT_TRUE(IdentityProbe::Ask(channel).ok());
}

TEST_F(ListenersTest, ServesASocketOfTheServiceManager) {
  auto bound = ListeningSocket::Open(*ListenAddress::Parse(Socket()), {});
  ASSERT_TRUE(bound.ok()) << bound.status();
  ListenersOptions options;
  options.activated = {{::dup(bound->fd()), "api"}};
  auto probe = IdentityProbe::Start(options);
  ASSERT_TRUE(probe.ok()) << probe.status();
  const auto identity = IdentityProbe::Ask(IdentityProbe::Connect((*probe)->address()));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, OwnIdentity());
  (*probe)->listeners().Stop();
  EXPECT_EQ(::access(folder_.Path("s").c_str(), F_OK), 0);
}

TEST_F(ListenersTest, PlainTextBeyondThisMachineIsRefusedWithTheReason) {
  for (const char* address : {"0.0.0.0:0", "[::]:0", "192.0.2.1:50051"}) {
    const auto probe = IdentityProbe::Start(On({address}));
    EXPECT_EQ(probe.status().code(), absl::StatusCode::kInvalidArgument) << address;
    EXPECT_EQ(FieldOf(probe.status()), "listen");
    EXPECT_THAT(std::string(probe.status().message()), HasSubstr("in plain text"));
  }
}

TEST_F(ListenersTest, AnActivatedPlainTextSocketBeyondThisMachineIsRefused) {
  auto bound = ListeningSocket::Open(*ListenAddress::Parse("0.0.0.0:0"), {});
  ASSERT_TRUE(bound.ok()) << bound.status();
  ListenersOptions options;
  options.activated = {{::dup(bound->fd()), "api"}};
  EXPECT_THAT(IdentityProbe::Start(options).status().ToString(), HasSubstr("in plain text"));
}

TEST_F(ListenersTest, NothingToListenOnIsAnError) {
  const auto probe = IdentityProbe::Start({});
  EXPECT_EQ(probe.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(probe.status().message()), HasSubstr("nothing to listen on"));
}

TEST_F(ListenersTest, AFailedCreateLeavesNoFile) {
  const auto probe = IdentityProbe::Start(On({Socket(), "0.0.0.0:0"}));
  EXPECT_FALSE(probe.ok());
  EXPECT_NE(::access(folder_.Path("s").c_str(), F_OK), 0);
}

}  // namespace
}  // namespace registryd
