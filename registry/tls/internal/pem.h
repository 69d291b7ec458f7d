#ifndef REGISTRYD_REGISTRY_TLS_INTERNAL_PEM_H_
#define REGISTRYD_REGISTRY_TLS_INTERNAL_PEM_H_

#include <openssl/evp.h>
#include <openssl/pool.h>
#include <openssl/x509.h>

#include <vector>

#include "absl/strings/string_view.h"

namespace registryd {

// The DER content of each CERTIFICATE block of `pem`, in order. Other blocks,
// and what is no PEM, are skipped. Leaves BoringSSL's error queue empty.
std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> CertificatesInPem(absl::string_view pem);

// As above, for certificates to trust: as Go's AppendCertsFromPEM, unlike its
// X509KeyPair, skips blocks that have headers.
std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> RootsInPem(absl::string_view pem);

// As RootsInPem, parsed; blocks that are no X.509 certificate are skipped too.
std::vector<bssl::UniquePtr<X509>> ParsedRootsInPem(absl::string_view pem);

// The first private key of `pem`; null if there is none, it is encrypted, or of
// an unknown kind. Leaves BoringSSL's error queue empty.
bssl::UniquePtr<EVP_PKEY> PrivateKeyInPem(absl::string_view pem);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_INTERNAL_PEM_H_
