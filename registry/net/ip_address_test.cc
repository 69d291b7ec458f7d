#include "registry/net/ip_address.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace registryd {
namespace {

constexpr absl::string_view kInvalid = "(invalid)";

// The tables hold what Go's net package answers.
struct AddressCase {
  absl::string_view text;
  absl::string_view printed;  // IP.String of what net.ParseIP returns.
  bool loopback;              // IP.IsLoopback.
};

constexpr AddressCase kAddressCases[] = {
    {"0.0.0.0", "0.0.0.0", false},
    {"127.0.0.1", "127.0.0.1", true},
    {"127.255.255.255", "127.255.255.255", true},
    {"126.255.255.255", "126.255.255.255", false},
    {"128.0.0.0", "128.0.0.0", false},
    {"255.255.255.255", "255.255.255.255", false},
    {"256.0.0.1", kInvalid, false},
    {"1.2.3.256", kInvalid, false},
    {"1.2.3.999", kInvalid, false},
    {"01.2.3.4", kInvalid, false},
    {"1.2.3.04", kInvalid, false},
    {"00.0.0.0", kInvalid, false},
    {"1.2.3", kInvalid, false},
    {"1.2.3.4.5", kInvalid, false},
    {"1.2.3.4.", kInvalid, false},
    {".1.2.3.4", kInvalid, false},
    {"1..2.3", kInvalid, false},
    {"1.2.3.", kInvalid, false},
    {"127.1", kInvalid, false},
    {"2130706433", kInvalid, false},
    {"0x7f.0.0.1", kInvalid, false},
    {"0177.0.0.1", kInvalid, false},
    {"1.2.3.4 ", kInvalid, false},
    {" 1.2.3.4", kInvalid, false},
    {"1.2.3.-4", kInvalid, false},
    {"1.2.3.+4", kInvalid, false},
    {"1.2.3.a", kInvalid, false},
    {"1.2.3.4%eth0", kInvalid, false},
    {"", kInvalid, false},
    {".", kInvalid, false},
    {"...", kInvalid, false},
    {"a.b.c.d", kInvalid, false},
    {"localhost", kInvalid, false},
    {"::", "::", false},
    {"::1", "::1", true},
    {"::2", "::2", false},
    {"1::", "1::", false},
    {"0:0:0:0:0:0:0:1", "::1", true},
    {"0:0:0:0:0:0:0:0", "::", false},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", false},
    {"1:2:3:4:5:6:7", kInvalid, false},
    {"1:2:3:4:5:6:7:8:9", kInvalid, false},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", false},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", false},
    {"1:2:3:4::5:6:7:8", kInvalid, false},
    {"1:2:3:4:5:6:7:8::", kInvalid, false},
    {"::1:2:3:4:5:6:7:8", kInvalid, false},
    {"1:2:3:0:0:6:7:8", "1:2:3::6:7:8", false},
    {"1:0:3:4:5:6:7:8", "1:0:3:4:5:6:7:8", false},
    {"1:0:0:4:0:0:7:8", "1::4:0:0:7:8", false},
    {"1:0:0:4:0:0:0:8", "1:0:0:4::8", false},
    {"0:0:3:4:5:6:0:0", "::3:4:5:6:0:0", false},
    {"0:1:0:1:0:1:0:1", "0:1:0:1:0:1:0:1", false},
    {"2001:DB8::ABCD", "2001:db8::abcd", false},
    {"2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1", false},
    {"02001:db8::1", kInvalid, false},
    {"12345::", kInvalid, false},
    {"g::", kInvalid, false},
    {":", kInvalid, false},
    {":::", kInvalid, false},
    {"::::", kInvalid, false},
    {"1:::2", kInvalid, false},
    {"1::2::3", kInvalid, false},
    {":1::2", kInvalid, false},
    {"1::2:", kInvalid, false},
    {":1:2:3:4:5:6:7", kInvalid, false},
    {"1:2:3:4:5:6:7:", kInvalid, false},
    {"[::1]", kInvalid, false},
    {"fe80::1%eth0", kInvalid, false},
    {"fe80::1%", kInvalid, false},
    {"%eth0", kInvalid, false},
    {"::%", kInvalid, false},
    {"::ffff:127.0.0.1", "127.0.0.1", true},
    {"::ffff:7f00:1", "127.0.0.1", true},
    {"::FFFF:10.1.2.3", "10.1.2.3", false},
    {"0:0:0:0:0:ffff:10.1.2.3", "10.1.2.3", false},
    {"0:0:0:0:0:0:10.1.2.3", "::a01:203", false},
    {"::fffe:10.1.2.3", "::fffe:a01:203", false},
    {"::10.1.2.3", "::a01:203", false},
    {"::127.0.0.1", "::7f00:1", false},
    {"::ffff:0:127.0.0.1", "::ffff:0:7f00:1", false},
    {"64:ff9b::10.1.2.3", "64:ff9b::a01:203", false},
    {"1:2:3:4:5:6:10.1.2.3", "1:2:3:4:5:6:a01:203", false},
    {"1:2:3:4:5:10.1.2.3", kInvalid, false},
    {"1:2:3:4:5:6:7:10.1.2.3", kInvalid, false},
    {"1:2:3:4:5::10.1.2.3", "1:2:3:4:5:0:a01:203", false},
    {"1:2:3:4:5:6::10.1.2.3", kInvalid, false},
    {"10.1.2.3::", kInvalid, false},
    {"10.1.2.3:1", kInvalid, false},
    {"::10.1.2.3:1", kInvalid, false},
    {"::10.1.2", kInvalid, false},
    {"::10.1.2.3.4", kInvalid, false},
    {"::10.01.2.3", kInvalid, false},
    {"::ffff:256.0.0.1", kInvalid, false},
    {"::1.2.3.4 ", kInvalid, false},
    {":1.2.3.4", kInvalid, false},
    {"::ffff:1.2.3.4%eth0", kInvalid, false},
};

TEST(IpAddressTest, ParsesAndPrintsAsGo) {
  for (const AddressCase& c : kAddressCases) {
    SCOPED_TRACE(c.text);
    const std::optional<IpAddress> address = IpAddress::Parse(c.text);
    EXPECT_EQ(address.has_value() ? address->ToString() : kInvalid, c.printed);
    EXPECT_EQ(address.has_value() && address->is_loopback(), c.loopback);
  }
}

TEST(IpAddressTest, PrintedFormReadsBack) {
  for (const AddressCase& c : kAddressCases) {
    SCOPED_TRACE(c.text);
    if (c.printed == kInvalid) continue;
    EXPECT_EQ(IpAddress::Parse(c.text), IpAddress::Parse(c.printed));
  }
}

TEST(IpAddressTest, EmbeddedNulIsRefused) {
  EXPECT_EQ(IpAddress::Parse(absl::string_view("1.2.3.4\0", 8)), std::nullopt);
  EXPECT_EQ(IpAddress::Parse(absl::string_view("::1\0", 4)), std::nullopt);
}

TEST(IpAddressTest, MappedAddressIsTheIpv4Address) {
  const auto mapped = IpAddress::Parse("::ffff:10.1.2.3");
  const auto plain = IpAddress::Parse("10.1.2.3");
  ASSERT_TRUE(mapped.has_value() && plain.has_value());
  EXPECT_TRUE(mapped->is_v4());
  EXPECT_EQ(*mapped, *plain);
  EXPECT_EQ((absl::flat_hash_set<IpAddress>{*mapped, *plain}.size()), 1u);
  EXPECT_NE(*plain, *IpAddress::Parse("10.1.2.4"));
  EXPECT_FALSE(IpAddress::Parse("::10.1.2.3")->is_v4());
}

TEST(IpAddressTest, FromBytesTakesFourOrSixteen) {
  const std::string bytes("\x0a\x01\x02\xff", 4);
  const std::string mapped = std::string(10, '\0') + "\xff\xff" + bytes;
  const std::string v6 = "\x20\x01" + std::string(13, '\0') + "\x01";

  EXPECT_EQ(IpAddress::FromBytes(bytes)->ToString(), "10.1.2.255");
  EXPECT_TRUE(IpAddress::FromBytes(bytes)->is_v4());
  EXPECT_EQ(IpAddress::FromBytes(mapped), IpAddress::FromBytes(bytes));
  EXPECT_TRUE(IpAddress::FromBytes(mapped)->is_v4());
  EXPECT_EQ(IpAddress::FromBytes(v6)->ToString(), "2001::1");
  EXPECT_FALSE(IpAddress::FromBytes(v6)->is_v4());
}

TEST(IpAddressTest, FromBytesRefusesOtherSizes) {
  for (size_t size = 0; size <= 33; ++size) {
    const bool valid = size == 4 || size == 16;
    EXPECT_EQ(IpAddress::FromBytes(std::string(size, 'x')).has_value(), valid) << size;
  }
}

struct CidrCase {
  absl::string_view text;
  absl::string_view address;
  absl::string_view printed;  // IPNet.String of what net.ParseCIDR returns.
  bool contains;              // IPNet.Contains(address).
};

constexpr CidrCase kCidrCases[] = {
    {"10.0.0.0/8", "10.255.255.255", "10.0.0.0/8", true},
    {"10.0.0.0/8", "11.0.0.0", "10.0.0.0/8", false},
    {"10.1.2.3/8", "10.9.9.9", "10.0.0.0/8", true},
    {"10.1.2.3/0", "255.255.255.255", "0.0.0.0/0", true},
    {"10.1.2.3/0", "::1", "0.0.0.0/0", false},
    {"10.1.2.3/32", "10.1.2.3", "10.1.2.3/32", true},
    {"10.1.2.3/32", "10.1.2.2", "10.1.2.3/32", false},
    {"10.1.2.3/31", "10.1.2.2", "10.1.2.2/31", true},
    {"10.1.2.3/31", "10.1.2.4", "10.1.2.2/31", false},
    {"10.1.2.3/25", "10.1.2.127", "10.1.2.0/25", true},
    {"10.1.2.3/25", "10.1.2.128", "10.1.2.0/25", false},
    {"10.1.2.3/33", "10.1.2.3", kInvalid, false},
    {"10.1.2.3/08", "10.0.0.0", "10.0.0.0/8", true},
    {"10.1.2.3/008", "10.0.0.0", "10.0.0.0/8", true},
    {"10.1.2.3/00000000000000000000008", "10.0.0.0", "10.0.0.0/8", true},
    {"10.1.2.3/99999999999999999999", "10.0.0.0", kInvalid, false},
    {"10.1.2.3/", "10.0.0.0", kInvalid, false},
    {"10.1.2.3", "10.1.2.3", kInvalid, false},
    {"10.1.2.3/-1", "10.1.2.3", kInvalid, false},
    {"10.1.2.3/+8", "10.1.2.3", kInvalid, false},
    {"10.1.2.3/ 8", "10.1.2.3", kInvalid, false},
    {"10.1.2.3/8 ", "10.1.2.3", kInvalid, false},
    {"10.1.2.3/8/8", "10.1.2.3", kInvalid, false},
    {"10.1.2.3/255.0.0.0", "10.1.2.3", kInvalid, false},
    {"10.1.2/8", "10.1.2.3", kInvalid, false},
    {"010.1.2.3/8", "10.1.2.3", kInvalid, false},
    {"/8", "10.1.2.3", kInvalid, false},
    {"/", "10.1.2.3", kInvalid, false},
    {"", "10.1.2.3", kInvalid, false},
    {"127.0.0.0/8", "127.0.0.1", "127.0.0.0/8", true},
    {"127.0.0.0/8", "::ffff:127.0.0.1", "127.0.0.0/8", true},
    {"127.0.0.0/8", "::127.0.0.1", "127.0.0.0/8", false},
    {"127.0.0.0/8", "::1", "127.0.0.0/8", false},
    {"10.0.0.0/8", "::ffff:a01:203", "10.0.0.0/8", true},
    {"::1/128", "::1", "::1/128", true},
    {"::1/128", "::2", "::1/128", false},
    {"::1/128", "127.0.0.1", "::1/128", false},
    {"::1/129", "::1", kInvalid, false},
    {"::/0", "::1", "::/0", true},
    {"::/0", "1.2.3.4", "::/0", false},
    {"::/0", "::ffff:1.2.3.4", "::/0", false},
    {"::/1", "8000::", "::/1", false},
    {"::/1", "7fff::", "::/1", true},
    {"2001:db8:1:2:3::/48", "2001:db8:1:ffff::1", "2001:db8:1::/48", true},
    {"2001:db8:1:2:3::/48", "2001:db8:2::", "2001:db8:1::/48", false},
    {"2001:db8::/33", "2001:db8:7fff::", "2001:db8::/33", true},
    {"2001:db8::/33", "2001:db8:8000::", "2001:db8::/33", false},
    {"fd00::/8", "fdff::1", "fd00::/8", true},
    {"fd00::/8", "fe00::1", "fd00::/8", false},
    {"::ffff:10.0.0.0/104", "10.1.2.3", "10.0.0.0/8", true},
    {"::ffff:10.0.0.0/104", "::ffff:10.1.2.3", "10.0.0.0/8", true},
    {"::ffff:10.0.0.0/104", "11.1.2.3", "10.0.0.0/8", false},
    {"::ffff:10.0.0.0/104", "::10.1.2.3", "10.0.0.0/8", false},
    {"::ffff:10.1.2.3/128", "10.1.2.3", "10.1.2.3/32", true},
    {"::ffff:10.1.2.3/127", "10.1.2.2", "10.1.2.2/31", true},
    {"::ffff:10.1.2.3/96", "200.1.2.3", "0.0.0.0/0", true},
    {"::ffff:10.1.2.3/96", "::1", "0.0.0.0/0", false},
    {"::ffff:10.1.2.3/95", "10.1.2.3", "::fffe:0:0/95", false},
    {"::ffff:10.1.2.3/95", "::fffe:10.1.2.3", "::fffe:0:0/95", true},
    {"::ffff:10.1.2.3/90", "10.1.2.3", "::ffc0:0:0/90", false},
    {"::ffff:10.1.2.3/90", "::ffc0:1", "::ffc0:0:0/90", false},
    {"::ffff:10.1.2.3/80", "::ffff:10.1.2.3", "::/80", false},
    {"::ffff:10.1.2.3/80", "::1.2.3.4", "::/80", true},
    {"::ffff:10.1.2.3/8", "::1", "::/8", true},
    {"::ffff:10.1.2.3/33", "::1", "::/33", true},
    {"::ffff:a01:203/104", "10.1.2.3", "10.0.0.0/8", true},
    {"::ffff:10.0.0.0/129", "10.1.2.3", kInvalid, false},
    {"::10.0.0.0/104", "10.1.2.3", "::a00:0/104", false},
    {"::10.0.0.0/104", "::10.1.2.3", "::a00:0/104", true},
    {"fe80::%eth0/64", "fe80::1", kInvalid, false},
    {"fe80::/64%eth0", "fe80::1", kInvalid, false},
    {"[fd00::]/8", "fd00::1", kInvalid, false},
};

TEST(CidrTest, ParsesPrintsAndContainsAsGo) {
  for (const CidrCase& c : kCidrCases) {
    SCOPED_TRACE(std::string(c.text) + " contains " + std::string(c.address));
    const std::optional<Cidr> cidr = Cidr::Parse(c.text);
    const std::optional<IpAddress> address = IpAddress::Parse(c.address);
    ASSERT_TRUE(address.has_value());
    EXPECT_EQ(cidr.has_value() ? cidr->ToString() : kInvalid, c.printed);
    EXPECT_EQ(cidr.has_value() && cidr->Contains(*address), c.contains);
  }
}

TEST(CidrTest, EveryIpv4LengthHoldsExactlyItsBlock) {
  // The address differs from the block in one bit; the block holds it when that
  // bit lies behind the prefix.
  for (int length = 0; length <= 32; ++length) {
    const auto cidr = Cidr::Parse("0.0.0.0/" + std::to_string(length));
    ASSERT_TRUE(cidr.has_value()) << length;
    EXPECT_EQ(cidr->ToString(), "0.0.0.0/" + std::to_string(length));
    for (int bit = 0; bit < 32; ++bit) {
      std::string bytes(4, '\0');
      bytes[bit / 8] = static_cast<char>(0x80 >> (bit % 8));
      EXPECT_EQ(cidr->Contains(*IpAddress::FromBytes(bytes)), bit >= length)
          << "/" << length << " bit " << bit;
    }
  }
}

TEST(CidrTest, EveryIpv6LengthHoldsExactlyItsBlock) {
  for (int length = 0; length <= 128; ++length) {
    const auto cidr = Cidr::Parse("::/" + std::to_string(length));
    ASSERT_TRUE(cidr.has_value()) << length;
    for (int bit = 0; bit < 128; ++bit) {
      std::string bytes(16, '\0');
      bytes[bit / 8] = static_cast<char>(0x80 >> (bit % 8));
      EXPECT_EQ(cidr->Contains(*IpAddress::FromBytes(bytes)), bit >= length)
          << "/" << length << " bit " << bit;
    }
  }
}

TEST(CidrTest, EqualInMaskedForm) {
  EXPECT_EQ(Cidr::Parse("10.1.2.3/8"), Cidr::Parse("10.0.0.0/8"));
  EXPECT_FALSE(Cidr::Parse("10.0.0.0/8") == Cidr::Parse("10.0.0.0/9"));
  EXPECT_FALSE(Cidr::Parse("10.0.0.0/8") == Cidr::Parse("11.0.0.0/8"));
  EXPECT_FALSE(Cidr::Parse("0.0.0.0/0") == Cidr::Parse("::/0"));
}

TEST(CidrTest, BlockWrittenAsMappedHasAnotherMaskThoughItPrintsTheSame) {
  EXPECT_FALSE(Cidr::Parse("::ffff:10.0.0.0/104") == Cidr::Parse("10.0.0.0/8"));
  EXPECT_EQ(Cidr::Parse("::ffff:10.0.0.0/104")->ToString(), Cidr::Parse("10.0.0.0/8")->ToString());
}

}  // namespace
}  // namespace registryd
