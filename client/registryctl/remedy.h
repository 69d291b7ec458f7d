#ifndef REGISTRYD_CLIENT_REGISTRYCTL_REMEDY_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_REMEDY_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// What to do about a failure, for people: by its reason (of the domain
// `registry.v1`) if that is known, else by its code. Empty: there is no advice.
absl::string_view RemedyFor(absl::string_view reason, absl::StatusCode code);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_REMEDY_H_
