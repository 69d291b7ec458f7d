#ifndef REGISTRYD_REGISTRY_V1_V1_IMAGE_JSON_H_
#define REGISTRYD_REGISTRY_V1_V1_IMAGE_JSON_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "registry/v1/v1_documents.h"

namespace registryd {

// `text` as a JSON string, to the byte as Go's encoding/json writes it: `<`, `>`, `&`,
// U+2028 and U+2029 are escaped too, and bytes that are no UTF-8 become U+FFFD.
std::string GoJsonString(absl::string_view text);

// The list of a repository's images that an index gets:
//
//   [{"id":"ID","checksum":"tarsum+sha256:HEX","Tag":"latest"},{"id":"ID"}]
std::string V1ImagesJson(absl::Span<const V1Image> images);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_IMAGE_JSON_H_
