#ifndef REGISTRYD_REGISTRY_SEARCH_SEARCH_FILTER_H_
#define REGISTRYD_REGISTRY_SEARCH_SEARCH_FILTER_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "registry/search/search_results.h"

namespace registryd {

// One filter of a search, as the caller wrote it. A name may come more than once.
struct SearchFilterValue {
  std::string name;
  std::string value;
};

// Which results a caller wants, by the rules of Docker's filters. Immutable.
class SearchFilter {
 public:
  // `is-official` and `is-automated` are "1" or "true", "0" or "false", and not both;
  // with one of these, other values are passed over. `stars` is a whole number of 64
  // bits, with or without a sign; of several the highest counts, and never less than 0.
  //
  // Returns INVALID_ARGUMENT (FIELD_INVALID) with Docker Engine's words and field
  // "filters[2]", the first that is at fault; of a name's several values their first.
  // As there, nothing more is looked at if `is-automated` is true.
  static absl::StatusOr<SearchFilter> Parse(absl::Span<const SearchFilterValue> values);

  // Only automated builds are wanted, which no index reports any more: there is nothing
  // to ask for.
  bool matches_nothing() const { return automated_; }

  bool Matches(const SearchResult& result) const;

 private:
  SearchFilter() = default;

  bool automated_ = false;
  std::optional<bool> official_;
  std::optional<int64_t> min_stars_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_SEARCH_SEARCH_FILTER_H_
