// registryd out of file descriptors, and back.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/file_descriptor.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/metrics_page.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

constexpr int kDescriptors = 64;
// More than any queue of the kernel's holds, and twice what the process may open.
constexpr int kStorm = 10'000;

class DescriptorsTest : public RegistrydFixture {
 protected:
  // A connection that says nothing, or is still being made where nobody accepts it.
  static FileDescriptor ConnectSilently(const std::string& tcp_address) {
    const size_t colon = tcp_address.rfind(':');
    uint32_t port = 0;
    EXPECT_TRUE(absl::SimpleAtoi(tcp_address.substr(colon + 1), &port));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    FileDescriptor connection(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const int connected =
        connect(connection.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address));
    EXPECT_TRUE(connected == 0 || errno == EINPROGRESS) << strerror(errno);
    return connection;
  }

  // Once it serves both listeners.
  static std::unique_ptr<RegistrydProcess> StartBoth(const RegistrydOptions& options) {
    auto process = Start(options);
    EXPECT_EQ(process->WaitForRecords("listening", 2).size(), 2u) << process->log();
    return process;
  }

  static void ExpectOneInTenSeconds(size_t warnings, absl::Duration elapsed) {
    EXPECT_GE(warnings, 1u);
    EXPECT_LE(static_cast<double>(warnings), 1 + elapsed / absl::Seconds(10));
  }

  // The other side has closed it.
  static bool IsTurnedAway(const FileDescriptor& connection) {
    char byte;
    const ssize_t received = recv(connection.get(), &byte, 1, MSG_DONTWAIT | MSG_PEEK);
    return received == 0 || (received < 0 && errno == ECONNRESET);
  }
};

TEST_F(DescriptorsTest, ItAcceptsAgainWhenThereAreSome) {
  RegistrydOptions options = Options({"--metrics-listen", "127.0.0.1:0"});
  options.max_descriptors = kDescriptors;
  const auto process = StartBoth(options);
  const std::string tcp = TcpAddress(*process);
  const client::RegistryClient early = Caller(UnixAddress());
  ASSERT_TRUE(early.GetServiceConfig({}).ok());

  const absl::Time begin = absl::Now();
  for (int round = 0; round < 2; ++round) {
    SCOPED_TRACE(round);
    std::vector<FileDescriptor> crowd;
    for (int i = 0; i < 2 * kDescriptors; ++i) crowd.push_back(ConnectSilently(tcp));
    EXPECT_TRUE(Eventually([&] {
      return std::any_of(crowd.begin(), crowd.end(),
                         [](const FileDescriptor& member) { return IsTurnedAway(member); });
    }));
    // Who is connected is served all the while.
    EXPECT_TRUE(early.GetServiceConfig({}).ok());

    crowd.clear();
    EXPECT_TRUE(Eventually([&] { return Caller(tcp).GetServiceConfig({}).ok(); }));
    EXPECT_TRUE(Caller(UnixAddress()).GetServiceConfig({}).ok());
  }
  // However often it happens, the log is not flooded: one warning in ten seconds.
  const std::string warning =
      absl::StrCat("cannot accept connections on ", tcp, ": Too many open files");
  ExpectOneInTenSeconds(process->WaitForRecords(warning).size(), absl::Now() - begin);
  EXPECT_GT(Figure(*process, absl::StrCat("registryd_connections_out_of_descriptors_total"
                                          "{listener=\"",
                                          tcp, "\"}")),
            0);
}

TEST_F(DescriptorsTest, ItSurvivesAStormOfConnections) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_max < kStorm + 1000) {
    GTEST_SKIP() << "needs " << kStorm + 1000 << " file descriptors; may have " << limit.rlim_max;
  }
  limit.rlim_cur = limit.rlim_max;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);

  RegistrydOptions options = Options();
  options.max_descriptors = kStorm / 2;
  const auto process = StartBoth(options);
  const std::string tcp = TcpAddress(*process);
  const client::RegistryClient early = Caller(UnixAddress());
  ASSERT_TRUE(early.GetServiceConfig({}).ok());

  const absl::Time begin = absl::Now();
  std::vector<FileDescriptor> crowd;
  for (int i = 0; i < kStorm; ++i) crowd.push_back(ConnectSilently(tcp));
  const std::string warning =
      absl::StrCat("cannot accept connections on ", tcp, ": Too many open files");
  ExpectOneInTenSeconds(process->WaitForRecords(warning).size(), absl::Now() - begin);
  EXPECT_TRUE(early.GetServiceConfig({}).ok());

  crowd.clear();
  EXPECT_TRUE(Eventually([&] { return Caller(tcp).GetServiceConfig({}).ok(); }));
  EXPECT_TRUE(Caller(UnixAddress()).GetServiceConfig({}).ok());
}

}  // namespace
}  // namespace registryd
