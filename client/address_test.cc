#include "client/address.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::client {
namespace {

using ::testing::HasSubstr;

struct GoodCase {
  const char* name;
  const char* text;
  const char* target;
  bool unix_socket;
  bool local;
};

class ParseAddressGood : public ::testing::TestWithParam<GoodCase> {};

TEST_P(ParseAddressGood, Parses) {
  const auto address = ParseAddress(GetParam().text);
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->target, GetParam().target);
  EXPECT_EQ(address->unix_socket, GetParam().unix_socket);
  EXPECT_EQ(address->local, GetParam().local);
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseAddressGood,
    ::testing::Values(
        GoodCase{"Unix", "unix:/run/x.sock", "unix:/run/x.sock", true, true},
        GoodCase{"UnixUri", "unix:///run/x.sock", "unix:/run/x.sock", true, true},
        GoodCase{"UnixRelative", "unix:x.sock", "unix:x.sock", true, true},
        GoodCase{"UnixOddBytes", "unix:/a b%20#?[", "unix:/a%20b%2520%23%3F%5B", true, true},
        GoodCase{"Ipv4Loopback", "127.0.0.1:50051", "dns:///127.0.0.1:50051", false, true},
        GoodCase{"Ipv4LoopbackBlock", "127.9.8.7:1", "dns:///127.9.8.7:1", false, true},
        GoodCase{"Ipv4", "10.0.0.1:65535", "dns:///10.0.0.1:65535", false, false},
        GoodCase{"Ipv4NotLoopback", "126.255.255.255:1", "dns:///126.255.255.255:1", false, false},
        GoodCase{"Localhost", "LocalHost:1", "dns:///LocalHost:1", false, true},
        GoodCase{"LocalhostWithin", "localhost.example:1", "dns:///localhost.example:1", false,
                 false},
        GoodCase{"Ipv6Loopback", "[::1]:50051", "dns:///%5B::1%5D:50051", false, true},
        GoodCase{"Ipv6", "[2001:db8::1]:1", "dns:///%5B2001:db8::1%5D:1", false, false},
        GoodCase{"Name", "registryd.example.com:443", "dns:///registryd.example.com:443", false,
                 false}),
    [](const auto& info) { return info.param.name; });

struct BadCase {
  const char* name;
  std::string text;
  const char* why;
};

class ParseAddressBad : public ::testing::TestWithParam<BadCase> {};

TEST_P(ParseAddressBad, Refuses) {
  const auto address = ParseAddress(GetParam().text);
  EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(address.status().message()), HasSubstr(GetParam().why));
}

INSTANTIATE_TEST_SUITE_P(
    Table, ParseAddressBad,
    ::testing::Values(BadCase{"Empty", "", "HOST:PORT"}, BadCase{"NoPort", "host", "HOST:PORT"},
                      BadCase{"EmptyPort", "host:", "HOST:PORT"},
                      BadCase{"PortZero", "host:0", "from 1 to 65535"},
                      BadCase{"PortTooLarge", "host:65536", "from 1 to 65535"},
                      BadCase{"PortSigned", "host:+80", "HOST:PORT"},
                      BadCase{"PortWithSpace", "host: 80", "HOST:PORT"},
                      BadCase{"PortLong", "host:000080", "HOST:PORT"},
                      BadCase{"EmptyHost", ":80", "HOST:PORT"},
                      BadCase{"BareIpv6", "::1:50051", "in brackets"},
                      BadCase{"BadIpv6", "[::g]:1", "IPv6"},
                      BadCase{"HalfBracket", "[::1:1", "in brackets"},
                      BadCase{"HalfBracketOfAName", "[host:1", "in brackets"},
                      BadCase{"Url", "http://host:80", "without a scheme"},
                      BadCase{"Path", "host/a:80", "without a scheme"},
                      BadCase{"Abstract", "unix-abstract:x:1", "HOST:PORT"},
                      BadCase{"UnixEmpty", "unix:", "missing"},
                      BadCase{"UnixHost", "unix://host/x", "on this machine"},
                      BadCase{"UnixNul", std::string("unix:/a\0b", 9), "NUL"},
                      BadCase{"UnixTooLong", "unix:/" + std::string(107, 'a'), "at most 107"}),
    [](const auto& info) { return info.param.name; });

TEST(ParseAddressTest, TakesTheLongestSocketPath) {
  EXPECT_TRUE(ParseAddress("unix:/" + std::string(106, 'a')).ok());
}

TEST(DefaultAddressTest, PrefersTheVariable) {
  EXPECT_EQ(DefaultAddress("host:1", {"/missing"}), "host:1");
}

TEST(DefaultAddressTest, FallsBackToThePort) {
  EXPECT_EQ(DefaultAddress(nullptr, {"/missing"}), "127.0.0.1:50051");
  EXPECT_EQ(DefaultAddress("", {"/missing"}), "127.0.0.1:50051");
}

TEST(DefaultAddressTest, UsesTheSocketIfThereIsOne) {
  const TemporaryFolder folder;
  const std::string path = folder.Path("x.sock");
  EXPECT_EQ(DefaultAddress(nullptr, {"/missing", path}), "127.0.0.1:50051");
  folder.Write("plain", "");
  EXPECT_EQ(DefaultAddress(nullptr, {folder.Path("plain")}), "127.0.0.1:50051") << "not a socket";

  const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un name = {};
  name.sun_family = AF_UNIX;
  std::strncpy(name.sun_path, path.c_str(), sizeof(name.sun_path) - 1);
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&name), sizeof(name)), 0);
  EXPECT_EQ(DefaultAddress(nullptr, {"/missing", path}), absl::StrCat("unix:", path));
  close(listener);
}

}  // namespace
}  // namespace registryd::client
