#include "registry/config/host_port.h"

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "registry/net/ip_address.h"
#include "registry/reference/grammar.h"
#include "registry/uri/atoi.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

constexpr int64_t kMaxPort = 65535;

// `part` of `text` is at fault. What may be a password is not shown: people paste
// whole URLs.
absl::Status Invalid(absl::string_view what, absl::string_view part, absl::string_view text) {
  return absl::InvalidArgumentError(
      absl::StrCat("invalid ", what, " ", Quote(MaskPart(part, FindPassword(text)))));
}

}  // namespace

std::optional<HostPort> SplitHostPort(absl::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == text.npos) return std::nullopt;
  if (text[0] != '[') {
    const absl::string_view host = text.substr(0, colon);
    if (host.find(':') != host.npos || text.find('[') != text.npos || text.find(']') != text.npos) {
      return std::nullopt;
    }
    return HostPort{host, text.substr(colon + 1)};
  }
  const size_t end = text.find(']');
  if (end == text.npos || end + 1 != colon) return std::nullopt;
  if (text.find('[', 1) != text.npos || text.find(']', colon) != text.npos) return std::nullopt;
  return HostPort{text.substr(1, end - 1), text.substr(colon + 1)};
}

absl::string_view HostOf(absl::string_view hostname) {
  const std::optional<HostPort> split = SplitHostPort(hostname);
  return split.has_value() ? split->host : hostname;
}

absl::Status ValidateHostPort(absl::string_view text) {
  const HostPort split = SplitHostPort(text).value_or(HostPort{text, ""});
  if (!grammar::IsDomain(text) && !IpAddress::Parse(split.host).has_value()) {
    return Invalid("host", split.host, text);
  }
  if (split.port.empty()) return absl::OkStatus();
  const absl::StatusOr<int64_t> port = Atoi(split.port, MaskPart(split.port, FindPassword(text)));
  if (!port.ok()) return port.status();
  if (*port < 0 || *port > kMaxPort) return Invalid("port", split.port, text);
  return absl::OkStatus();
}

}  // namespace registryd
