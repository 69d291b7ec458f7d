#ifndef REGISTRYD_CLIENT_REGISTRYCTL_LOOKUP_TARGET_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_LOOKUP_TARGET_H_

#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// Whether a person who types `text` means a host and not an image reference:
// it holds no `/` and no `@`, and is `localhost`, an address in brackets, or a
// name with a dot, each with or without a port. `ubuntu` and `ubuntu:22.04` are
// references, as they are for `docker pull`.
bool LooksLikeHostname(absl::string_view text);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_LOOKUP_TARGET_H_
