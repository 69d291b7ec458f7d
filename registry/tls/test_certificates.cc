#include "registry/tls/test_certificates.h"

#include <arpa/inet.h>
#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/digest.h>
#include <openssl/ec.h>
#include <openssl/ec_key.h>
#include <openssl/evp.h>
#include <openssl/nid.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdlib.h>

#include <iostream>
#include <utility>

namespace registryd {
namespace {

void Check(bool ok, absl::string_view what) {
  if (ok) return;
  std::cerr << "test_certificates: " << what << " failed\n";
  abort();
}

bssl::UniquePtr<EVP_PKEY> NewEcKey(int curve) {
  bssl::UniquePtr<EC_KEY> ec(EC_KEY_new_by_curve_name(curve));
  Check(EC_KEY_generate_key(ec.get()) == 1, "generating a key");
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  Check(EVP_PKEY_set1_EC_KEY(key.get(), ec.get()) == 1, "wrapping a key");
  return key;
}

bssl::UniquePtr<EVP_PKEY> NewRsaKey() {
  bssl::UniquePtr<RSA> rsa(RSA_new());
  bssl::UniquePtr<BIGNUM> exponent(BN_new());
  Check(BN_set_word(exponent.get(), RSA_F4) == 1, "setting an exponent");
  Check(RSA_generate_key_ex(rsa.get(), 2048, exponent.get(), nullptr) == 1, "generating a key");
  bssl::UniquePtr<EVP_PKEY> key(EVP_PKEY_new());
  Check(EVP_PKEY_set1_RSA(key.get(), rsa.get()) == 1, "wrapping a key");
  return key;
}

bssl::UniquePtr<EVP_PKEY> NewEd25519Key() {
  const bssl::UniquePtr<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nullptr));
  EVP_PKEY* key = nullptr;
  Check(EVP_PKEY_keygen_init(context.get()) == 1 && EVP_PKEY_keygen(context.get(), &key) == 1,
        "generating a key");
  return bssl::UniquePtr<EVP_PKEY>(key);
}

bssl::UniquePtr<EVP_PKEY> KeyOf(const TestCertificateOptions& options) {
  if (!options.key_pem.empty()) {
    const bssl::UniquePtr<BIO> in(
        BIO_new_mem_buf(options.key_pem.data(), static_cast<int>(options.key_pem.size())));
    bssl::UniquePtr<EVP_PKEY> key(PEM_read_bio_PrivateKey(in.get(), nullptr, nullptr, nullptr));
    Check(key != nullptr, "reading a key");
    return key;
  }
  switch (options.key) {
    case TestKey::kP256:
      return NewEcKey(NID_X9_62_prime256v1);
    case TestKey::kP384:
      return NewEcKey(NID_secp384r1);
    case TestKey::kP521:
      return NewEcKey(NID_secp521r1);
    case TestKey::kEd25519:
      return NewEd25519Key();
    case TestKey::kRsa:
      return NewRsaKey();
  }
  return nullptr;
}

const EVP_MD* DigestOf(const TestCertificateOptions& options) {
  switch (options.digest) {
    case TestDigest::kSha256:
      return EVP_sha256();
    case TestDigest::kSha1:
      return EVP_sha1();
    case TestDigest::kMd5:
      return EVP_md5();
  }
  return nullptr;
}

void Sign(X509* certificate, const TestCertificateOptions& options, EVP_PKEY* key) {
  bssl::ScopedEVP_MD_CTX context;
  EVP_PKEY_CTX* parameters = nullptr;
  const EVP_MD* digest = EVP_PKEY_id(key) == EVP_PKEY_ED25519 ? nullptr : DigestOf(options);
  Check(EVP_DigestSignInit(context.get(), &parameters, digest, nullptr, key) == 1, "signing");
  if (options.pss) {
    // The salt as long as the digest.
    Check(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING) == 1 &&
              EVP_PKEY_CTX_set_rsa_pss_saltlen(parameters, -1) == 1,
          "signing");
  }
  Check(X509_sign_ctx(certificate, context.get()) > 0, "signing");
}

void SetSerial(X509* certificate) {
  uint8_t bytes[16];
  RAND_bytes(bytes, sizeof(bytes));
  bytes[0] &= 0x7f;
  bssl::UniquePtr<BIGNUM> number(BN_bin2bn(bytes, sizeof(bytes), nullptr));
  Check(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr, "serial");
}

void SetCommonName(X509_NAME* name, const std::string& common_name) {
  Check(X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8,
                                   reinterpret_cast<const uint8_t*>(common_name.data()),
                                   static_cast<int>(common_name.size()), -1, 0) == 1,
        "naming");
}

void AddExtension(X509* certificate, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  bssl::UniquePtr<X509_EXTENSION> extension(X509V3_EXT_nconf_nid(nullptr, &context, nid, value));
  Check(extension != nullptr, "making an extension");
  Check(X509_add_ext(certificate, extension.get(), -1) == 1, "adding an extension");
}

bssl::UniquePtr<ASN1_OCTET_STRING> AddressBytes(const std::string& address) {
  uint8_t bytes[16];
  int length = 0;
  if (inet_pton(AF_INET, address.c_str(), bytes) == 1) length = 4;
  if (inet_pton(AF_INET6, address.c_str(), bytes) == 1) length = 16;
  Check(length > 0, "parsing an IP address");
  bssl::UniquePtr<ASN1_OCTET_STRING> octets(ASN1_OCTET_STRING_new());
  ASN1_STRING_set(octets.get(), bytes, length);
  return octets;
}

void AddAlternativeNames(X509* certificate, const TestCertificateOptions& options) {
  bssl::UniquePtr<GENERAL_NAMES> names(GENERAL_NAMES_new());
  const auto add = [&](int type, ASN1_STRING* value) {
    GENERAL_NAME* name = GENERAL_NAME_new();
    GENERAL_NAME_set0_value(name, type, value);
    Check(sk_GENERAL_NAME_push(names.get(), name) > 0, "adding an alternative name");
  };
  const auto text = [](const std::string& value) {
    ASN1_STRING* string = ASN1_IA5STRING_new();
    ASN1_STRING_set(string, value.data(), static_cast<int>(value.size()));
    return string;
  };
  for (const std::string& name : options.dns_names) add(GEN_DNS, text(name));
  for (const std::string& uri : options.uris) add(GEN_URI, text(uri));
  for (const std::string& address : options.ip_addresses) {
    add(GEN_IPADD, AddressBytes(address).release());
  }
  if (sk_GENERAL_NAME_num(names.get()) == 0) return;
  Check(X509_add1_ext_i2d(certificate, NID_subject_alt_name, names.get(), 0, 0) == 1, "names");
}

template <typename Write>
std::string Pem(Write write) {
  bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  Check(write(out.get()) == 1, "writing PEM");
  const uint8_t* data = nullptr;
  size_t length = 0;
  Check(BIO_mem_contents(out.get(), &data, &length) == 1, "reading PEM");
  return std::string(reinterpret_cast<const char*>(data), length);
}

TestCertificate Make(const TestCertificateOptions& options, bool authority, EVP_PKEY* key,
                     const std::string& issuer_name, EVP_PKEY* issuer_key) {
  bssl::UniquePtr<X509> certificate(X509_new());
  X509* x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  SetSerial(x509);
  SetCommonName(X509_get_subject_name(x509), options.common_name);
  SetCommonName(X509_get_issuer_name(x509), issuer_name);
  ASN1_TIME_set(X509_getm_notBefore(x509), absl::ToTimeT(options.not_before));
  ASN1_TIME_set(X509_getm_notAfter(x509), absl::ToTimeT(options.not_after));
  Check(X509_set_pubkey(x509, key) == 1, "setting the public key");
  AddExtension(x509, NID_basic_constraints, authority ? "critical,CA:TRUE" : "critical,CA:FALSE");
  if (options.key_usage && authority) {
    AddExtension(x509, NID_key_usage, "critical,keyCertSign,cRLSign");
  } else if (options.key_usage) {
    AddExtension(x509, NID_key_usage, "critical,digitalSignature");
    AddExtension(x509, NID_ext_key_usage, "serverAuth,clientAuth");
  }
  AddAlternativeNames(x509, options);
  Sign(x509, options, issuer_key);
  return {Pem([&](BIO* out) { return PEM_write_bio_X509(out, x509); }), Pem([&](BIO* out) {
            return PEM_write_bio_PKCS8PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
          })};
}

TestCertificateOptions NamedAuthority(TestCertificateOptions options) {
  if (options.common_name == TestCertificateOptions().common_name) options.common_name = "test CA";
  return options;
}

}  // namespace

TestCertificate MakeSelfSigned(const TestCertificateOptions& options) {
  const bssl::UniquePtr<EVP_PKEY> key = KeyOf(options);
  return Make(options, /*authority=*/false, key.get(), options.common_name, key.get());
}

TestCertificateAuthority::TestCertificateAuthority(TestCertificateOptions options)
    : name_(NamedAuthority(options).common_name), key_(KeyOf(options).release(), EVP_PKEY_free) {
  own_ =
      Make(NamedAuthority(std::move(options)), /*authority=*/true, key_.get(), name_, key_.get());
}

TestCertificateAuthority::TestCertificateAuthority(TestCertificateOptions options,
                                                   const TestCertificateAuthority& issuer)
    : name_(NamedAuthority(options).common_name), key_(KeyOf(options).release(), EVP_PKEY_free) {
  own_ = Make(NamedAuthority(std::move(options)), /*authority=*/true, key_.get(), issuer.name_,
              issuer.key_.get());
}

TestCertificateAuthority::~TestCertificateAuthority() = default;

TestCertificate TestCertificateAuthority::Issue(const TestCertificateOptions& options) const {
  const bssl::UniquePtr<EVP_PKEY> key = KeyOf(options);
  return Make(options, /*authority=*/false, key.get(), name_, key_.get());
}

}  // namespace registryd
