#include "registry/search/search_filter.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/uri/atoi.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

constexpr absl::string_view kAutomated = "is-automated";
constexpr absl::string_view kOfficial = "is-official";
constexpr absl::string_view kStars = "stars";

using Values = absl::Span<const SearchFilterValue>;

absl::Status Invalid(size_t index, absl::string_view message) {
  return FieldError(Reason::kFieldInvalid, absl::StrCat("filters[", index, "]"), message);
}

// On one line, whatever a caller sent: the text within Quote's quotes.
std::string Plain(absl::string_view text) {
  const std::string quoted = Quote(text);
  return quoted.substr(1, quoted.size() - 2);
}

// nullopt without a filter of that name.
absl::StatusOr<std::optional<bool>> ParseBool(Values values, absl::string_view name) {
  bool is_true = false;
  bool is_false = false;
  std::vector<std::string> texts;
  size_t first = values.size();
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].name != name) continue;
    first = std::min(first, i);
    is_true |= values[i].value == "1" || values[i].value == "true";
    is_false |= values[i].value == "0" || values[i].value == "false";
    texts.push_back(Plain(values[i].value));
  }
  if (first == values.size()) return std::optional<bool>();
  if (is_true == is_false) {
    return Invalid(first,
                   absl::StrCat("invalid filter '", name, "=[", absl::StrJoin(texts, " "), "]'"));
  }
  return std::optional<bool>(is_true);
}

absl::StatusOr<std::optional<int64_t>> ParseStars(Values values) {
  std::optional<int64_t> stars;
  for (size_t i = 0; i < values.size(); ++i) {
    if (values[i].name != kStars) continue;
    const absl::StatusOr<int64_t> value = Atoi(values[i].value);
    if (!value.ok()) {
      return Invalid(i, absl::StrCat("invalid filter 'stars=", Plain(values[i].value),
                                     "': ", value.status().message()));
    }
    stars = std::max(stars.value_or(0), *value);
  }
  return stars;
}

}  // namespace

absl::StatusOr<SearchFilter> SearchFilter::Parse(Values values) {
  for (size_t i = 0; i < values.size(); ++i) {
    const std::string& name = values[i].name;
    if (name != kAutomated && name != kOfficial && name != kStars) {
      return Invalid(i, absl::StrCat("invalid filter '", Plain(name), "'"));
    }
  }
  SearchFilter filter;
  const absl::StatusOr<std::optional<bool>> automated = ParseBool(values, kAutomated);
  if (!automated.ok()) return automated.status();
  filter.automated_ = automated->value_or(false);
  if (filter.automated_) return filter;
  absl::StatusOr<std::optional<bool>> official = ParseBool(values, kOfficial);
  if (!official.ok()) return official.status();
  filter.official_ = *official;
  absl::StatusOr<std::optional<int64_t>> stars = ParseStars(values);
  if (!stars.ok()) return stars.status();
  filter.min_stars_ = *stars;
  return filter;
}

bool SearchFilter::Matches(const SearchResult& result) const {
  return !automated_ && official_.value_or(result.is_official) == result.is_official &&
         result.star_count >= min_stars_.value_or(result.star_count);
}

}  // namespace registryd
