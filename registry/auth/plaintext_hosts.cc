#include "registry/auth/plaintext_hosts.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/config/host_port.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

struct Place {
  std::string host;  // In lower case; an address in its usual form, without brackets.
  std::string port;  // May be empty.
};

Place PlaceOf(absl::string_view text) {
  HostPort split{text, ""};
  if (const std::optional<HostPort> parts = SplitHostPort(text)) {
    split = *parts;
  } else if (absl::ConsumePrefix(&split.host, "[")) {
    absl::ConsumeSuffix(&split.host, "]");
  }
  const std::optional<IpAddress> address = IpAddress::Parse(split.host);
  return {address.has_value() ? address->ToString() : absl::AsciiStrToLower(split.host),
          std::string(split.port)};
}

}  // namespace

absl::StatusOr<PlaintextHosts> PlaintextHosts::Create(absl::Span<const std::string> entries) {
  PlaintextHosts result;
  for (const std::string& entry : entries) {
    if (const absl::Status valid = ValidateHostPort(entry); !valid.ok()) {
      return Error(absl::StatusCode::kInvalidArgument, Reason::kSettingInvalid, valid.message());
    }
    const Place place = PlaceOf(entry);
    result.hosts_.insert(place.port.empty() ? place.host
                                            : absl::StrCat(place.host, " ", place.port));
  }
  return result;
}

bool PlaintextHosts::Allows(absl::string_view hostname) const {
  if (hosts_.empty()) return false;
  const Place place = PlaceOf(hostname);
  const absl::string_view port = place.port.empty() ? "80" : absl::string_view(place.port);
  return hosts_.contains(place.host) || hosts_.contains(absl::StrCat(place.host, " ", port));
}

}  // namespace registryd
