#include "registry/endpoint/insecure_match.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "registry/config/host_port.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

constexpr absl::string_view kConfiguredIndex = "configured index";
constexpr absl::string_view kLoopbackAddress = "loopback address";
constexpr absl::string_view kLocalhost = "localhost";
constexpr absl::string_view kAddressInCidr = "address in an insecure CIDR";
constexpr absl::string_view kAllAddressesInCidrs = "all addresses in insecure CIDRs";
constexpr absl::string_view kNoRule = "no rule matches";
constexpr absl::string_view kNoAddress = "no rule matches the name, and it has no address";

// With the dot that may end it.
constexpr size_t kMaxDnsName = 254;

bool IsDnsCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
}

bool IsDnsName(absl::string_view host) {
  return !host.empty() && host.size() <= kMaxDnsName &&
         absl::c_all_of(host, [](char c) { return IsDnsCharacter(c); });
}

bool InAny(const std::vector<Cidr>& cidrs, const IpAddress& address) {
  return absl::c_any_of(cidrs, [&address](const Cidr& c) { return c.Contains(address); });
}

bool AnyInAny(const std::vector<Cidr>& cidrs, const DnsAnswer& addresses) {
  return addresses != nullptr && absl::c_any_of(*addresses, [&cidrs](const IpAddress& address) {
           return InAny(cidrs, address);
         });
}

DnsAnswer LoopbackAddresses() {
  static const DnsAnswer* const addresses =
      new DnsAnswer(std::make_shared<const std::vector<IpAddress>>(
          std::vector<IpAddress>{*IpAddress::Parse("127.0.0.1"), *IpAddress::Parse("::1")}));
  return *addresses;
}

// The address that `host` is written as, whatever zone it is in ("fe80::1%eth0").
std::optional<IpAddress> LiteralOf(absl::string_view host) {
  const size_t zone = host.find('%');
  if (zone == absl::string_view::npos) return IpAddress::Parse(host);
  if (zone + 1 == host.size() || !absl::StrContains(host.substr(0, zone), ':')) return std::nullopt;
  return IpAddress::Parse(host.substr(0, zone));
}

InsecureDecision MatchLiteral(const ServiceConfig& config, const IpAddress& address) {
  if (!InAny(config.insecure_registry_cidrs(), address)) return {false, kNoRule, nullptr};
  return {true, address.is_loopback() ? kLoopbackAddress : kAddressInCidr, nullptr};
}

}  // namespace

std::optional<InsecureDecision> MatchInsecureByName(const ServiceConfig& config,
                                                    absl::string_view hostname) {
  if (const auto index = config.index_configs().find(hostname);
      index != config.index_configs().end()) {
    return InsecureDecision{!index->second.secure, kConfiguredIndex, nullptr};
  }
  const absl::string_view host = HostOf(hostname);
  if (const auto address = LiteralOf(host)) return MatchLiteral(config, *address);
  if (config.insecure_match() == InsecureMatch::kStrict &&
      absl::EqualsIgnoreCase(host, "localhost")) {
    return InsecureDecision{true, kLocalhost, LoopbackAddresses()};
  }
  if (!config.insecure_match_needs_addresses() || !IsDnsName(host)) {
    return InsecureDecision{false, kNoRule, nullptr};
  }
  return std::nullopt;
}

InsecureDecision MatchInsecureByAddresses(const ServiceConfig& config, DnsAnswer addresses) {
  if (addresses == nullptr || addresses->empty()) return {false, kNoAddress, nullptr};
  if (config.insecure_match() == InsecureMatch::kCompatible) {
    const bool insecure = AnyInAny(config.insecure_registry_cidrs(), addresses);
    return {insecure, insecure ? kAddressInCidr : kNoRule, std::move(addresses)};
  }
  const bool insecure = absl::c_all_of(*addresses, [&config](const IpAddress& address) {
    return InAny(config.configured_insecure_cidrs(), address);
  });
  return {insecure, insecure ? kAllAddressesInCidrs : kNoRule, std::move(addresses)};
}

std::optional<bool> MatchNondistributableByName(const ServiceConfig& config,
                                                absl::string_view hostname) {
  if (config.allows_nondistributable_hostname(hostname)) return true;
  const std::vector<Cidr>& cidrs = config.allow_nondistributable_artifacts_cidrs();
  if (cidrs.empty()) return false;
  const absl::string_view host = HostOf(hostname);
  if (const auto address = LiteralOf(host)) return InAny(cidrs, *address);
  if (!IsDnsName(host)) return false;
  return std::nullopt;
}

bool MatchNondistributableByAddresses(const ServiceConfig& config, const DnsAnswer& addresses) {
  return AnyInAny(config.allow_nondistributable_artifacts_cidrs(), addresses);
}

}  // namespace registryd
