#include "registry/v1/trusted_location.h"

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace registryd {

bool IsTrustedLocation(const Url& url) {
  if (url.scheme() != "https") return false;
  const absl::string_view host = absl::string_view(url.host()).substr(0, url.host().find(':'));
  return host == "docker.com" || absl::EndsWith(host, ".docker.com") || host == "docker.io" ||
         absl::EndsWith(host, ".docker.io");
}

}  // namespace registryd
