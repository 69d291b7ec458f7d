#ifndef REGISTRYD_SERVER_SERVICE_V1_CALL_TARGET_H_
#define REGISTRYD_SERVER_SERVICE_V1_CALL_TARGET_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_table.h"

namespace registryd {

// Returns INVALID_ARGUMENT (FIELD_MISSING, field `field`) for an empty id.
absl::Status CheckV1SessionId(absl::string_view id, absl::string_view field = "session_id");

// The session that a call names in `field`. Errors: those of CheckV1SessionId and
// V1SessionTable::Find.
absl::StatusOr<std::shared_ptr<V1Session>> FindV1Session(V1SessionTable& sessions,
                                                         absl::string_view id,
                                                         absl::string_view caller,
                                                         absl::string_view field = "session_id");

// The registry that a call of `session` is for, as HostLabel shows it. `registry` is the
// base URL that it names; empty: the session's endpoint.
std::string V1RegistryLabel(const V1Session& session, absl::string_view registry);

// What `endpoint`, of CreateSession, is for, as HostLabel shows it.
std::string V1EndpointLabel(absl::string_view endpoint);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_CALL_TARGET_H_
