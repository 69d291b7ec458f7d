#ifndef REGISTRYD_REGISTRY_V1_SESSION_ID_H_
#define REGISTRYD_REGISTRY_V1_SESSION_ID_H_

#include <string>

#include "absl/status/statusor.h"

namespace registryd {

// 256 random bits of the kernel's, in hexadecimal. INTERNAL if it gives none.
absl::StatusOr<std::string> NewSessionId();

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_SESSION_ID_H_
