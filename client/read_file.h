#ifndef REGISTRYD_CLIENT_READ_FILE_H_
#define REGISTRYD_CLIENT_READ_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace registryd::client {

// The whole content of a file. Returns NOT_FOUND, PERMISSION_DENIED or another
// status that suits the system's error; the message names the file.
absl::StatusOr<std::string> ReadFile(const std::string& path);

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_READ_FILE_H_
