#include "client/pem_check.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "absl/strings/str_cat.h"

namespace registryd::client {
namespace {

bssl::UniquePtr<BIO> Reader(const std::string& pem) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

bssl::UniquePtr<X509> NextCertificate(BIO* reader) {
  return bssl::UniquePtr<X509>(PEM_read_bio_X509_AUX(reader, nullptr, nullptr, nullptr));
}

// There is no one to ask for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

absl::Status CheckCertificates(const std::string& pem) {
  ERR_clear_error();
  const bssl::UniquePtr<BIO> reader = Reader(pem);
  int count = 0;
  while (NextCertificate(reader.get()) != nullptr) ++count;
  // The end of the text is an error too, of another kind.
  const uint32_t error = ERR_peek_last_error();
  ERR_clear_error();
  if (ERR_GET_LIB(error) != ERR_LIB_PEM || ERR_GET_REASON(error) != PEM_R_NO_START_LINE) {
    return absl::InvalidArgumentError(
        absl::StrCat("is damaged: its certificate number ", count + 1, " cannot be read"));
  }
  if (count == 0) return absl::InvalidArgumentError("holds no certificate in PEM");
  return absl::OkStatus();
}

absl::Status CheckKey(const std::string& pem, const std::string& certificates) {
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, NoPassphrase, nullptr));
  const bssl::UniquePtr<X509> certificate = NextCertificate(Reader(certificates).get());
  const bool belongs = key != nullptr && certificate != nullptr &&
                       X509_check_private_key(certificate.get(), key.get()) == 1;
  ERR_clear_error();
  if (key == nullptr) {
    return absl::InvalidArgumentError("holds no private key in PEM, without a passphrase");
  }
  if (!belongs) return absl::InvalidArgumentError("is not the certificate's key");
  return absl::OkStatus();
}

}  // namespace registryd::client
