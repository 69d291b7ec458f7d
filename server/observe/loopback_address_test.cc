#include "server/observe/loopback_address.h"

#include <string>

#include "gtest/gtest.h"

namespace registryd {
namespace {

struct Case {
  const char* name;
  const char* text;
  // Empty: refused.
  const char* host;
  int port;
};

class LoopbackAddressTest : public testing::TestWithParam<Case> {};

TEST_P(LoopbackAddressTest, IsTakenOrRefused) {
  const Case& c = GetParam();
  const auto address = LoopbackAddress::Parse(c.text);
  if (std::string(c.host).empty()) {
    ASSERT_FALSE(address.ok());
    EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(address.status().message().substr(0, 9), "expected ");
  } else {
    ASSERT_TRUE(address.ok()) << address.status();
    EXPECT_EQ(address->host, c.host);
    EXPECT_EQ(address->port, c.port);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Table, LoopbackAddressTest,
    testing::Values(
        Case{"V4", "127.0.0.1:9464", "127.0.0.1", 9464},
        Case{"V4Other", "127.8.9.10:1", "127.8.9.10", 1}, Case{"V6", "[::1]:65535", "::1", 65535},
        Case{"Localhost", "localhost:0", "127.0.0.1", 0}, Case{"Any", "0.0.0.0:9464", "", 0},
        Case{"AnyV6", "[::]:9464", "", 0}, Case{"NoHost", ":9464", "", 0},
        Case{"Private", "10.0.0.1:9464", "", 0}, Case{"Name", "metrics.example:9464", "", 0},
        Case{"NameInBrackets", "[localhost]:9464", "", 0},
        Case{"V4InBrackets", "[127.0.0.1]:9464", "", 0}, Case{"V6Bare", "::1:9464", "", 0},
        Case{"V6NoPort", "[::1]", "", 0}, Case{"Unclosed", "[::1:9464", "", 0},
        Case{"NoPort", "127.0.0.1", "", 0}, Case{"EmptyPort", "127.0.0.1:", "", 0},
        Case{"LargePort", "127.0.0.1:65536", "", 0},
        Case{"HugePort", "127.0.0.1:4294967296", "", 0},
        Case{"NegativePort", "127.0.0.1:-1", "", 0}, Case{"SignedPort", "127.0.0.1:+1", "", 0},
        Case{"SpacedPort", "127.0.0.1: 1", "", 0}, Case{"Path", "unix:/run/m.sock", "", 0},
        Case{"Empty", "", "", 0}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
