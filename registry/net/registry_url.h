#ifndef REGISTRYD_REGISTRY_NET_REGISTRY_URL_H_
#define REGISTRYD_REGISTRY_NET_REGISTRY_URL_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "registry/uri/url.h"

namespace registryd {

// Whether a registry can be asked at `url`, whose host a caller wrote: to be known before
// a request, which ends otherwise in terms of its own.
//
// Returns INVALID_ARGUMENT, field `field`: FIELD_INVALID where OriginOf finds no origin, as
// for the port 0; HOSTNAME_INVALID for a host without the form that HasUsualHost wants.
absl::Status CheckRegistryUrl(const Url& url, absl::string_view field);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_REGISTRY_URL_H_
