#ifndef REGISTRYD_REGISTRY_V1_V1_DOCUMENTS_H_
#define REGISTRYD_REGISTRY_V1_V1_DOCUMENTS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/net/http_message.h"
#include "registry/v1/v1_endpoint.h"

namespace registryd {

// An image, as a V1 index lists it.
struct V1Image {
  std::string id;
  std::string checksum;  // TarSum of its layer; often empty.
  std::string tag;       // Often empty.
};

// What V1 registries answer with, read as Go's encoding/json does: a null stands for
// what is empty. Each returns INTERNAL (RESPONSE_INVALID) for what is no JSON or has
// another shape, and RESOURCE_EXHAUSTED (RESPONSE_TOO_LARGE) for too many values
// (kMaxUntrustedJsonValues); nothing of it is quoted.

// An image's id and its ancestors': ["ID", ...].
absl::StatusOr<std::vector<std::string>> ParseV1History(absl::string_view body);

// The image that a tag names: "ID".
absl::StatusOr<std::string> ParseV1Tag(absl::string_view body);

// A repository's tags and their images: {"TAG": "ID", ...}.
absl::StatusOr<std::map<std::string, std::string>> ParseV1Tags(absl::string_view body);

// A repository's images by id: [{"id", "checksum", "Tag"}, ...]. Of two with one id the
// last counts.
absl::StatusOr<std::map<std::string, V1Image>> ParseV1Images(absl::string_view body);

// The base URLs of the registries that hold a repository: the hosts in the
// X-Docker-Endpoints headers of `head`, separated by commas and in order, with the
// index's scheme and "/v1/". Empty without such a header, and without a host in it.
//
// Returns INTERNAL (RESPONSE_INVALID) for a host that makes no endpoint's address.
absl::StatusOr<std::vector<std::string>> V1EndpointsOf(const HttpResponseHead& head,
                                                       const V1Endpoint& index);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_DOCUMENTS_H_
