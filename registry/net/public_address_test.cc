#include "registry/net/public_address.h"

#include <gtest/gtest.h>

#include "absl/strings/string_view.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

bool IsPublicText(absl::string_view text) { return IsPublic(IpAddress::Parse(text).value()); }

// A block that is not public, and what lies right before and behind it.
struct BlockCase {
  const char* name;
  absl::string_view first;
  absl::string_view last;
  // Empty: nothing, or what is not public either.
  absl::string_view before = "";
  absl::string_view behind = "";
};

class SecurityRow2Block : public testing::TestWithParam<BlockCase> {};

TEST_P(SecurityRow2Block, EndsWhereItShould) {
  const BlockCase& block = GetParam();
  EXPECT_FALSE(IsPublicText(block.first));
  EXPECT_FALSE(IsPublicText(block.last));
  EXPECT_TRUE(block.before.empty() || IsPublicText(block.before));
  EXPECT_TRUE(block.behind.empty() || IsPublicText(block.behind));
}

INSTANTIATE_TEST_SUITE_P(
    V4, SecurityRow2Block,
    testing::Values(
        BlockCase{"ThisNetwork", "0.0.0.0", "0.255.255.255", "", "1.0.0.0"},
        BlockCase{"Private10", "10.0.0.0", "10.255.255.255", "9.255.255.255", "11.0.0.0"},
        BlockCase{"CarrierNat", "100.64.0.0", "100.127.255.255", "100.63.255.255", "100.128.0.0"},
        BlockCase{"Loopback", "127.0.0.0", "127.255.255.255", "126.255.255.255", "128.0.0.0"},
        BlockCase{"LinkLocal", "169.254.0.0", "169.254.255.255", "169.253.255.255", "169.255.0.0"},
        BlockCase{"Private172", "172.16.0.0", "172.31.255.255", "172.15.255.255", "172.32.0.0"},
        BlockCase{"ProtocolAssignments", "192.0.0.0", "192.0.0.255", "191.255.255.255",
                  "192.0.1.0"},
        BlockCase{"Documentation1", "192.0.2.0", "192.0.2.255", "192.0.1.255", "192.0.3.0"},
        BlockCase{"Relays", "192.88.99.0", "192.88.99.255", "192.88.98.255", "192.88.100.0"},
        BlockCase{"Private192", "192.168.0.0", "192.168.255.255", "192.167.255.255", "192.169.0.0"},
        BlockCase{"Benchmarks", "198.18.0.0", "198.19.255.255", "198.17.255.255", "198.20.0.0"},
        BlockCase{"Documentation2", "198.51.100.0", "198.51.100.255", "198.51.99.255",
                  "198.51.101.0"},
        BlockCase{"Documentation3", "203.0.113.0", "203.0.113.255", "203.0.112.255", "203.0.114.0"},
        BlockCase{"Multicast", "224.0.0.0", "239.255.255.255", "223.255.255.255"},
        BlockCase{"Reserved", "240.0.0.0", "255.255.255.255"}),
    [](const testing::TestParamInfo<BlockCase>& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    V6, SecurityRow2Block,
    testing::Values(
        BlockCase{"BelowGlobal", "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "", "2000::"},
        BlockCase{"AboveGlobal", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
                  "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        BlockCase{"ProtocolAssignments", "2001:1::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff",
                  "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::"},
        BlockCase{"Documentation", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff",
                  "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
        BlockCase{"Documentation2", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff",
                  "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::"},
        BlockCase{"Loopback", "::1", "::1"}, BlockCase{"Compatible", "::2", "::8.8.8.8"},
        BlockCase{"Translated", "::ffff:0:0", "::ffff:0:808:808"},
        BlockCase{"Discard", "100::", "100::ffff:ffff:ffff:ffff"},
        BlockCase{"LocalNat64", "64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:808:808"},
        BlockCase{"SegmentRouting", "5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        BlockCase{"UniqueLocal", "fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        BlockCase{"LinkLocal", "fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        BlockCase{"SiteLocal", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        BlockCase{"Multicast", "ff00::", "ff02::1"}),
    [](const testing::TestParamInfo<BlockCase>& info) { return info.param.name; });

struct AddressCase {
  const char* name;
  absl::string_view address;
  bool is_public;
};

class SecurityRow2CarriedV4 : public testing::TestWithParam<AddressCase> {};

TEST_P(SecurityRow2CarriedV4, Decides) {
  EXPECT_EQ(IsPublicText(GetParam().address), GetParam().is_public);
}

INSTANTIATE_TEST_SUITE_P(
    All, SecurityRow2CarriedV4,
    testing::Values(AddressCase{"MappedPublic", "::ffff:8.8.8.8", true},
                    AddressCase{"MappedLoopback", "::ffff:127.0.0.1", false},
                    AddressCase{"MappedHexadecimal", "::ffff:7f00:1", false},
                    AddressCase{"MappedMetadata", "::ffff:169.254.169.254", false},
                    AddressCase{"Nat64Public", "64:ff9b::8.8.8.8", true},
                    AddressCase{"Nat64Loopback", "64:ff9b::127.0.0.1", false},
                    AddressCase{"Nat64Private", "64:ff9b::10.0.0.1", false},
                    AddressCase{"Nat64Last", "64:ff9b::255.255.255.255", false},
                    AddressCase{"BehindNat64", "64:ff9b::1:808:808", false},
                    AddressCase{"SixToFourPublic", "2002:808:808::1", true},
                    AddressCase{"SixToFourPrivate", "2002:c0a8:101::1", false},
                    AddressCase{"SixToFourLoopback", "2002:7f00:1::", false},
                    AddressCase{"BehindSixToFour", "2003:7f00:1::", true},
                    AddressCase{"TeredoPublic", "2001:0:808:808::f7f7:f7f7", true},
                    AddressCase{"TeredoPrivateClient", "2001:0:808:808::f5ff:fffe", false},
                    AddressCase{"TeredoPrivateServer", "2001:0:a00:1::f7f7:f7f7", false},
                    AddressCase{"Public", "2606:4700:4700::1111", true},
                    AddressCase{"PublicV4", "1.1.1.1", true}),
    [](const testing::TestParamInfo<AddressCase>& info) { return info.param.name; });

}  // namespace
}  // namespace registryd
