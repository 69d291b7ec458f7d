#ifndef REGISTRYD_SERVER_SERVICE_CALLER_IDENTIFIER_H_
#define REGISTRYD_SERVER_SERVICE_CALLER_IDENTIFIER_H_

#include <functional>

#include "absl/status/status.h"
#include "grpcpp/server_context.h"
#include "server/listen/caller_identity.h"

namespace registryd {

// Says who makes the call of a context. Thread-safe. In production IdentifyCaller
// with main's policy; in tests whoever the test wants.
using CallerIdentifier = std::function<CallerIdentity(const grpc::ServerContextBase&)>;

// PERMISSION_DENIED (ADMIN_REQUIRED) unless `caller` is an admin.
absl::Status RequireAdmin(const CallerIdentity& caller);

// PERMISSION_DENIED unless `caller` may be sent private keys: ADMIN_REQUIRED if
// it is no admin, CHANNEL_NOT_PRIVATE if others could read along.
absl::Status RequirePrivateAdmin(const CallerIdentity& caller);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_CALLER_IDENTIFIER_H_
