#include "registry/tls/internal/trust_store.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstddef>

namespace registryd {
namespace {

bool IsValidNow(const X509* certificate) {
  return X509_cmp_current_time(X509_get0_notBefore(certificate)) < 0 &&
         X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0;
}

bool HasSigned(X509* issuer, X509* certificate) {
  const bssl::UniquePtr<EVP_PKEY> key(X509_get_pubkey(issuer));
  return key != nullptr && X509_verify(certificate, key.get()) == 1;
}

// Of `candidates`, all of which have the right subject: `certificate` itself, which is
// then self-signed, or else one that leads to a chain that is good. Null if none is.
X509* Choose(const STACK_OF(X509) * candidates, X509* certificate) {
  X509* chosen = nullptr;
  for (size_t i = 0; i < sk_X509_num(candidates); ++i) {
    X509* candidate = sk_X509_value(candidates, i);
    if (X509_check_issued(candidate, certificate) != X509_V_OK) continue;
    if (X509_cmp(candidate, certificate) == 0) return candidate;
    if (chosen == nullptr && IsValidNow(candidate) && HasSigned(candidate, certificate)) {
      chosen = candidate;
    }
  }
  return chosen;
}

// Gives `*issuer` with a reference of its own. 1: found, 0: not.
int GetIssuer(X509** issuer, X509_STORE_CTX* context, X509* certificate) {
  // Takes the store's lock for itself, and references.
  const bssl::UniquePtr<STACK_OF(X509)> candidates(
      X509_STORE_get1_certs(context, X509_get_issuer_name(certificate)));
  // A single one is BoringSSL's to judge, without one signature more to verify.
  if (candidates != nullptr && sk_X509_num(candidates.get()) > 1) {
    X509* chosen = Choose(candidates.get(), certificate);
    ERR_clear_error();  // Of those that have not signed it.
    if (chosen != nullptr) {
      X509_up_ref(chosen);
      *issuer = chosen;
      return 1;
    }
  }
  // Where no candidate is good, its choice says what is wrong.
  return X509_STORE_CTX_get1_issuer(issuer, context, certificate);
}

}  // namespace

bssl::UniquePtr<X509_STORE> NewTrustStore() {
  bssl::UniquePtr<X509_STORE> store(X509_STORE_new());
  X509_STORE_set_get_issuer(store.get(), GetIssuer);
  return store;
}

}  // namespace registryd
