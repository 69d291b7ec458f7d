#include "registry/v1/v1_names.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "registry/base/error.h"
#include "registry/reference/reference.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/quote.h"
#include "registry/uri/url.h"
#include "registry/uri/url_escape.h"

namespace registryd {
namespace {

absl::Status Missing(absl::string_view field) {
  return FieldError(Reason::kFieldMissing, field, absl::StrCat(field, " is missing"));
}

absl::Status Invalid(absl::string_view field, absl::string_view message) {
  return FieldError(Reason::kFieldInvalid, field, message);
}

bool IsControl(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte < 0x20 || byte == 0x7f;
}

absl::Status CheckName(absl::string_view name, absl::string_view what, absl::string_view field) {
  if (name.empty()) return Missing(field);
  if (name.size() > kMaxV1NameBytes) {
    return Invalid(field, absl::StrCat(what, " of more than ", kMaxV1NameBytes, " bytes"));
  }
  if (name == "." || name == ".." || name.find_first_of("/\\?#%") != absl::string_view::npos ||
      std::any_of(name.begin(), name.end(), IsControl)) {
    return Invalid(field, absl::StrCat(Quote(name), " is no ", what));
  }
  return absl::OkStatus();
}

bool IsPlainPath(absl::string_view path) {
  if (absl::StrContains(path, '%')) return false;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part == "." || part == "..") return false;
  }
  return true;
}

}  // namespace

absl::Status CheckImageId(absl::string_view id, absl::string_view field) {
  return CheckName(id, "image's id", field);
}

absl::Status CheckTag(absl::string_view tag, absl::string_view field) {
  return CheckName(tag, "tag", field);
}

std::string EscapeV1Name(absl::string_view name) {
  if (IsValidEncoding(name, UrlPart::kPath)) return std::string(name);
  return UrlEscape(name, UrlPart::kPath);
}

absl::StatusOr<std::string> RepositoryPath(absl::string_view repository, absl::string_view field) {
  if (repository.empty()) return Missing(field);
  const absl::StatusOr<Reference> reference = Reference::Parse(repository);
  if (!reference.ok()) {
    return FieldError(ReasonOf(reference.status()), field, reference.status().message());
  }
  return std::string(reference->path());
}

absl::StatusOr<V1RegistryUrl> ParseV1RegistryUrl(absl::string_view text, absl::string_view field) {
  const absl::StatusOr<Url> url = Url::Parse(text);
  if (!url.ok()) return Invalid(field, url.status().message());
  const std::optional<Origin> origin = OriginOf(*url);
  std::string root = UrlString(url->scheme(), url->host());
  absl::StatusOr<V1Endpoint> host = V1Endpoint::Parse(root);
  if (!origin.has_value() || !host.ok() || url->has_user_info() || !url->opaque().empty() ||
      url->ToString().find_first_of("?#") != std::string::npos || !IsPlainPath(url->path())) {
    return Invalid(field, absl::StrCat(Quote(MaskPassword(text)),
                                       " is no registry's base URL: https://HOST[:PORT]/v1/ is "
                                       "expected, or the same by http"));
  }
  std::string base = absl::StrCat(root, url->path());
  if (base.back() != '/') base.push_back('/');
  return V1RegistryUrl{std::move(base), *origin, *std::move(host)};
}

}  // namespace registryd
