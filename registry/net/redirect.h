#ifndef REGISTRYD_REGISTRY_NET_REDIRECT_H_
#define REGISTRYD_REGISTRY_NET_REDIRECT_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/net/http_message.h"
#include "registry/uri/url.h"

namespace registryd {

// Where a response sends its client, and with what.
struct Redirect {
  Url url;
  std::string method;
  // 307 and 308: the request's body, where it had one, is to be sent again.
  bool keeps_body = false;
};

// What `head`, the answer to `method` at `url`, redirects to, by the rules of Go's
// net/http: 301, 302, 303, 307 and 308 with a Location that is not empty; the first
// three turn another method than HEAD into GET. nullopt where it is no redirect.
//
// Returns FAILED_PRECONDITION (REDIRECT_REFUSED) for a Location that is no URL, leads to
// where no request can go (OriginOf) or from https to http, or holds user information.
absl::StatusOr<std::optional<Redirect>> ReadRedirect(const HttpResponseHead& head, const Url& url,
                                                     absl::string_view method);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_REDIRECT_H_
