#ifndef REGISTRYD_REGISTRY_AUTH_RFC3339_TIME_H_
#define REGISTRYD_REGISTRY_AUTH_RFC3339_TIME_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace registryd {

// The time that `text` names in the form of RFC 3339, read as leniently as Go's
// time.Parse does, with which token servers were tested: the hour may have one digit, a
// comma may begin the fraction, a zone may be 24 hours and 60 minutes away. Nothing is
// lower case, and there are no leap seconds. nullopt for anything else.
std::optional<absl::Time> ParseRfc3339Time(absl::string_view text);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_RFC3339_TIME_H_
