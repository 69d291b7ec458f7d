#include "registry/tls/identity/identity_check.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;

constexpr absl::string_view kNoCertificate =
    "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n";
constexpr absl::string_view kUnclosed = "-----BEGIN CERTIFICATE-----\nbm90IGEg\n";

TEST(CheckCertificates, TakesOneOrMoreAndTextBetween) {
  const TestCertificateAuthority a, b;
  EXPECT_TRUE(CheckCertificates(a.certificate_pem()).ok());
  EXPECT_TRUE(CheckCertificates(absl::StrCat(a.certificate_pem(), b.certificate_pem())).ok());
  EXPECT_TRUE(CheckCertificates(
                  absl::StrCat("# one\n", a.certificate_pem(), "# two\n", b.certificate_pem()))
                  .ok());
  EXPECT_TRUE(CheckCertificates(absl::StrCat(a.key_pem(), a.certificate_pem())).ok());
}

TEST(CheckCertificates, TellsWhatIsWrong) {
  const TestCertificateAuthority a;
  const struct {
    const char* name;
    std::string pem;
    const char* message;
  } kCases[] = {
      {"empty", "", "holds no certificate"},
      {"text", "hello\n", "holds no certificate"},
      {"key alone", a.key_pem(), "holds no certificate"},
      {"damaged first", std::string(kNoCertificate), "number 1 cannot"},
      {"damaged second", absl::StrCat(a.certificate_pem(), kNoCertificate), "number 2 cannot"},
      {"cut off", absl::StrCat(a.certificate_pem(), kUnclosed), "number 2 cannot"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = CheckCertificates(c.pem);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message)) << c.name;
  }
}

TEST(CheckPrivateKey, TakesAKeyInTheClear) {
  const TestCertificateAuthority a;
  EXPECT_TRUE(CheckPrivateKey(a.key_pem()).ok());
  EXPECT_TRUE(CheckPrivateKey(absl::StrCat(a.certificate_pem(), a.key_pem())).ok());
}

TEST(CheckPrivateKey, TellsWhatIsWrong) {
  const TestCertificateAuthority a;
  const struct {
    const char* name;
    std::string pem;
    const char* message;
  } kCases[] = {
      {"empty", "", "holds no private key"},
      {"certificate alone", a.certificate_pem(), "holds no private key"},
      {"damaged", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
       "holds no private key"},
      {"encrypted",
       "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
       "is encrypted"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = CheckPrivateKey(c.pem);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << c.name;
    EXPECT_THAT(std::string(status.message()), HasSubstr(c.message)) << c.name;
  }
}

TEST(CheckKeyBelongsTo, ComparesWithTheFirstCertificate) {
  const TestCertificateAuthority ca;
  const TestCertificate leaf = ca.Issue({});
  const std::string chain = absl::StrCat(leaf.certificate_pem, ca.certificate_pem());
  EXPECT_TRUE(CheckKeyBelongsTo(leaf.key_pem, chain).ok());
  const absl::Status status = CheckKeyBelongsTo(ca.key_pem(), chain);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()), HasSubstr("not the certificate's"));
}

}  // namespace
}  // namespace registryd
