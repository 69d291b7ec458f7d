#include "server/observe/loopback_address.h"

#include <algorithm>
#include <limits>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

absl::Status Expected(absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("expected ", what));
}

// nullopt unless `text` is decimal digits alone.
std::optional<uint16_t> ParsePort(absl::string_view text) {
  uint32_t port = 0;
  if (!std::all_of(text.begin(), text.end(), absl::ascii_isdigit) || text.size() > 5 ||
      !absl::SimpleAtoi(text, &port) || port > std::numeric_limits<uint16_t>::max()) {
    return std::nullopt;
  }
  return static_cast<uint16_t>(port);
}

}  // namespace

absl::StatusOr<LoopbackAddress> LoopbackAddress::Parse(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return Expected("HOST:PORT");
  const auto port = ParsePort(text.substr(colon + 1));
  if (!port.has_value()) return Expected("a port from 0 to 65535 after the last colon");

  absl::string_view host = text.substr(0, colon);
  const bool brackets = absl::ConsumePrefix(&host, "[") && absl::ConsumeSuffix(&host, "]");
  if (host == "localhost" && !brackets) host = "127.0.0.1";
  const auto ip = IpAddress::Parse(host);
  if (!ip.has_value() || !ip->is_loopback() || ip->is_v4() == brackets) {
    return Expected("a loopback address: 127.0.0.1:PORT, [::1]:PORT or localhost:PORT");
  }
  return LoopbackAddress{std::string(host), *port};
}

}  // namespace registryd
