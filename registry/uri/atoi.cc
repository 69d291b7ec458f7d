#include "registry/uri/atoi.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

bool IsNumber(absl::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

}  // namespace

absl::StatusOr<int64_t> Atoi(absl::string_view text, absl::string_view shown) {
  int64_t value = 0;
  const bool is_number = IsNumber(text);
  if (is_number && absl::SimpleAtoi(text, &value)) return value;
  return absl::InvalidArgumentError(
      absl::StrCat("strconv.Atoi: parsing ", Quote(shown), ": ",
                   is_number ? "value out of range" : "invalid syntax"));
}

}  // namespace registryd
