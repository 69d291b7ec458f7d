#ifndef REGISTRYD_REGISTRY_SEARCH_SEARCH_RESULTS_H_
#define REGISTRYD_REGISTRY_SEARCH_SEARCH_RESULTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd {

// A repository that an index found. Mirrors Docker's registry.SearchResult. All of it is
// the index's word, untrusted.
struct SearchResult {
  int64_t star_count = 0;
  bool is_official = false;
  std::string name;
  std::string description;
  // Indexes no longer report it truthfully.
  bool is_automated = false;
};

// An index's answer. Mirrors Docker's registry.SearchResults.
struct SearchResults {
  std::string query;
  int64_t num_results = 0;
  std::vector<SearchResult> results;
};

// Reads the body of an answer as Go's json.Decoder does: fields by name without regard
// to case, what is missing or null stays empty, unknown fields and what follows the
// object are not looked at.
//
// Returns INTERNAL (RESPONSE_INVALID) for what is no JSON and for a value of another
// type, and RESOURCE_EXHAUSTED (RESPONSE_TOO_LARGE) for too many values. The body's size is
// the caller's to bound.
absl::StatusOr<SearchResults> ParseSearchResults(absl::string_view body);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_SEARCH_SEARCH_RESULTS_H_
