#ifndef REGISTRYD_SERVER_LISTEN_CORE_CREDENTIALS_H_
#define REGISTRYD_SERVER_LISTEN_CORE_CREDENTIALS_H_

#include <grpc/grpc_security.h>

#include <memory>

namespace registryd {

struct ReleaseCoreCredentials {
  void operator()(grpc_server_credentials* credentials) const {
    grpc_server_credentials_release(credentials);
  }
};

// Server credentials of gRPC's C core, owned.
using CoreCredentials = std::unique_ptr<grpc_server_credentials, ReleaseCoreCredentials>;

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_CORE_CREDENTIALS_H_
