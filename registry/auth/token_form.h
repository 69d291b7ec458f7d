#ifndef REGISTRYD_REGISTRY_AUTH_TOKEN_FORM_H_
#define REGISTRYD_REGISTRY_AUTH_TOKEN_FORM_H_

#include <string>

#include "absl/strings/string_view.h"
#include "registry/auth/token_source.h"
#include "registry/base/secret.h"
#include "registry/uri/url.h"

namespace registryd {

// What Docker Engine calls itself to token servers.
inline constexpr absl::string_view kAuthClientId = "docker";

// The URL of a GET for a token: the realm's own parameters, `service` unless it is empty,
// each `scope`, with `offline` also `offline_token` and `client_id`, and `account` if
// `has_account`.
std::string TokenUrl(const Url& realm, const TokenRequest& request, bool has_account);

// The form of a POST for a token (OAuth2): the identity token if there is one, else user
// name and password. Encoded as Go's url.Values, in the order of the names.
Secret TokenForm(const TokenRequest& request);

// The value of an Authorization header: "Basic ...".
Secret BasicAuthorization(absl::string_view username, const Secret& password);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_TOKEN_FORM_H_
