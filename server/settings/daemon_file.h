#ifndef REGISTRYD_SERVER_SETTINGS_DAEMON_FILE_H_
#define REGISTRYD_SERVER_SETTINGS_DAEMON_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/settings/setting.h"

namespace registryd {

// Larger configuration files are refused.
inline constexpr size_t kMaxDaemonFileBytes = 4 << 20;

// What a configuration file sets.
struct DaemonFile {
  SettingValues values;
  // Keys at its top that are neither of the three lists nor "registryd", sorted:
  // another program's business.
  std::vector<std::string> ignored_keys;
};

// Reads a file in the form of Docker's daemon.json. The three lists of registries
// stand at its top, as Docker has them; every other setting in an object
// "registryd". An empty file sets nothing, as with Docker.
//
//   {"registry-mirrors": ["https://mirror.example"], "registryd": {"log-level": "debug"}}
//
// Each returns INVALID_ARGUMENT (SETTING_INVALID) with a message that begins with
// `name` and, where a value is at fault, its path: for what is not JSON (position
// given), a key that stands twice, a wrong type, or a key of "registryd" that is
// no setting (the nearest one is named).
absl::StatusOr<DaemonFile> ParseDaemonFile(absl::string_view name, absl::string_view text);

// As above, for the file at `path`, which must be a regular one (or a link to
// one) of at most kMaxDaemonFileBytes. UNAVAILABLE (SETTING_INVALID) if it could not be
// read for a cause that may pass, as want of file descriptors.
absl::StatusOr<DaemonFile> ReadDaemonFile(const std::string& path);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_DAEMON_FILE_H_
