// What an index answers to a search, and the filters on it.
#include "registry/search/search_filter.h"
#include "registry/search/search_results.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {
namespace {

void CheckText(absl::string_view text, absl::string_view input) {
  FUZZ_CHECK(text.size() <= 3 * input.size());
  // It goes into a protobuf string.
  for (; !text.empty(); text.remove_prefix(Utf8Length(text))) FUZZ_CHECK(Utf8Length(text) > 0);
}

}  // namespace

// A line NAME=VALUE for a filter, then the body.
void FuzzOne(absl::string_view input) {
  FuzzInput parts(input);
  const absl::string_view line = parts.Line();
  const size_t equals = line.find('=');
  const SearchFilterValue wanted = {
      std::string(line.substr(0, equals)),
      equals == absl::string_view::npos ? "" : std::string(line.substr(equals + 1))};
  const absl::StatusOr<SearchFilter> filter = SearchFilter::Parse({wanted});
  if (!filter.ok()) {
    FUZZ_CHECK(filter.status().code() == absl::StatusCode::kInvalidArgument);
    FUZZ_CHECK(FieldOf(filter.status()) == "filters[0]");
    CheckUtf8(filter.status().message(), 8 * input.size() + 256);
  }

  const absl::StatusOr<SearchResults> results = ParseSearchResults(parts.Rest());
  if (!results.ok()) {
    CheckError(results.status(), absl::StatusCode::kInternal, Reason::kResponseInvalid, 200);
    return;
  }
  FUZZ_CHECK(results->results.size() <= input.size());
  CheckText(results->query, input);
  for (const SearchResult& result : results->results) {
    CheckText(result.name, input);
    CheckText(result.description, input);
    if (filter.ok() && filter->Matches(result) && wanted.name == "is-official") {
      FUZZ_CHECK(result.is_official == (wanted.value == "1" || wanted.value == "true"));
    }
  }
}

}  // namespace registryd
