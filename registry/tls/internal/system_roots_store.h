#ifndef REGISTRYD_REGISTRY_TLS_INTERNAL_SYSTEM_ROOTS_STORE_H_
#define REGISTRYD_REGISTRY_TLS_INTERNAL_SYSTEM_ROOTS_STORE_H_

#include <openssl/x509.h>

#include <vector>

#include "registry/tls/system_roots.h"

namespace registryd {

struct SystemRoots::Store {
  // The same certificates, for stores with more roots ...
  std::vector<bssl::UniquePtr<X509>> certificates;
  // ... and as a store that contexts without more share. Not changed once loaded.
  bssl::UniquePtr<X509_STORE> store;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_INTERNAL_SYSTEM_ROOTS_STORE_H_
