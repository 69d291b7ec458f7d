#ifndef REGISTRYD_SERVER_SERVICE_REQUEST_CREDENTIALS_H_
#define REGISTRYD_SERVER_SERVICE_REQUEST_CREDENTIALS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "registry/auth/auth_config.h"
#include "registry/v1/types.pb.h"
#include "server/listen/caller_identity.h"

namespace registryd {

// Whether there is more in `message` than the address of a server and an e-mail's.
bool HoldsCredentials(const ::registry::v1::AuthConfig& message);

// The credentials that a caller sent. `auth` is taken apart where user name and
// password are empty, NULs around the password cut. Returns INVALID_ARGUMENT (FIELD_INVALID, field
// "auth_config.auth") if that is not base64 of USERNAME:PASSWORD.
absl::StatusOr<std::shared_ptr<const AuthConfig>> CredentialsIn(
    const ::registry::v1::AuthConfig& message);

// OK if `caller` may have the service's own credentials used, and `message` holds none
// beside them. Errors: PERMISSION_DENIED (ADMIN_REQUIRED); INVALID_ARGUMENT
// (FIELD_INVALID, field "auth_config").
absl::Status CheckServiceCredentials(const CallerIdentity& caller,
                                     const ::registry::v1::AuthConfig& message);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_REQUEST_CREDENTIALS_H_
