#include "registry/reference/index_name.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/reference/reference.h"
#include "registry/uri/password_mask.h"

namespace registryd {
namespace {

constexpr absl::string_view kLocalhost = "localhost";

// The index and the rest. An index has to look like a host, and be followed by
// a '/'; without one the whole term is looked for on Docker Hub.
std::pair<absl::string_view, absl::string_view> SplitTerm(absl::string_view term) {
  const size_t slash = term.find('/');
  if (slash != absl::string_view::npos) {
    const absl::string_view first = term.substr(0, slash);
    if (first == kLocalhost || first.find_first_of(".:") != absl::string_view::npos) {
      return {first, term.substr(slash + 1)};
    }
  }
  return {kDefaultDomain, term};
}

}  // namespace

absl::StatusOr<std::string> ValidateIndexName(absl::string_view name) {
  if (name == kLegacyDefaultDomain) name = kDefaultDomain;
  if (absl::StartsWith(name, "-") || absl::EndsWith(name, "-")) {
    return FieldError(Reason::kIndexNameInvalid, "name",
                      absl::StrCat("invalid index name (", MaskPassword(name),
                                   "). Cannot begin or end with a hyphen"));
  }
  return std::string(name);
}

absl::StatusOr<std::string> SearchIndexName(absl::string_view term) {
  return ValidateIndexName(SplitTerm(term).first);
}

absl::StatusOr<SearchName> SplitSearchName(absl::string_view term) {
  if (absl::StrContains(term, "://")) {
    return FieldError(Reason::kFieldInvalid, "name",
                      absl::StrCat("invalid repository name: repository name (", MaskPassword(term),
                                   ") should not have a scheme"));
  }
  auto [index, remote] = SplitTerm(term);
  absl::StatusOr<std::string> index_name = ValidateIndexName(index);
  if (!index_name.ok()) return index_name.status();
  if (*index_name == kDefaultDomain) absl::ConsumePrefix(&remote, kOfficialRepositoryPrefix);
  return SearchName{*std::move(index_name), std::string(remote)};
}

}  // namespace registryd
