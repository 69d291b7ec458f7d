// URLs: a page's, and a reference on it, a line each. What is printed is what was
// parsed, and no password is shown.
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/net/host_form.h"
#include "registry/uri/origin.h"
#include "registry/uri/url.h"
#include "registry/uri/url_escape.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/password_swap.h"

namespace registryd {
namespace {

// Everything that is no password.
std::string OpenParts(const Url& url) {
  return absl::StrCat(url.scheme(), " ", url.opaque(), " ", url.username(), " ",
                      UrlEscape(url.username(), UrlPart::kUserInfo), " ", url.host(), " ",
                      UrlEscape(url.host(), UrlPart::kHost), " ", url.path(), " ", url.query(), " ",
                      url.fragment());
}

void CheckSecrecy(const Url& url) {
  const Secret password = url.password();
  const std::string open = OpenParts(url);
  const std::string escaped = UrlEscape(password.Reveal(), UrlPart::kUserInfo);
  for (const std::string& shown :
       {url.Redacted(), url.RequestUrl(), url.WithoutQuery(), url.MaskedUserInfo()}) {
    FUZZ_CHECK(!Reveals(shown, password.Reveal(), open));
    FUZZ_CHECK(!Reveals(shown, escaped, open));
  }
}

// As net/url, ToString() writes a path of two slashes without a host such that it reads
// like one.
bool PrintsPathAsHost(const Url& url) {
  const std::string printed = url.ToString();
  const std::string authority = absl::StrCat(url.scheme(), url.scheme().empty() ? "//" : "://");
  return url.host().empty() && !url.has_user_info() && absl::StartsWith(printed, authority) &&
         printed.size() > authority.size() && printed[authority.size()] != '/';
}

void CheckUrl(const Url& url) {
  // net/url escapes more in an address's zone than it takes there.
  const bool has_zone = absl::StrContains(url.host(), '%');
  if (!has_zone && !PrintsPathAsHost(url)) {
    const absl::StatusOr<Url> again = Url::Parse(url.ToString());
    FUZZ_CHECK(again.ok());
    FUZZ_CHECK(again->ToString() == url.ToString());
    FUZZ_CHECK(again->host() == url.host());
    // Without a host, slashes at the front of a path are told from it by the text alone.
    FUZZ_CHECK(url.host().empty() || again->path() == url.path());
  }
  CheckSecrecy(url);
  const std::optional<Origin> origin = OriginOf(url);
  if (origin.has_value()) {
    FUZZ_CHECK(origin->scheme == "http" || origin->scheme == "https");
    FUZZ_CHECK(!origin->host.empty() && origin->port != 0);
    // What a request is made of goes where the check said that it goes.
    const absl::StatusOr<Url> requested = Url::Parse(url.RequestUrl());
    FUZZ_CHECK(has_zone || (requested.ok() && OriginOf(*requested) == origin));
    FUZZ_CHECK(!requested.ok() || !requested->has_user_info());
  }
  if (HasUsualHost(url)) {
    for (const char c : url.host()) FUZZ_CHECK(c > 0x20 && c < 0x7f);
  }
}

void CheckParseError(const absl::Status& status, absl::string_view text) {
  CheckError(status, absl::StatusCode::kInvalidArgument, Reason::kFieldInvalid,
             16 * text.size() + 256);
  const std::optional<SwappedPassword> swapped = SwapPassword(text);
  if (!swapped.has_value()) return;
  const absl::Status of_swapped = Url::Parse(swapped->text).status();
  FUZZ_CHECK(!absl::StrContains(of_swapped.message(), swapped->password));
}

}  // namespace

void FuzzOne(absl::string_view input) {
  FuzzInput parts(input);
  const absl::string_view base_text = parts.Line();
  const absl::string_view reference_text = parts.Line();
  const absl::StatusOr<Url> base = Url::Parse(base_text);
  const absl::StatusOr<Url> reference = Url::Parse(reference_text);
  if (!base.ok()) CheckParseError(base.status(), base_text);
  if (!reference.ok()) CheckParseError(reference.status(), reference_text);
  if (base.ok()) CheckUrl(*base);
  if (reference.ok()) CheckUrl(*reference);
  if (base.ok() && reference.ok()) {
    const Url target = base->Resolve(*reference);
    CheckSecrecy(target);
    FUZZ_CHECK(target.ToString().size() <= 3 * input.size() + 16);
  }
}

}  // namespace registryd
