#include "registry/net/header_check.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

bool IsTokenCharacter(unsigned char c) {
  constexpr absl::string_view kMarks = "!#$%&'*+-.^_`|~";
  return absl::ascii_isalnum(c) || kMarks.find(static_cast<char>(c)) != absl::string_view::npos;
}

bool IsToken(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter);
}

bool IsForbiddenInValue(unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; }

}  // namespace

absl::Status CheckHeader(absl::string_view name, absl::string_view value) {
  if (!IsToken(name)) {
    return FieldError(Reason::kFieldInvalid, "headers",
                      absl::StrCat("invalid header name ", Quote(name)));
  }
  if (std::any_of(value.begin(), value.end(), IsForbiddenInValue)) {
    return FieldError(
        Reason::kFieldInvalid, name,
        absl::StrCat("the value of header ", Quote(name), " holds a control character"));
  }
  return absl::OkStatus();
}

absl::Status CheckMethod(absl::string_view method) {
  if (IsToken(method)) return absl::OkStatus();
  return FieldError(Reason::kFieldInvalid, "method",
                    absl::StrCat("invalid method ", Quote(method)));
}

}  // namespace registryd
