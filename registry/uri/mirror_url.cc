#include "registry/uri/mirror_url.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/quote.h"

namespace registryd {
namespace {

absl::Status Invalid(absl::string_view message) {
  return FieldError(Reason::kMirrorInvalid, "mirror", message);
}

// For messages. Without user information an '@' may still end some, in a URL that
// was meant otherwise than it reads.
std::string Shown(const Url& url) {
  return Quote(url.has_user_info() ? url.Redacted() : MaskPassword(url.ToString()));
}

}  // namespace

absl::StatusOr<std::string> ValidateMirror(absl::string_view mirror) {
  const absl::StatusOr<Url> url = Url::Parse(mirror);
  if (!url.ok()) {
    return Invalid(absl::StrCat("invalid mirror: ", Quote(MaskPassword(mirror)),
                                " is not a valid URI: ", url.status().message()));
  }
  if (url->scheme() != "http" && url->scheme() != "https") {
    return Invalid(absl::StrCat("invalid mirror: unsupported scheme ", Quote(url->scheme()), " in ",
                                Shown(*url)));
  }
  if (!url->query().empty() || !url->fragment().empty()) {
    return Invalid(
        absl::StrCat("invalid mirror: query or fragment at end of the URI ", Shown(*url)));
  }
  if (url->has_user_info()) {
    return Invalid(absl::StrCat("invalid mirror: username/password not allowed in URI ",
                                Quote(url->MaskedUserInfo())));
  }
  return absl::StrCat(absl::StripSuffix(mirror, "/"), "/");
}

absl::StatusOr<Url> MirrorLookupUrl(absl::string_view mirror) {
  const bool plain = absl::StartsWith(mirror, "http://") || absl::StartsWith(mirror, "https://");
  absl::StatusOr<Url> url = Url::Parse(absl::StrCat(plain ? "" : "https://", mirror));
  if (!url.ok()) return Invalid(url.status().message());
  return url;
}

}  // namespace registryd
