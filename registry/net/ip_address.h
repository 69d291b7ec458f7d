#ifndef REGISTRYD_REGISTRY_NET_IP_ADDRESS_H_
#define REGISTRYD_REGISTRY_NET_IP_ADDRESS_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// An IPv4 or IPv6 address, parsed and printed as Go's net.ParseIP and IP.String
// do: no leading zeros in IPv4, no zone, IPv4-mapped IPv6 is the IPv4 address.
class IpAddress {
 public:
  // nullopt unless the whole of `text` is an address, without brackets.
  static std::optional<IpAddress> Parse(absl::string_view text);
  // `bytes` holds 4 or 16 bytes in network order; nullopt for other sizes.
  static std::optional<IpAddress> FromBytes(absl::string_view bytes);

  bool is_v4() const { return v4_; }
  // 127.0.0.0/8 or ::1.
  bool is_loopback() const;
  // The 16-byte form; IPv4 as ::ffff:a.b.c.d.
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }

  std::string ToString() const;

  friend bool operator==(const IpAddress& a, const IpAddress& b) { return a.bytes_ == b.bytes_; }
  friend bool operator!=(const IpAddress& a, const IpAddress& b) { return !(a == b); }
  template <typename H>
  friend H AbslHashValue(H h, const IpAddress& a) {
    return H::combine(std::move(h), a.bytes_);
  }

 private:
  std::array<uint8_t, 16> bytes_{};
  bool v4_ = false;
};

// A block of addresses, in masked form, with the rules of Go's net.ParseCIDR,
// IPNet.Contains and IPNet.String: an IPv4 address is in an IPv6 block of the
// mapped range only as Go has it.
class Cidr {
 public:
  static std::optional<Cidr> Parse(absl::string_view text);

  bool Contains(const IpAddress& address) const;
  // "10.0.0.0/8": the network address, masked.
  std::string ToString() const;

  friend bool operator==(const Cidr& a, const Cidr& b) {
    return a.network_ == b.network_ && a.prefix_length_ == b.prefix_length_ && a.v4_ == b.v4_;
  }

 private:
  std::array<uint8_t, 16> network_{};
  int prefix_length_ = 0;  // Of 32 for IPv4, of 128 for IPv6.
  bool v4_ = false;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_IP_ADDRESS_H_
