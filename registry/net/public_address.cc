#include "registry/net/public_address.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace registryd {
namespace {

std::vector<Cidr> ParseAll(std::initializer_list<absl::string_view> texts) {
  std::vector<Cidr> blocks;
  for (const absl::string_view text : texts) blocks.push_back(Cidr::Parse(text).value());
  return blocks;
}

bool IsInAny(const std::vector<Cidr>& blocks, const IpAddress& address) {
  return std::any_of(blocks.begin(), blocks.end(),
                     [&](const Cidr& block) { return block.Contains(address); });
}

bool IsPublicV4(const IpAddress& address) {
  static const auto* const kSpecial = new std::vector<Cidr>(ParseAll({
      "0.0.0.0/8",        // This network.
      "10.0.0.0/8",       // Private.
      "100.64.0.0/10",    // Behind a carrier's NAT.
      "127.0.0.0/8",      // Loopback.
      "169.254.0.0/16",   // Link-local; clouds keep their metadata here.
      "172.16.0.0/12",    // Private.
      "192.0.0.0/24",     // Protocol assignments.
      "192.0.2.0/24",     // Documentation.
      "192.88.99.0/24",   // 6to4 relays, withdrawn.
      "192.168.0.0/16",   // Private.
      "198.18.0.0/15",    // Benchmarks.
      "198.51.100.0/24",  // Documentation.
      "203.0.113.0/24",   // Documentation.
      "224.0.0.0/4",      // Multicast.
      "240.0.0.0/4",      // Reserved, and broadcast.
  }));
  return !IsInAny(*kSpecial, address);
}

// The IPv4 address at `offset` of the IPv6 one, with its bits flipped if `inverted`.
bool CarriesPublicV4(const IpAddress& address, size_t offset, bool inverted = false) {
  std::string bytes;
  for (size_t i = offset; i < offset + 4; ++i) {
    bytes += static_cast<char>(address.bytes()[i] ^ (inverted ? 0xff : 0));
  }
  return IsPublicV4(IpAddress::FromBytes(bytes).value());
}

}  // namespace

bool IsPublic(const IpAddress& address) {
  if (address.is_v4()) return IsPublicV4(address);

  static const Cidr kNat64 = Cidr::Parse("64:ff9b::/96").value();
  static const Cidr kGlobal = Cidr::Parse("2000::/3").value();
  static const Cidr k6to4 = Cidr::Parse("2002::/16").value();
  static const Cidr kTeredo = Cidr::Parse("2001::/32").value();
  static const auto* const kSpecial = new std::vector<Cidr>(ParseAll({
      "2001::/23",      // Protocol assignments: benchmarks, ORCHIDs and others.
      "2001:db8::/32",  // Documentation.
      "3fff::/20",      // Documentation.
  }));
  if (kNat64.Contains(address)) return CarriesPublicV4(address, 12);
  if (!kGlobal.Contains(address)) return false;
  if (k6to4.Contains(address)) return CarriesPublicV4(address, 2);
  // The server's address, and the client's.
  if (kTeredo.Contains(address)) {
    return CarriesPublicV4(address, 4) && CarriesPublicV4(address, 12, /*inverted=*/true);
  }
  return !IsInAny(*kSpecial, address);
}

}  // namespace registryd
