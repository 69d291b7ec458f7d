#include "tests/registries/signed_token.h"

#include <cstdlib>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "openssl/bio.h"
#include "openssl/bn.h"
#include "openssl/ec_key.h"
#include "openssl/ecdsa.h"
#include "openssl/evp.h"
#include "openssl/pem.h"
#include "openssl/sha.h"
#include "openssl/x509.h"

namespace registryd {
namespace {

constexpr size_t kScalarSize = 32;  // Of P-256, in bytes.

bssl::UniquePtr<BIO> Reader(absl::string_view text) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

std::string CertificateDer(absl::string_view pem) {
  const bssl::UniquePtr<X509> certificate(
      PEM_read_bio_X509(Reader(pem).get(), nullptr, nullptr, nullptr));
  uint8_t* bytes = nullptr;
  const int size = i2d_X509(certificate.get(), &bytes);
  if (size <= 0) std::abort();
  const bssl::UniquePtr<uint8_t> owner(bytes);
  return std::string(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

// r and s side by side, as RFC 7518 has it.
std::string Signature(absl::string_view text, absl::string_view key_pem) {
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Reader(key_pem).get(), nullptr, nullptr, nullptr));
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest);
  const bssl::UniquePtr<ECDSA_SIG> signature(
      ECDSA_do_sign(digest, sizeof(digest), EVP_PKEY_get0_EC_KEY(key.get())));
  if (signature == nullptr) std::abort();
  std::string bytes(2 * kScalarSize, '\0');
  auto* const out = reinterpret_cast<uint8_t*>(bytes.data());
  if (BN_bn2bin_padded(out, kScalarSize, ECDSA_SIG_get0_r(signature.get())) != 1 ||
      BN_bn2bin_padded(out + kScalarSize, kScalarSize, ECDSA_SIG_get0_s(signature.get())) != 1) {
    std::abort();
  }
  return bytes;
}

}  // namespace

std::string SignedToken(const nlohmann::json& claims, const TestCertificate& signer) {
  const nlohmann::json header = {
      {"typ", "JWT"},
      {"alg", "ES256"},
      {"x5c", {absl::Base64Escape(CertificateDer(signer.certificate_pem))}},
  };
  const std::string text = absl::StrCat(absl::WebSafeBase64Escape(header.dump()), ".",
                                        absl::WebSafeBase64Escape(claims.dump()));
  return absl::StrCat(text, ".", absl::WebSafeBase64Escape(Signature(text, signer.key_pem)));
}

}  // namespace registryd
