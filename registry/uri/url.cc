#include "registry/uri/url.h"

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/url_escape.h"
#include "registry/uri/url_parser.h"

namespace registryd {
absl::StatusOr<Url> Url::Parse(absl::string_view text) {
  Url url;
  UrlParser parser(text);
  if (!parser.Parse(url)) return FieldError(Reason::kFieldInvalid, "url", parser.error());
  return url;
}

std::string Url::ToString() const {
  if (!user_info_) return Print("");
  if (!user_info_->password) return Print(absl::StrCat(user_info_->username, "@"));
  return Print(absl::StrCat(user_info_->username, ":", *user_info_->password, "@"));
}

std::string Url::Redacted() const {
  return user_info_ && user_info_->password ? MaskedUserInfo() : ToString();
}

std::string Url::MaskedUserInfo() const {
  if (!user_info_) return Print("");
  return Print(absl::StrCat(user_info_->username, ":", kPasswordMask, "@"));
}

std::string Url::Print(absl::string_view user_info) const {
  std::string text;
  if (!scheme_.empty()) absl::StrAppend(&text, scheme_, ":");
  if (!opaque_.empty()) {
    absl::StrAppend(&text, opaque_);
  } else {
    const bool prints_authority = !host_.empty() || !user_info.empty() ||
                                  (has_authority_ && !scheme_.empty() && !path_.empty());
    if (prints_authority) {
      absl::StrAppend(&text, "//", user_info, UrlEscape(host_, UrlPart::kHost));
    }
    absl::StrAppend(&text, path_);
  }
  if (has_empty_query_ || !query_.empty()) absl::StrAppend(&text, "?", query_);
  if (!fragment_.empty()) absl::StrAppend(&text, "#", fragment_);
  return text;
}

std::string UrlString(absl::string_view scheme, absl::string_view host) {
  return absl::StrCat(scheme, host.empty() ? ":" : "://", UrlEscape(host, UrlPart::kHost));
}

}  // namespace registryd
