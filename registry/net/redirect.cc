#include "registry/net/redirect.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/base/utf8.h"
#include "registry/uri/origin.h"

namespace registryd {
namespace {

// Of a Location that is shown: it comes from a stranger, and may be long.
constexpr size_t kMaxShownBytes = 256;

bool IsRedirectStatus(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

absl::Status Refused(const Url& from, absl::string_view why, absl::string_view what) {
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kRedirectRefused,
               absl::StrCat("redirect from ", PrintableText(from.WithoutQuery(), kMaxShownBytes),
                            " refused: ", why, PrintableText(what, kMaxShownBytes)));
}

}  // namespace

absl::StatusOr<std::optional<Redirect>> ReadRedirect(const HttpResponseHead& head, const Url& url,
                                                     absl::string_view method) {
  if (!IsRedirectStatus(head.status)) return std::nullopt;
  const absl::string_view location = head.Find("Location").value_or("");
  if (location.empty()) return std::nullopt;

  const absl::StatusOr<Url> reference = Url::Parse(location);
  if (!reference.ok())
    return Refused(url, "its Location is no URL: ", reference.status().message());
  Url target = url.Resolve(*reference);
  if (target.has_user_info()) {
    return Refused(url, "user information in ", target.WithoutQuery());
  }
  if (!OriginOf(target).has_value()) {
    return Refused(url, "no request can go to ", target.WithoutQuery());
  }
  if (url.scheme() == "https" && target.scheme() == "http") {
    return Refused(url, "from https to plain http, ", target.WithoutQuery());
  }
  const bool keeps_body = head.status == 307 || head.status == 308;
  const bool keeps_method = keeps_body || method == "HEAD";
  return Redirect{std::move(target), keeps_method ? std::string(method) : "GET", keeps_body};
}

}  // namespace registryd
