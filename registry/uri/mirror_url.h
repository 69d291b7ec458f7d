#ifndef REGISTRYD_REGISTRY_URI_MIRROR_URL_H_
#define REGISTRYD_REGISTRY_URI_MIRROR_URL_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/uri/url.h"

namespace registryd {

// Validates the address of a Docker Hub mirror: scheme http or https, no query,
// fragment or user information (a password is masked in the message). Returns it
// ending in exactly one added '/'. INVALID_ARGUMENT, MIRROR_INVALID, field "mirror".
absl::StatusOr<std::string> ValidateMirror(absl::string_view mirror);

// The URL at which look-ups report a mirror that ValidateMirror returned. One that
// does not begin with exactly "http://" or "https://", but with "HTTPS://" or
// "https:", gets "https://" put before it: "https://HTTPS://m/" is a URL, of the
// host "HTTPS:", and "https://https:m@n/" one with user information, but
// "https://https:m/" is none. Then INVALID_ARGUMENT, MIRROR_INVALID, field "mirror": of
// the look-up, for such a mirror is valid.
absl::StatusOr<Url> MirrorLookupUrl(absl::string_view mirror);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_MIRROR_URL_H_
