#include "registry/endpoint/insecure_match.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/config/service_config.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

using ::testing::IsNull;

constexpr InsecureMatch kStrict = InsecureMatch::kStrict;
constexpr InsecureMatch kCompatible = InsecureMatch::kCompatible;

using Strings = std::vector<std::string>;

std::shared_ptr<const ServiceConfig> Make(InsecureMatch match, Strings insecure,
                                          Strings nondistributable = {}) {
  auto config =
      ServiceConfig::Create({std::move(nondistributable), {}, std::move(insecure)}, match);
  EXPECT_TRUE(config.ok()) << config.status();
  return *std::move(config);
}

DnsAnswer Addresses(const Strings& texts) {
  std::vector<IpAddress> addresses;
  for (const std::string& text : texts) addresses.push_back(*IpAddress::Parse(text));
  return std::make_shared<const std::vector<IpAddress>>(std::move(addresses));
}

struct ByNameCase {
  const char* name;
  Strings insecure;
  const char* hostname;
  // nullopt: the addresses decide.
  std::optional<bool> strict;
  std::optional<bool> compatible;
};

TEST(MatchInsecureByNameTest, Table) {
  const ByNameCase kCases[] = {
      {"Docker Hub", {"0.0.0.0/0"}, "docker.io", false, false},
      {"Docker Hub, listed", {"docker.io"}, "docker.io", false, false},
      {"listed", {"reg:5000"}, "reg:5000", true, true},
      {"listed with another port", {"reg:5000"}, "reg:5001", false, std::nullopt},
      {"listed without a port", {"reg"}, "reg:5000", false, std::nullopt},
      {"listed in other letters", {"reg"}, "REG", false, std::nullopt},
      {"listed address", {"[::1]:5000"}, "[::1]:5000", true, true},
      {"loopback", {}, "127.0.0.1", true, true},
      {"loopback, its last", {}, "127.255.255.255:5000", true, true},
      {"after loopback", {}, "128.0.0.0", false, false},
      {"before loopback", {}, "126.255.255.255", false, false},
      {"loopback, mapped", {}, "::ffff:127.0.0.1", true, true},
      {"IPv6 loopback is not implied", {}, "::1", false, false},
      {"IPv6 loopback with a port", {}, "[::1]:5000", false, false},
      {"IPv6 loopback by block", {"::1/128"}, "[::1]:5000", true, true},
      {"IPv6 without brackets", {"fd00::/8"}, "fd00::9", true, true},
      {"IPv6 in brackets without a port is no address", {"fd00::/8"}, "[fd00::9]", false, false},
      {"in a block", {"10.0.0.0/8"}, "10.1.2.3:443", true, true},
      {"in no block", {"10.0.0.0/8"}, "11.1.2.3", false, false},
      {"decimal form is a name", {}, "2130706433", false, std::nullopt},
      {"leading zero is a name", {}, "127.0.0.01", false, std::nullopt},
      {"localhost", {}, "localhost", true, std::nullopt},
      {"localhost with a port", {}, "localhost:5000", true, std::nullopt},
      {"localhost in other letters", {}, "LocalHost:5000", true, std::nullopt},
      {"below localhost", {}, "a.localhost", false, std::nullopt},
      {"localhost with a dot", {}, "localhost.", false, std::nullopt},
      {"name", {}, "reg.example.com", false, std::nullopt},
      {"name, and a block", {"10.0.0.0/8"}, "reg.example.com", std::nullopt, std::nullopt},
      {"empty", {"0.0.0.0/0"}, "", false, false},
      {"only a port", {"0.0.0.0/0"}, ":80", false, false},
      {"empty port", {"0.0.0.0/0"}, "reg:", std::nullopt, std::nullopt},
      {"no name: slash", {"0.0.0.0/0"}, "../reg", false, false},
      {"no name: space", {"0.0.0.0/0"}, "reg ", false, false},
      {"IPv6 with a zone", {"fe80::/10"}, "[fe80::1%eth0]:5000", true, true},
      {"IPv6 with a zone, in no block", {"fd00::/8"}, "[fe80::1%eth0]:5000", false, false},
      {"IPv6 with an empty zone", {"fe80::/10"}, "[fe80::1%]:5000", false, false},
      {"IPv4 with a zone", {"0.0.0.0/0"}, "10.0.0.1%eth0", false, false},
      {"no name: beyond ASCII", {"0.0.0.0/0"}, "127\u30020.0.1", false, false},
  };
  for (const ByNameCase& test : kCases) {
    for (const InsecureMatch match : {kStrict, kCompatible}) {
      const std::optional<bool>& want = match == kStrict ? test.strict : test.compatible;
      const auto decision = MatchInsecureByName(*Make(match, test.insecure), test.hostname);
      ASSERT_EQ(decision.has_value(), want.has_value()) << test.name << ", policy " << int(match);
      if (!want.has_value()) continue;
      EXPECT_EQ(decision->insecure, *want) << test.name << ", policy " << int(match);
      EXPECT_FALSE(decision->rule.empty()) << test.name;
    }
  }
}

TEST(MatchInsecureByNameTest, WhereAllAreSecureSoIsThisMachine) {
  for (const char* hostname : {"localhost", "localhost:5000", "127.0.0.1:5000", "[::1]:5000",
                               "reg.example.com", "docker.io"}) {
    const auto decision = MatchInsecureByName(*ServiceConfig::AllSecure(), hostname);
    ASSERT_TRUE(decision.has_value()) << hostname;
    EXPECT_FALSE(decision->insecure) << hostname;
  }
}

TEST(MatchInsecureByNameTest, ZeroByteAndLongNamesAreNotResolved) {
  const auto config = Make(kCompatible, {});
  EXPECT_TRUE(MatchInsecureByName(*config, {"localhost\0.evil", 15}).has_value());
  EXPECT_FALSE(MatchInsecureByName(*config, std::string(254, 'a')).has_value());
  EXPECT_TRUE(MatchInsecureByName(*config, std::string(255, 'a')).has_value());
}

TEST(MatchInsecureByNameTest, StrictLocalhostIsLoopbackWhateverDnsSays) {
  const auto decision = MatchInsecureByName(*Make(kStrict, {}), "localhost:5000");
  ASSERT_TRUE(decision.has_value());
  EXPECT_EQ(decision->rule, "localhost");
  EXPECT_EQ(*decision->checked_addresses, *Addresses({"127.0.0.1", "::1"}));
}

TEST(MatchInsecureByAddressesTest, Table) {
  const struct {
    const char* name;
    Strings insecure;
    Strings addresses;
    bool strict;
    bool compatible;
  } kCases[] = {
      {"in the block", {"10.0.0.0/8"}, {"10.1.2.3"}, true, true},
      {"in no block", {"10.0.0.0/8"}, {"8.8.8.8"}, false, false},
      {"all in blocks", {"10.0.0.0/8", "fd00::/8"}, {"10.9.9.9", "fd00::9"}, true, true},
      {"one in a block", {"10.0.0.0/8"}, {"10.9.9.9", "fd00::9"}, false, true},
      {"the last in a block", {"10.0.0.0/8"}, {"8.8.8.8", "9.9.9.9", "10.0.0.1"}, false, true},
      {"name of loopback", {}, {"127.0.0.1"}, false, true},
      {"name of loopback and a public address", {}, {"127.0.0.1", "8.8.8.8"}, false, true},
      {"implicit block does not complete", {"10.0.0.0/8"}, {"10.0.0.1", "127.0.0.1"}, false, true},
      {"loopback written down", {"127.0.0.0/8"}, {"127.0.0.1"}, true, true},
      {"IPv6 loopback", {}, {"::1"}, false, false},
  };
  for (const auto& test : kCases) {
    for (const InsecureMatch match : {kStrict, kCompatible}) {
      const DnsAnswer addresses = Addresses(test.addresses);
      const InsecureDecision decision =
          MatchInsecureByAddresses(*Make(match, test.insecure), addresses);
      EXPECT_EQ(decision.insecure, match == kStrict ? test.strict : test.compatible)
          << test.name << ", policy " << int(match);
      EXPECT_EQ(decision.checked_addresses, addresses) << test.name;
    }
  }
}

TEST(MatchInsecureByAddressesTest, NoAddressIsSecure) {
  for (const InsecureMatch match : {kStrict, kCompatible}) {
    const auto config = Make(match, {"0.0.0.0/0", "::/0"});
    EXPECT_FALSE(MatchInsecureByAddresses(*config, nullptr).insecure);
    EXPECT_FALSE(MatchInsecureByAddresses(*config, Addresses({})).insecure);
    EXPECT_THAT(MatchInsecureByAddresses(*config, nullptr).checked_addresses, IsNull());
  }
}

TEST(MatchNondistributableTest, ByName) {
  const struct {
    const char* name;
    Strings list;
    const char* hostname;
    std::optional<bool> want;
  } kCases[] = {
      {"nothing configured", {}, "reg", false},
      {"listed", {"reg:5000"}, "reg:5000", true},
      {"listed with another port", {"reg:5000"}, "reg", false},
      {"Docker Hub, listed", {"docker.io"}, "docker.io", true},
      {"address in a block", {"10.0.0.0/8"}, "10.1.2.3:443", true},
      {"address in no block", {"10.0.0.0/8"}, "127.0.0.1", false},
      {"name, and a block", {"10.0.0.0/8"}, "reg:443", std::nullopt},
      {"localhost, and a block", {"127.0.0.0/8"}, "localhost", std::nullopt},
      {"IPv6 with a zone", {"fe80::/10"}, "[fe80::1%eth0]:443", true},
      {"no name", {"10.0.0.0/8"}, "[10.1.2.3]", false},
  };
  for (const auto& test : kCases) {
    for (const InsecureMatch match : {kStrict, kCompatible}) {
      EXPECT_EQ(MatchNondistributableByName(*Make(match, {}, test.list), test.hostname), test.want)
          << test.name;
    }
  }
}

TEST(MatchNondistributableTest, ByAnyAddressUnderBothPolicies) {
  for (const InsecureMatch match : {kStrict, kCompatible}) {
    const auto config = Make(match, {"0.0.0.0/0"}, {"10.0.0.0/8"});
    EXPECT_TRUE(MatchNondistributableByAddresses(*config, Addresses({"8.8.8.8", "10.0.0.1"})));
    EXPECT_FALSE(MatchNondistributableByAddresses(*config, Addresses({"8.8.8.8"})));
    EXPECT_FALSE(MatchNondistributableByAddresses(*config, nullptr));
  }
}

}  // namespace
}  // namespace registryd
