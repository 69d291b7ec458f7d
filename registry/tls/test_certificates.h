#ifndef REGISTRYD_REGISTRY_TLS_TEST_CERTIFICATES_H_
#define REGISTRYD_REGISTRY_TLS_TEST_CERTIFICATES_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

struct evp_pkey_st;

namespace registryd {

// Both in PEM.
struct TestCertificate {
  std::string certificate_pem;
  std::string key_pem;
};

enum class TestKey { kP256, kP384, kP521, kEd25519, kRsa };
enum class TestDigest { kSha256, kSha1, kMd5 };

struct TestCertificateOptions {
  std::string common_name = "test";
  TestKey key = TestKey::kP256;
  // Not empty: this key (PEM), instead of a new one.
  std::string key_pem;
  // False: without keyUsage and extended key usage, as `openssl req -x509` has it.
  bool key_usage = true;
  // What its issuer signs with, unless that has an Ed25519 key; `pss` and kMd5 are for
  // issuers with RSA keys.
  TestDigest digest = TestDigest::kSha256;
  bool pss = false;
  // Subject alternative names. Addresses in text form, without brackets.
  std::vector<std::string> dns_names;
  std::vector<std::string> ip_addresses;
  std::vector<std::string> uris;
  absl::Time not_before = absl::Now() - absl::Hours(1);
  absl::Time not_after = absl::Now() + absl::Hours(24);
};

// A server's certificate that no authority has signed.
TestCertificate MakeSelfSigned(const TestCertificateOptions& options);

// Makes certificates for tests, signed by this authority.
//
//   TestCertificateAuthority ca;
//   TestCertificateOptions options;
//   options.dns_names = {"localhost"};
//   TestCertificate server = ca.Issue(options);
//   trust(ca.certificate_pem());
//
// What is issued is good for servers and clients both. Aborts on errors. Thread-safe.
class TestCertificateAuthority {
 public:
  explicit TestCertificateAuthority(TestCertificateOptions options = {});
  // An intermediate one.
  TestCertificateAuthority(TestCertificateOptions options, const TestCertificateAuthority& issuer);
  ~TestCertificateAuthority();

  const std::string& certificate_pem() const { return own_.certificate_pem; }
  const std::string& key_pem() const { return own_.key_pem; }

  TestCertificate Issue(const TestCertificateOptions& options) const;

 private:
  std::string name_;
  std::shared_ptr<evp_pkey_st> key_;
  TestCertificate own_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_TEST_CERTIFICATES_H_
