#include "registry/tls/internal/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/pem.h>
#include <openssl/pool.h>
#include <openssl/x509.h>
#include <string.h>

#include <utility>

namespace registryd {
namespace {

bssl::UniquePtr<BIO> Reader(absl::string_view text) {
  // A view of nothing may have no address, which BIO_new_mem_buf refuses.
  const char* data = text.empty() ? "" : text.data();
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(data, static_cast<int>(text.size())));
}

// There is no one to ask for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

}  // namespace

std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> CertificatesInPem(absl::string_view pem) {
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> certificates;
  const bssl::UniquePtr<BIO> reader = Reader(pem);
  while (!BIO_eof(reader.get())) {
    char* name = nullptr;
    char* header = nullptr;
    uint8_t* data = nullptr;
    long length = 0;
    // Each call takes at least a line, so that what follows damage is read too.
    if (!PEM_read_bio(reader.get(), &name, &header, &data, &length)) continue;
    const bssl::UniquePtr<char> name_owner(name);
    const bssl::UniquePtr<char> header_owner(header);
    const bssl::UniquePtr<uint8_t> data_owner(data);
    if (strcmp(name, PEM_STRING_X509) != 0) continue;
    certificates.emplace_back(CRYPTO_BUFFER_new(data, static_cast<size_t>(length), nullptr));
  }
  ERR_clear_error();
  return certificates;
}

std::vector<bssl::UniquePtr<X509>> ParsedCertificatesInPem(absl::string_view pem) {
  std::vector<bssl::UniquePtr<X509>> parsed;
  for (const auto& der : CertificatesInPem(pem)) {
    bssl::UniquePtr<X509> certificate(X509_parse_from_buffer(der.get()));
    if (certificate != nullptr) parsed.push_back(std::move(certificate));
  }
  ERR_clear_error();
  return parsed;
}

bssl::UniquePtr<EVP_PKEY> PrivateKeyInPem(absl::string_view pem) {
  bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(pem).get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  return key;
}

}  // namespace registryd
