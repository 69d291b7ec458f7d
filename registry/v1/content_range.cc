#include "registry/v1/content_range.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace registryd {

std::optional<int64_t> ParseLength(absl::string_view value) {
  int64_t length = 0;
  if (!std::all_of(value.begin(), value.end(), absl::ascii_isdigit)) return std::nullopt;
  if (!absl::SimpleAtoi(value, &length)) return std::nullopt;
  return length;
}

std::optional<ContentRange> ParseContentRange(absl::string_view value) {
  if (!absl::ConsumePrefix(&value, "bytes ")) return std::nullopt;
  const std::pair<absl::string_view, absl::string_view> parts =
      absl::StrSplit(value, absl::MaxSplits('/', 1));
  ContentRange range;
  if (parts.second != "*") {
    range.size = ParseLength(parts.second);
    if (!range.size.has_value()) return std::nullopt;
  }
  if (parts.first == "*") return range;
  const std::pair<absl::string_view, absl::string_view> ends =
      absl::StrSplit(parts.first, absl::MaxSplits('-', 1));
  range.first = ParseLength(ends.first);
  const std::optional<int64_t> last = ParseLength(ends.second);
  if (!range.first.has_value() || !last.has_value() || *last < *range.first ||
      (range.size.has_value() && *last >= *range.size)) {
    return std::nullopt;
  }
  return range;
}

}  // namespace registryd
