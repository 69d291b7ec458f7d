#ifndef REGISTRYD_SERVER_OBSERVE_HOST_LABEL_H_
#define REGISTRYD_SERVER_OBSERVE_HOST_LABEL_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// What HostLabel makes of a text that is no host.
inline constexpr absl::string_view kInvalidHost = "(invalid)";

// `host` as logs and metrics may show it: HOST[:PORT] in lower case. Hosts come
// from callers' and registries' bytes, so that what is anything else, such as user
// information, a port that is no number, or more than 255 bytes, is kInvalidHost.
std::string HostLabel(absl::string_view host);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_OBSERVE_HOST_LABEL_H_
