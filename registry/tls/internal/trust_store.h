#ifndef REGISTRYD_REGISTRY_TLS_INTERNAL_TRUST_STORE_H_
#define REGISTRYD_REGISTRY_TLS_INTERNAL_TRUST_STORE_H_

#include <openssl/x509.h>

namespace registryd {

// An empty store of trusted certificates. Of several that have one subject, such as an
// authority's old and new one, it takes the one that a chain needs; BoringSSL takes the
// first that it comes upon.
bssl::UniquePtr<X509_STORE> NewTrustStore();

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_INTERNAL_TRUST_STORE_H_
