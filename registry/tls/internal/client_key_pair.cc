#include "registry/tls/internal/client_key_pair.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "registry/tls/internal/pem.h"

namespace registryd {

absl::StatusOr<ClientKeyPair> ClientKeyPair::Parse(const ClientCertificate& files) {
  const std::string certificate_file = absl::CHexEscape(files.certificate_file);
  const std::string key_file = absl::CHexEscape(files.key_file);
  ClientKeyPair pair;
  pair.chain_ = CertificatesInPem(files.certificate_pem);
  if (pair.chain_.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(certificate_file, " holds no certificate"));
  }
  for (const auto& der : pair.chain_) {
    bssl::UniquePtr<X509> certificate(X509_parse_from_buffer(der.get()));
    if (certificate != nullptr) {
      pair.parsed_.push_back(std::move(certificate));
    } else if (der == pair.chain_.front()) {
      ERR_clear_error();
      return absl::InvalidArgumentError(
          absl::StrCat("the first certificate of ", certificate_file, " is damaged"));
    }
  }
  pair.key_ = PrivateKeyInPem(files.key_pem.Reveal());
  if (pair.key_ == nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(key_file, " holds no private key that can be used without a passphrase"));
  }
  const bool matches = X509_check_private_key(pair.parsed_.front().get(), pair.key_.get()) == 1;
  ERR_clear_error();
  if (!matches) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key of ", key_file, " is not that of ", certificate_file));
  }
  return pair;
}

bool ClientKeyPair::IssuedByOneOf(const STACK_OF(X509_NAME) * authorities) const {
  if (authorities == nullptr || sk_X509_NAME_num(authorities) == 0) return true;
  return std::any_of(parsed_.begin(), parsed_.end(), [&](const auto& certificate) {
    const X509_NAME* issuer = X509_get_issuer_name(certificate.get());
    for (size_t i = 0; i < sk_X509_NAME_num(authorities); ++i) {
      if (X509_NAME_cmp(sk_X509_NAME_value(authorities, i), issuer) == 0) return true;
    }
    return false;
  });
}

}  // namespace registryd
