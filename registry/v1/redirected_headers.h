#ifndef REGISTRYD_REGISTRY_V1_REDIRECTED_HEADERS_H_
#define REGISTRYD_REGISTRY_V1_REDIRECTED_HEADERS_H_

#include <memory>

#include "registry/net/http_client.h"
#include "registry/net/http_message.h"

namespace registryd {

// What Docker Engine's client does to a V1 request's own headers in a redirect. net/http
// copies them, and Docker copies them once more: after a redirect `header` is sent
// twice. Not so from one trusted location to another (IsTrustedLocation).
//
// Returns `inner`, which may be null, with a second `header` for such hops.
std::shared_ptr<HttpHopHeaders> WithRedirectedHeader(std::shared_ptr<HttpHopHeaders> inner,
                                                     HttpHeader header);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_REDIRECTED_HEADERS_H_
