#ifndef REGISTRYD_REGISTRY_NET_CURL_REQUEST_CHECK_H_
#define REGISTRYD_REGISTRY_NET_CURL_REQUEST_CHECK_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/net/http_message.h"

namespace registryd {

// Where a URL leads.
struct UrlTarget {
  bool https = false;
  std::string host;  // As written; without brackets.
  int port = 0;      // The scheme's own where the URL has none.
  // HOST[:PORT] as written: what messages and certs.d call it.
  std::string server;
};

// The target of `url`, which has to be absolute, http or https, printable ASCII, and
// without user information and fragment. Returns INVALID_ARGUMENT (FIELD_INVALID),
// naming `field` and what is wrong, but nothing of the URL.
absl::StatusOr<UrlTarget> CheckUrl(absl::string_view url, absl::string_view field);

// Whether method and headers can be sent as they are: tokens (RFC 9110, section 5.6.2)
// and values without CR, LF, NUL and other control characters but TAB; none that the
// transport sets itself. Returns INVALID_ARGUMENT (FIELD_INVALID), naming method or
// header, without a value.
absl::Status CheckRequest(const HttpRequest& request);

// `url` without its query, for messages.
absl::string_view WithoutQuery(absl::string_view url);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_REQUEST_CHECK_H_
