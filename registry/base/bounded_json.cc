#include "registry/base/bounded_json.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/base/utf8.h"

namespace registryd {
namespace {

using nlohmann::json;

constexpr absl::string_view kByteOrderMark = "\xef\xbb\xbf";

absl::Status Invalid(absl::string_view why) {
  return Error(absl::StatusCode::kInternal, Reason::kResponseInvalid, why);
}

// The code unit of the "\uXXXX" that begins `text`; nullopt if none does.
std::optional<uint32_t> EscapedUnit(absl::string_view text) {
  uint32_t unit = 0;
  if (text.size() < 6 || text[0] != '\\' || text[1] != 'u') return std::nullopt;
  if (!absl::SimpleHexAtoi(text.substr(2, 4), &unit)) return std::nullopt;
  for (const char c : text.substr(2, 4)) {
    if (!absl::ascii_isxdigit(c)) return std::nullopt;
  }
  return unit;
}

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// Copies the first value of a text, as far as brackets and quotes show where it ends,
// and mends what its strings hold.
class FirstValue {
 public:
  explicit FirstValue(absl::string_view text) : rest_(text) { copy_.reserve(text.size() + 8); }
  ~FirstValue() { Wipe(copy_); }

  // Returns what is wrong with too many levels or values.
  absl::Status Copy() {
    int depth = 0;
    int values = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '"') {
        CopyString();
        if (depth == 0) break;
        continue;
      }
      if ((c == '{' || c == '[') && ++depth > kMaxUntrustedJsonDepth) {
        return Invalid(absl::StrCat("JSON of more than ", kMaxUntrustedJsonDepth, " levels"));
      }
      const bool brings_value = c == '{' || c == '[' || c == ',' || c == ':';
      if (depth > 0 && brings_value && ++values > kMaxUntrustedJsonValues) {
        return Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge,
                     absl::StrCat("JSON of more than ", kMaxUntrustedJsonValues, " values"));
      }
      CopyBytes(1);
      if ((c == '}' || c == ']') && --depth <= 0) break;
      if (depth == 0 && absl::EndsWith(copy_, "null")) break;
    }
    return absl::OkStatus();
  }

  const std::string& copy() const { return copy_; }

 private:
  void CopyBytes(size_t size) {
    copy_.append(rest_.data(), size);
    rest_.remove_prefix(size);
  }

  void CopyString() {
    CopyBytes(1);
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '\\') {
        CopyEscape();
      } else if (const size_t size = Utf8Length(rest_); size > 0) {
        CopyBytes(size);
      } else {
        Replace(1);
      }
      if (c == '"') return;
    }
  }

  void CopyEscape() {
    const std::optional<uint32_t> unit = EscapedUnit(rest_);
    if (!unit.has_value()) {
      // The escaped character may be the first byte of one that is no UTF-8.
      CopyBytes(1);
      if (!rest_.empty() && absl::ascii_isascii(rest_.front())) CopyBytes(1);
    } else if (IsHighSurrogate(*unit)) {
      const std::optional<uint32_t> next = EscapedUnit(rest_.substr(6));
      const bool is_pair = next.has_value() && IsLowSurrogate(*next);
      is_pair ? CopyBytes(12) : Replace(6);
    } else {
      IsLowSurrogate(*unit) ? Replace(6) : CopyBytes(6);
    }
  }

  void Replace(size_t size) {
    absl::StrAppend(&copy_, kReplacementCharacter);
    rest_.remove_prefix(size);
  }

  absl::string_view rest_;
  std::string copy_;
};

}  // namespace

absl::StatusOr<json> ParseUntrustedJson(absl::string_view text) {
  // The parser would pass over the mark.
  if (absl::StartsWith(text, kByteOrderMark)) return Invalid("not JSON");
  FirstValue value(text);
  if (absl::Status status = value.Copy(); !status.ok()) return status;
  json parsed = json::parse(value.copy(), /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (parsed.is_discarded()) return Invalid("not JSON");
  return parsed;
}

json* FindMember(json& object, absl::string_view name) {
  if (!object.is_object()) return nullptr;
  auto found = object.find(std::string(name));
  for (auto it = object.begin(); found == object.end() && it != object.end(); ++it) {
    if (absl::EqualsIgnoreCase(it.key(), name)) found = it;
  }
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

void WipeJson(json& value) {
  if (value.is_structured()) {
    for (json& member : value) WipeJson(member);
  } else if (value.is_string()) {
    Wipe(value.get_ref<std::string&>());
  }
  value = nullptr;
}

}  // namespace registryd
