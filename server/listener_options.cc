#include "server/listener_options.h"

#include <string>
#include <utility>

namespace registryd {

absl::StatusOr<ListenersOptions> MakeListenersOptions(const Settings& settings) {
  ListenersOptions options;
  for (const std::string& text : settings.listen) {
    auto address = ListenAddress::Parse(text);
    if (!address.ok()) return address.status();
    options.addresses.push_back(*std::move(address));
  }
  options.max_connections = settings.max_connections;
  options.max_connections_per_listener = settings.max_connections;
  if (!settings.tls_cert.empty()) {
    options.tls.emplace();
    options.tls->certificate_file = settings.tls_cert;
    options.tls->key_file = settings.tls_key;
    options.tls->client_ca_file = settings.tls_client_ca;
    options.tls->require_client_certificate = settings.tls_client_auth == TlsClientAuth::kRequire;
  }
  return options;
}

}  // namespace registryd
