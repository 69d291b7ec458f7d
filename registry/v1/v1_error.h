#ifndef REGISTRYD_REGISTRY_V1_V1_ERROR_H_
#define REGISTRYD_REGISTRY_V1_V1_ERROR_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/v1/v1_requests.h"

namespace registryd {

// What Docker Engine says of a 401 in some places.
inline constexpr absl::string_view kV1Unauthorized = "unauthorized: authentication required";

// What `answer`, which means no success, is to our caller: code and details that
// RegistryError has for its status, behind Docker Engine's own words for it, "HTTP code 404", and
// with what the registry says.
absl::Status V1Error(absl::string_view words, const V1Answer& answer, absl::Time now);

// The registry has the image: ALREADY_EXISTS (REGISTRY_FAILED) for the body
// {"error": "Image already exists"}, OK for all others. More members may be there, texts
// or null: Docker Engine reads a map of texts.
absl::Status CheckAlreadyExists(const V1Answer& answer);

// INTERNAL (RESPONSE_INVALID).
absl::Status InvalidV1Answer(absl::string_view message);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_ERROR_H_
