#ifndef REGISTRYD_SERVER_CHECK_SETTINGS_H_
#define REGISTRYD_SERVER_CHECK_SETTINGS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "server/settings/settings.h"

namespace registryd {

// Whether registryd could work with `settings`: the registries' lists, the
// addresses, the TLS files, Docker's config.json and the state folder, all without
// opening a socket or writing anything. Returns what to look at in settings that are
// usable, a sentence each; the first fault otherwise: INVALID_ARGUMENT,
// FAILED_PRECONDITION, DATA_LOSS or, if the state has to be written and cannot be,
// UNAVAILABLE.
absl::StatusOr<std::vector<std::string>> CheckSettings(const Settings& settings);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_CHECK_SETTINGS_H_
