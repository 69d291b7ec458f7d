#include "registry/uri/url_query.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "registry/uri/url_escape.h"

namespace registryd {

std::string QueryEscape(absl::string_view text) { return UrlEscape(text, UrlPart::kQuery); }

UrlQuery UrlQuery::Parse(absl::string_view query) {
  UrlQuery parsed;
  for (const absl::string_view pair : absl::StrSplit(query, '&', absl::SkipEmpty())) {
    if (absl::StrContains(pair, ';')) continue;
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(pair, absl::MaxSplits('=', 1));
    std::string name;
    std::string value;
    if (UrlUnescape(parts.first, UrlPart::kQuery, name) ||
        UrlUnescape(parts.second, UrlPart::kQuery, value)) {
      continue;
    }
    parsed.Add(name, value);
  }
  return parsed;
}

void UrlQuery::Add(absl::string_view name, absl::string_view value) {
  values_[std::string(name)].emplace_back(value);
}

void UrlQuery::Set(absl::string_view name, absl::string_view value) {
  values_[std::string(name)] = {std::string(value)};
}

std::string UrlQuery::Encode() const {
  std::string query;
  for (const auto& [name, values] : values_) {
    for (const std::string& value : values) {
      absl::StrAppend(&query, query.empty() ? "" : "&", QueryEscape(name), "=", QueryEscape(value));
    }
  }
  return query;
}

}  // namespace registryd
