#include "registry/net/http_message.h"

#include "absl/strings/match.h"

namespace registryd {

std::optional<absl::string_view> HttpResponseHead::Find(absl::string_view name) const {
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) return header.value;
  }
  return std::nullopt;
}

std::vector<absl::string_view> HttpResponseHead::FindAll(absl::string_view name) const {
  std::vector<absl::string_view> values;
  for (const HttpHeader& header : headers) {
    if (absl::EqualsIgnoreCase(header.name, name)) values.push_back(header.value);
  }
  return values;
}

}  // namespace registryd
