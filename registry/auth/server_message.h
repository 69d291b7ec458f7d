#ifndef REGISTRYD_REGISTRY_AUTH_SERVER_MESSAGE_H_
#define REGISTRYD_REGISTRY_AUTH_SERVER_MESSAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "registry/net/http_message.h"

namespace registryd {

// What a registry or token server itself says about its error.
struct ServerMessage {
  enum class Meaning { kNone, kUnauthorized, kDenied, kTooManyRequests };

  // By the server's own error code; kNone for any other, and without one.
  Meaning meaning = Meaning::kNone;
  // "unauthorized: authentication required; denied: ...", untrusted, as long as it came.
  // Empty if the server says nothing.
  std::string text;
};

// Reads a response that means no success, as Docker's distribution client does: a bearer
// challenge's `error` and `error_description` first, then the body. A body that is said
// to be JSON has `details`, or else `errors` with their `code` and `message`, or else
// OAuth's `error` and `error_description`; another is a message as it stands, but a page
// of HTML is none.
ServerMessage ReadServerMessage(const HttpResponseHead& head, absl::string_view body);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_SERVER_MESSAGE_H_
