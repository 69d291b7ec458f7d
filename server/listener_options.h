#ifndef REGISTRYD_SERVER_LISTENER_OPTIONS_H_
#define REGISTRYD_SERVER_LISTENER_OPTIONS_H_

#include "absl/status/statusor.h"
#include "server/listen/listeners.h"
#include "server/settings/settings.h"

namespace registryd {

// What `settings` say about listening. INVALID_ARGUMENT for an address that is none.
absl::StatusOr<ListenersOptions> MakeListenersOptions(const Settings& settings);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTENER_OPTIONS_H_
