#include "registry/net/host_form.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

// RFC 1035.
constexpr size_t kMaxNameBytes = 253;
constexpr size_t kMaxLabelBytes = 63;

bool IsLabel(absl::string_view label) {
  return !label.empty() && label.size() <= kMaxLabelBytes &&
         std::all_of(label.begin(), label.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_';
         });
}

// Decimal, octal or hexadecimal.
bool LooksLikeNumber(absl::string_view label) {
  if (absl::ConsumePrefix(&label, "0x") || absl::ConsumePrefix(&label, "0X")) {
    return std::all_of(label.begin(), label.end(), absl::ascii_isxdigit);
  }
  return std::all_of(label.begin(), label.end(), absl::ascii_isdigit);
}

}  // namespace

bool HasUsualHost(const Url& url) {
  const std::string host = url.hostname();
  const bool in_brackets = absl::StartsWith(url.host(), "[");
  if (IpAddress::Parse(host).has_value()) return in_brackets == absl::StrContains(host, ':');

  absl::string_view name = host;
  absl::ConsumeSuffix(&name, ".");
  const std::vector<absl::string_view> labels = absl::StrSplit(name, '.');
  return !in_brackets && name.size() <= kMaxNameBytes &&
         std::all_of(labels.begin(), labels.end(), IsLabel) && !LooksLikeNumber(labels.back());
}

}  // namespace registryd
