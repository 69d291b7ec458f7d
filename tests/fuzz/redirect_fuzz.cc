// Redirects, line by line: status and method, the page's URL, the Location. One that is
// followed leads to an address, and never from https to http.
#include "absl/strings/str_cat.h"
#include "registry/net/redirect.h"
#include "registry/uri/origin.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {

void FuzzOne(absl::string_view input) {
  static constexpr int kStatuses[] = {200, 301, 302, 303, 307, 308};
  FuzzInput parts(input);
  const absl::string_view choice = parts.Line();
  const size_t number = choice.empty() ? 0 : static_cast<unsigned char>(choice.front());
  const absl::string_view method = choice.size() > 1 ? choice.substr(1) : "GET";
  const absl::StatusOr<Url> url = Url::Parse(parts.Line());
  if (!url.ok() || !OriginOf(*url).has_value()) return;
  HttpResponseHead head;
  head.status = kStatuses[number % std::size(kStatuses)];
  head.headers = {{"Location", std::string(parts.Rest())}};

  const absl::StatusOr<std::optional<Redirect>> redirect = ReadRedirect(head, *url, method);
  if (!redirect.ok()) {
    CheckError(redirect.status(), absl::StatusCode::kFailedPrecondition, Reason::kRedirectRefused,
               1024);
    return;
  }
  if (!redirect->has_value()) return;
  FUZZ_CHECK(head.status != 200);
  const std::optional<Origin> origin = OriginOf((*redirect)->url);
  FUZZ_CHECK(origin.has_value());
  FUZZ_CHECK(!(*redirect)->url.has_user_info());
  FUZZ_CHECK(origin->scheme == "https" || url->scheme() == "http");
  FUZZ_CHECK((*redirect)->method == method || (*redirect)->method == "GET");
  FUZZ_CHECK(!(*redirect)->keeps_body || head.status >= 307);
}

}  // namespace registryd
