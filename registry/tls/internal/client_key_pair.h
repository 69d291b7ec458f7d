#ifndef REGISTRYD_REGISTRY_TLS_INTERNAL_CLIENT_KEY_PAIR_H_
#define REGISTRYD_REGISTRY_TLS_INTERNAL_CLIENT_KEY_PAIR_H_

#include <openssl/evp.h>
#include <openssl/pool.h>
#include <openssl/x509.h>

#include <vector>

#include "absl/status/statusor.h"
#include "registry/tls/host_certificates.h"

namespace registryd {

// A client certificate with its chain and key, parsed. Move-only. Immutable, and
// then thread-safe.
class ClientKeyPair {
 public:
  // Returns INVALID_ARGUMENT, with a message that names the file and no payload,
  // if either file has no usable content (keys in encrypted form have none) or
  // the key is not the first certificate's.
  static absl::StatusOr<ClientKeyPair> Parse(const ClientCertificate& files);

  // DER, the client's own certificate first.
  const std::vector<bssl::UniquePtr<CRYPTO_BUFFER>>& chain() const { return chain_; }
  EVP_PKEY* key() const { return key_.get(); }

  // Whether a certificate of the chain was issued by one of `authorities`, the
  // names that a server asked for; an empty list accepts every issuer.
  bool IssuedByOneOf(const STACK_OF(X509_NAME) * authorities) const;

 private:
  ClientKeyPair() = default;

  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> chain_;
  std::vector<bssl::UniquePtr<X509>> parsed_;  // Of the chain, what parses.
  bssl::UniquePtr<EVP_PKEY> key_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_INTERNAL_CLIENT_KEY_PAIR_H_
