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
// usable, a sentence each; INVALID_ARGUMENT or FAILED_PRECONDITION with the first
// fault.
absl::StatusOr<std::vector<std::string>> CheckSettings(const Settings& settings);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_CHECK_SETTINGS_H_
