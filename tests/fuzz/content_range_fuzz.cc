// Content-Range headers, of which a resumed layer is put together.
#include "absl/strings/str_cat.h"
#include "registry/v1/content_range.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {

void FuzzOne(absl::string_view input) {
  if (const auto length = ParseLength(input)) {
    FUZZ_CHECK(*length >= 0);
    FUZZ_CHECK(ParseLength(absl::StrCat(*length)) == length);
  }
  const std::optional<ContentRange> range = ParseContentRange(input);
  if (!range.has_value()) return;
  FUZZ_CHECK(!range->first.has_value() || *range->first >= 0);
  FUZZ_CHECK(!range->size.has_value() || *range->size >= 0);
  if (!range->first.has_value()) return;
  FUZZ_CHECK(!range->size.has_value() || *range->first < *range->size);
  const std::string size = range->size.has_value() ? absl::StrCat(*range->size) : "*";
  const auto again =
      ParseContentRange(absl::StrCat("bytes ", *range->first, "-", *range->first, "/", size));
  FUZZ_CHECK(again.has_value() && again->first == range->first && again->size == range->size);
}

}  // namespace registryd
