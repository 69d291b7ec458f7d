#ifndef REGISTRYD_REGISTRY_CONFIG_HOST_PORT_H_
#define REGISTRYD_REGISTRY_CONFIG_HOST_PORT_H_

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace registryd {

// Views into the text that was split.
struct HostPort {
  absl::string_view host;  // Without brackets.
  absl::string_view port;  // May be empty: "host:" has an empty port.
};

// Splits HOST:PORT or [HOST]:PORT as Go's net.SplitHostPort does. nullopt without
// a port, and for an IPv6 address without brackets.
std::optional<HostPort> SplitHostPort(absl::string_view text);

// The host of HOST[:PORT]; the whole text if it cannot be split. As in Docker
// Engine, "[::1]" without a port keeps its brackets, and so is no address.
absl::string_view HostOf(absl::string_view hostname);

// Checks an entry of Docker's insecure-registries: a reference's domain, or an IP
// address with or without a port. Returns INVALID_ARGUMENT with Docker Engine's
// words, and without details: the caller knows the field.
absl::Status ValidateHostPort(absl::string_view text);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_CONFIG_HOST_PORT_H_
