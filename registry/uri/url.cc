#include "registry/uri/url.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "registry/base/error.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/url_escape.h"
#include "registry/uri/url_parser.h"

namespace registryd {
namespace {

// The ':' before the port in HOST[:PORT]; the text's end without one.
size_t PortAt(absl::string_view host) {
  const size_t colon = host.rfind(':');
  const bool is_port = colon != absl::string_view::npos &&
                       std::all_of(host.begin() + colon + 1, host.end(), absl::ascii_isdigit);
  return is_port ? colon : host.size();
}

std::string Decode(absl::string_view user_info) {
  std::string decoded;
  UrlUnescape(user_info, UrlPart::kUserInfo, decoded);  // Valid, as the parser left it.
  return decoded;
}

// `path`, both of them escaped, as a page at `base` means it: absolute, without "."
// and "..". As in net/url, an empty segment right behind the top is lost when a ".."
// has led there: "/..//a" is "/a".
std::string ResolvePath(absl::string_view base, absl::string_view path) {
  std::string full;
  if (path.empty()) {
    full = std::string(base);
  } else if (path.front() == '/') {
    full = std::string(path);
  } else {
    full = absl::StrCat(base.substr(0, base.rfind('/') + 1), path);
  }
  if (full.empty()) return full;

  // The first segment is what stands before the first '/': nothing, as a rule.
  std::vector<absl::string_view> kept;
  bool is_folder = false;
  for (const absl::string_view segment : absl::StrSplit(full, '/')) {
    is_folder = segment == "." || segment == "..";
    if (segment == "..") {
      if (!kept.empty()) kept.pop_back();
      if (kept.size() == 1 && kept[0].empty()) kept.clear();
    } else if (segment != ".") {
      kept.push_back(segment);
    } else if (kept.empty()) {
      kept.push_back("");
    }
  }
  std::string resolved = absl::StrCat("/", absl::StrJoin(kept, "/"), is_folder ? "/" : "");
  if (absl::StartsWith(resolved, "//")) resolved.erase(0, 1);
  return resolved;
}

}  // namespace

absl::StatusOr<Url> Url::Parse(absl::string_view text) {
  Url url;
  UrlParser parser(text);
  if (!parser.Parse(url)) return FieldError(Reason::kFieldInvalid, "url", parser.error());
  return url;
}

std::string Url::hostname() const {
  absl::string_view name = absl::string_view(host_).substr(0, PortAt(host_));
  if (absl::StartsWith(name, "[") && absl::EndsWith(name, "]")) {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(name);
}

std::string Url::port() const {
  const size_t colon = PortAt(host_);
  return colon == host_.size() ? "" : host_.substr(colon + 1);
}

std::string Url::username() const { return user_info_ ? Decode(user_info_->username) : ""; }

Secret Url::password() const {
  return user_info_ && user_info_->password ? Secret(Decode(*user_info_->password)) : Secret();
}

Url Url::Resolve(const Url& reference) const {
  Url url = reference;
  if (!reference.scheme_.empty() || !reference.host_.empty() || reference.has_user_info()) {
    if (url.scheme_.empty()) url.scheme_ = scheme_;
    url.path_ = ResolvePath(reference.path_, "");
    return url;
  }
  url.scheme_ = scheme_;
  if (reference.path_.empty() && !reference.has_query()) {
    url.query_ = query_;
    if (reference.fragment_.empty()) url.fragment_ = fragment_;
  }
  if (reference.path_.empty() && !opaque_.empty()) {
    url.opaque_ = opaque_;
    return url;
  }
  url.has_authority_ = true;
  url.host_ = host_;
  url.user_info_ = user_info_;
  url.path_ = ResolvePath(path_, reference.path_);
  return url;
}

Url Url::WithQuery(absl::string_view query) const {
  Url url = *this;
  url.query_ = std::string(query);
  url.has_empty_query_ = false;
  return url;
}

std::string Url::RequestUrl() const {
  Url url = *this;
  url.user_info_.reset();
  url.fragment_.clear();
  url.query_.clear();
  for (const char c : query_) {
    if (c > ' ' && c < 0x7f) {
      url.query_ += c;
    } else {
      absl::StrAppend(&url.query_, UrlEscape(absl::string_view(&c, 1), UrlPart::kPath));
    }
  }
  return url.ToString();
}

std::string Url::WithoutQuery() const { return WithQuery("").RequestUrl(); }

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
    // Or its first part would read like a scheme.
    const absl::string_view first = absl::string_view(path_).substr(0, path_.find('/'));
    if (text.empty() && absl::StrContains(first, ':')) absl::StrAppend(&text, "./");
    absl::StrAppend(&text, path_);
  }
  if (has_query()) absl::StrAppend(&text, "?", query_);
  if (!fragment_.empty()) absl::StrAppend(&text, "#", fragment_);
  return text;
}

std::string UrlString(absl::string_view scheme, absl::string_view host) {
  return absl::StrCat(scheme, host.empty() ? ":" : "://", UrlEscape(host, UrlPart::kHost));
}

}  // namespace registryd
