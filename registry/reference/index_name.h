#ifndef REGISTRYD_REGISTRY_REFERENCE_INDEX_NAME_H_
#define REGISTRYD_REGISTRY_REFERENCE_INDEX_NAME_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd {

// Validates and normalises an index name: `index.docker.io` becomes `docker.io`;
// INVALID_ARGUMENT (INDEX_NAME_INVALID, field "name") if it begins or ends with '-'.
absl::StatusOr<std::string> ValidateIndexName(absl::string_view name);

// A search term, split by the rules of search, which are not those of references:
// the part before the first '/' is an index if it holds '.' or ':' or is
// `localhost`; an upper-case letter does not make it one.
struct SearchName {
  std::string index_name;
  std::string remote_name;  // On Docker Hub without a leading "library/".
};

// INVALID_ARGUMENT, field "name": FIELD_INVALID for a term with "://"; errors as
// ValidateIndexName for its index.
absl::StatusOr<SearchName> SplitSearchName(absl::string_view term);

// The index of a term alone, as Docker's ParseSearchIndexInfo finds it: there "://"
// is no error, and "https://host/name" is on an index named "https:". Errors as
// ValidateIndexName.
absl::StatusOr<std::string> SearchIndexName(absl::string_view term);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_REFERENCE_INDEX_NAME_H_
