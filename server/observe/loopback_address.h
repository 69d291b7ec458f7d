#ifndef REGISTRYD_SERVER_OBSERVE_LOOPBACK_ADDRESS_H_
#define REGISTRYD_SERVER_OBSERVE_LOOPBACK_ADDRESS_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd {

// A port on this machine that no other machine reaches.
struct LoopbackAddress {
  // From 127.0.0.1:9464, [::1]:9464 or localhost:9464 (which is 127.0.0.1, without
  // asking anyone). Port 0 means any free one. INVALID_ARGUMENT, saying what was
  // expected, for other forms and for addresses beyond loopback.
  static absl::StatusOr<LoopbackAddress> Parse(absl::string_view text);

  std::string host;  // An IP literal without brackets.
  uint16_t port = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_LOOPBACK_ADDRESS_H_
