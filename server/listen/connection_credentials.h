#ifndef REGISTRYD_SERVER_LISTEN_CONNECTION_CREDENTIALS_H_
#define REGISTRYD_SERVER_LISTEN_CONNECTION_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "server/listen/connection_count.h"
#include "server/listen/core_credentials.h"

namespace registryd {

// Decorates a listener's credentials with what gRPC leaves out, as a last step
// of each connection's handshake:
//
// - The connection has a Hold on `count` from the moment that gRPC is handed its
//   descriptor, so also while it shakes hands, until gRPC has let go of it.
// - Over a Unix socket the calls' grpc::AuthContext tells who connected: see
//   peer_properties.h. A connection whose peer the kernel does not name is
//   closed.
//
// docs/adr/0004-unix-peer-identity.md tells why this and not something else.
std::shared_ptr<grpc::ServerCredentials> UnixConnectionCredentials(
    std::shared_ptr<ConnectionCount> count);
std::shared_ptr<grpc::ServerCredentials> PlainTextConnectionCredentials(
    std::shared_ptr<ConnectionCount> count);
std::shared_ptr<grpc::ServerCredentials> TlsConnectionCredentials(
    CoreCredentials tls, std::shared_ptr<ConnectionCount> count);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_CONNECTION_CREDENTIALS_H_
