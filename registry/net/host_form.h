#ifndef REGISTRYD_REGISTRY_NET_HOST_FORM_H_
#define REGISTRYD_REGISTRY_NET_HOST_FORM_H_

#include "registry/uri/url.h"

namespace registryd {

// The host of `url` is written in a way that everybody reads alike: labels of ASCII
// letters, digits, '-' and '_', with dots between and perhaps one behind; an IPv4
// address of four decimal numbers; an IPv6 address in brackets, without a zone.
//
// Resolvers, and libraries behind a check, also read "2130706433", "0x7f.1", "0177.1",
// "127.1" and "127。0。0。1" as addresses: a last label that looks like a number, and
// everything outside ASCII, is refused.
bool HasUsualHost(const Url& url);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HOST_FORM_H_
