#include "server/settings/nearest_name.h"

#include <algorithm>
#include <numeric>

namespace registryd {
namespace {

// Longer than any name; bounds the work for what a stranger typed.
constexpr size_t kMaxTyped = 100;

// Levenshtein's distance, one row of the table at a time.
size_t Distance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i + 1;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t substitution = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substitution, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

absl::string_view NearestName(absl::string_view typed,
                              const std::vector<absl::string_view>& names) {
  if (typed.size() > kMaxTyped) return "";
  absl::string_view nearest;
  size_t best = std::max<size_t>(2, typed.size() / 3) + 1;
  for (const absl::string_view name : names) {
    const size_t distance = Distance(typed, name);
    if (distance >= best) continue;
    best = distance;
    nearest = name;
  }
  return nearest;
}

}  // namespace registryd
