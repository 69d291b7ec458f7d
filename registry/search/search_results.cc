#include "registry/search/search_results.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "registry/base/bounded_json.h"
#include "registry/base/error.h"
#include "registry/v1/json_fields.h"

namespace registryd {
namespace {

using nlohmann::json;

absl::Status Undecodable(const absl::Status& why) {
  return Error(why.code(), ReasonOf(why),
               absl::StrCat("error decoding registry search results: ", why.message()));
}

absl::Status Undecodable(absl::string_view why) {
  return Undecodable(Error(absl::StatusCode::kInternal, Reason::kResponseInvalid, why));
}

bool ReadResult(json& from, SearchResult& result) {
  if (from.is_null()) return true;
  return from.is_object() && ReadField(from, "star_count", result.star_count) &&
         ReadField(from, "is_official", result.is_official) &&
         ReadField(from, "name", result.name) &&
         ReadField(from, "is_automated", result.is_automated) &&
         ReadField(from, "description", result.description);
}

}  // namespace

absl::StatusOr<SearchResults> ParseSearchResults(absl::string_view body) {
  absl::StatusOr<json> parsed = ParseUntrustedJson(body);
  if (!parsed.ok()) return Undecodable(parsed.status());
  SearchResults results;
  if (parsed->is_null()) return results;
  if (!parsed->is_object()) return Undecodable("an object is expected");
  if (!ReadField(*parsed, "query", results.query) ||
      !ReadField(*parsed, "num_results", results.num_results)) {
    return Undecodable("`query` or `num_results` is of the wrong type");
  }
  json* const list = FindMember(*parsed, "results");
  if (list == nullptr) return results;
  if (!list->is_array()) return Undecodable("`results` is no list");
  results.results.reserve(list->size());
  for (json& element : *list) {
    if (!ReadResult(element, results.results.emplace_back())) {
      return Undecodable(
          absl::StrCat("results[", results.results.size() - 1, "] has a field of the wrong type"));
    }
  }
  return results;
}

}  // namespace registryd
