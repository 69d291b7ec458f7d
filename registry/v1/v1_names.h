#ifndef REGISTRYD_REGISTRY_V1_V1_NAMES_H_
#define REGISTRYD_REGISTRY_V1_V1_NAMES_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/uri/origin.h"
#include "registry/v1/v1_endpoint.h"

namespace registryd {

// What a caller names becomes part of a URL. Docker Engine puts it there as it is; here
// no name can lead out of its place in the path, to another query, header or host.

// Of an image's id or a tag, in bytes. Ids are 64 hexadecimal digits, from registries that
// keep to the rules; V1 does not ask for it.
inline constexpr size_t kMaxV1NameBytes = 256;

// Returns INVALID_ARGUMENT, naming `field`: FIELD_MISSING for an empty id; FIELD_INVALID
// for one that is too long, "." or "..", or holds a control character or one of / \ ? # %.
absl::Status CheckImageId(absl::string_view id, absl::string_view field);
// The same for a tag.
absl::Status CheckTag(absl::string_view tag, absl::string_view field);

// `name`, of an image or tag that was checked, as a part of a path: as it is, where a path
// may hold it so, as net/url leaves a valid one alone; else escaped.
std::string EscapeV1Name(absl::string_view name);

// The path of a reference: "library/ubuntu", "team/app". Nothing in it needs escaping.
// Returns INVALID_ARGUMENT, naming `field`: FIELD_MISSING for an empty one, else as
// Reference::Parse.
absl::StatusOr<std::string> RepositoryPath(absl::string_view repository, absl::string_view field);

// A registry's base URL: "https://HOST[:PORT]/v1/".
struct V1RegistryUrl {
  std::string base;  // Ends in '/', which is added if it is missing.
  Origin origin;
  // The same host without the path.
  V1Endpoint host;
};

// Returns INVALID_ARGUMENT (FIELD_INVALID), naming `field`, for what is no absolute http
// or https URL, and for one with user information, query, fragment, or a path with "."
// or ".." as a part, or a '%'. No password is quoted.
absl::StatusOr<V1RegistryUrl> ParseV1RegistryUrl(absl::string_view text, absl::string_view field);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_NAMES_H_
