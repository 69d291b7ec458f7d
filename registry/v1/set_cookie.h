#ifndef REGISTRYD_REGISTRY_V1_SET_COOKIE_H_
#define REGISTRYD_REGISTRY_V1_SET_COOKIE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/secret.h"

namespace registryd {

// One `Set-Cookie` header, read as Go's net/http reads it: stricter than browsers with
// names and values, and lenient with attributes, of which those that make no sense are
// passed over and of several the last counts.
struct SetCookie {
  std::string name;
  Secret value;
  // The value was in double quotes, which it is sent with again.
  bool quoted = false;
  // As written; empty without one.
  std::string domain;
  std::string path;
  // Seconds; 0 or less: forget the cookie. Goes before `expires`.
  std::optional<int64_t> max_age;
  std::optional<absl::Time> expires;
  bool secure = false;
};

// nullopt for what is no cookie.
std::optional<SetCookie> ParseSetCookie(absl::string_view header);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_SET_COOKIE_H_
