#ifndef REGISTRYD_SERVER_DEFAULT_SOCKET_H_
#define REGISTRYD_SERVER_DEFAULT_SOCKET_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "server/settings/environment.h"
#include "server/settings/settings.h"

namespace registryd {

// Makes the default Unix socket usable where the operator did not choose one, so
// that registryd starts without any setting: root gets its folder below /run
// made; another user's socket is in $XDG_RUNTIME_DIR/registryd, or, without that
// variable, left out with a note. Changes nothing where `listen` was set.
// The note is for an operator.
absl::Status PrepareDefaultSocket(Settings& settings, std::vector<std::string>& notes,
                                  const Environment& environment, uid_t user);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_DEFAULT_SOCKET_H_
