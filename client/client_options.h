#ifndef REGISTRYD_CLIENT_CLIENT_OPTIONS_H_
#define REGISTRYD_CLIENT_CLIENT_OPTIONS_H_

#include <optional>
#include <string>

#include "absl/time/time.h"

namespace registryd::client {

// How TLS is spoken to the service. Files hold PEM and are read once.
struct TlsOptions {
  // Trusted authorities. Empty: the system's.
  std::string ca_file;
  // The client's certificate and its key: both or neither.
  std::string cert_file;
  std::string key_file;
  // The name that the service's certificate must have. Empty: the address's
  // host.
  std::string server_name;
};

// How a service is reached.
struct ClientOptions {
  // `unix:PATH` or `HOST:PORT`. Empty: DefaultAddress().
  std::string address;
  // Missing: plain text to this machine (a Unix socket, a loopback address),
  // TLS with the system's authorities to any other.
  std::optional<TlsOptions> tls;
  // For calls without a deadline of their own. Positive.
  absl::Duration timeout = absl::Seconds(5);
  // Goes before gRPC's own `User-Agent`. Empty: that alone.
  std::string user_agent;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_CLIENT_OPTIONS_H_
