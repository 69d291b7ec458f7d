#ifndef REGISTRYD_CLIENT_ADDRESS_H_
#define REGISTRYD_CLIENT_ADDRESS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd::client {

// The socket and port that registryd listens on unless told otherwise, and the
// environment variable that says where it does.
inline constexpr absl::string_view kDefaultSocket = "/run/registryd/registryd.sock";
inline constexpr absl::string_view kDefaultHostPort = "127.0.0.1:50051";
inline constexpr char kAddressVariable[] = "REGISTRYD_ADDRESS";

// Where a service is reached.
struct Address {
  // For gRPC, with an explicit scheme: `unix:/run/x.sock`, `dns:///host:1`.
  std::string target;
  // A Unix socket.
  bool unix_socket = false;
  // Bytes sent there do not leave this machine: a Unix socket, a loopback
  // address, or `localhost`.
  bool local = false;
};

// Reads `unix:PATH` or `HOST:PORT`, where HOST is a name, an IPv4 address or an
// IPv6 address in brackets. Abstract sockets and gRPC's other schemes are
// refused. Returns INVALID_ARGUMENT that says what to write instead.
absl::StatusOr<Address> ParseAddress(absl::string_view text);

// $REGISTRYD_ADDRESS if it is set and not empty, else the socket of a service of
// the user's own ($XDG_RUNTIME_DIR/registryd/registryd.sock) if there is one,
// else the default socket if it exists, else the default port on this machine.
std::string DefaultAddress();

// DefaultAddress by the given variable, which may be null, and sockets.
std::string DefaultAddress(const char* variable, const std::vector<std::string>& sockets);

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_ADDRESS_H_
