#include "registry/auth/plaintext_hosts.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(PlaintextHosts, NoneByDefault) {
  EXPECT_FALSE(PlaintextHosts().Allows("registry.internal"));
  EXPECT_FALSE(PlaintextHosts().Allows(""));
}

TEST(PlaintextHosts, Allows) {
  struct Case {
    std::string name;
    std::string entry;
    std::string hostname;
    bool allowed;
  };
  const std::vector<Case> cases = {
      {"same host", "reg.internal", "reg.internal", true},
      {"host means every port", "reg.internal", "reg.internal:5000", true},
      {"same port", "reg.internal:5000", "reg.internal:5000", true},
      {"another port", "reg.internal:5000", "reg.internal:5001", false},
      {"a port is not every port", "reg.internal:5000", "reg.internal", false},
      {"port 80 is http's own", "reg.internal:80", "reg.internal", true},
      {"port 80 written out", "reg.internal", "reg.internal:80", true},
      {"an empty port is port 80", "reg.internal:80", "reg.internal:", true},
      {"another host", "reg.internal", "other.internal", false},
      {"subdomains are other hosts", "reg.internal", "a.reg.internal", false},
      {"a host that begins so", "reg.internal", "reg.internal.evil", false},
      {"letters of the entry", "REG.internal:5000", "reg.internal:5000", true},
      {"letters of the host", "reg.internal:5000", "reg.INTERNAL:5000", true},
      {"IPv4", "127.0.0.1:5000", "127.0.0.1:5000", true},
      {"IPv6 with a port", "[fd00::9]:5000", "[fd00::9]:5000", true},
      {"IPv6, every port", "fd00::9", "[fd00::9]:5000", true},
      {"IPv6 without a port", "fd00::9", "[fd00::9]", true},
      {"IPv6 in another form", "[FD00:0:0:0:0:0:0:9]:5000", "[fd00::9]:5000", true},
      {"another IPv6", "fd00::9", "[fd00::8]", false},
      {"no host", "reg.internal", "", false},
  };
  for (const Case& c : cases) {
    SCOPED_TRACE(c.name);
    const auto hosts = PlaintextHosts::Create({c.entry});
    ASSERT_TRUE(hosts.ok()) << hosts.status();
    EXPECT_EQ(hosts->Allows(c.hostname), c.allowed);
  }
}

TEST(PlaintextHosts, EveryEntryCounts) {
  const auto hosts = PlaintextHosts::Create({"a.internal", "b.internal:5000"});
  ASSERT_TRUE(hosts.ok()) << hosts.status();
  EXPECT_TRUE(hosts->Allows("a.internal:1"));
  EXPECT_TRUE(hosts->Allows("b.internal:5000"));
  EXPECT_FALSE(hosts->Allows("b.internal:1"));
}

TEST(PlaintextHosts, RefusesWhatIsNoHost) {
  for (const std::string entry :
       {"", "http://reg.internal", "reg.internal/path", "10.0.0.0/8", "reg.internal:port", "a b",
        "*", "-reg", "user:s3cret@reg.internal:5000"}) {
    SCOPED_TRACE(entry);
    const absl::Status status = PlaintextHosts::Create({"good.internal", entry}).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kSettingInvalid);
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("s3cret")));
  }
}

}  // namespace
}  // namespace registryd
