#include "registry/tls/identity/identity_check.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

bssl::UniquePtr<BIO> Reader(absl::string_view pem) {
  const char* data = pem.empty() ? "" : pem.data();
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(data, static_cast<int>(pem.size())));
}

bssl::UniquePtr<X509> NextCertificate(BIO* reader) {
  return bssl::UniquePtr<X509>(PEM_read_bio_X509(reader, nullptr, nullptr, nullptr));
}

// There is no one to ask for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

bssl::UniquePtr<EVP_PKEY> Key(absl::string_view pem) {
  return bssl::UniquePtr<EVP_PKEY>(
      PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, NoPassphrase, nullptr));
}

}  // namespace

absl::Status CheckCertificates(absl::string_view pem) {
  ERR_clear_error();
  const bssl::UniquePtr<BIO> reader = Reader(pem);
  int count = 0;
  while (NextCertificate(reader.get()) != nullptr) ++count;
  // Reading ends with "no start line" at the end of the text, and with another
  // error at what looks like a certificate and is none.
  const uint32_t error = ERR_peek_last_error();
  const bool at_end =
      ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!at_end) {
    return absl::InvalidArgumentError(
        absl::StrCat("is damaged: its certificate number ", count + 1, " cannot be read"));
  }
  if (count == 0) return absl::InvalidArgumentError("holds no certificate in PEM form");
  return absl::OkStatus();
}

absl::Status CheckPrivateKey(absl::string_view pem) {
  const bool usable = Key(pem) != nullptr;
  ERR_clear_error();
  if (usable) return absl::OkStatus();
  if (absl::StrContains(pem, "ENCRYPTED")) {
    return absl::InvalidArgumentError("is encrypted: the key must be given without passphrase");
  }
  return absl::InvalidArgumentError("holds no private key in PEM form that can be used");
}

absl::Status CheckKeyBelongsTo(absl::string_view key_pem, absl::string_view certificate_pem) {
  const bssl::UniquePtr<EVP_PKEY> key = Key(key_pem);
  const bssl::UniquePtr<X509> certificate = NextCertificate(Reader(certificate_pem).get());
  const bool belongs = key != nullptr && certificate != nullptr &&
                       X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (belongs) return absl::OkStatus();
  return absl::InvalidArgumentError("holds a key that is not the certificate's");
}

}  // namespace registryd
