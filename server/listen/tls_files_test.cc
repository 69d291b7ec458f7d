#include "server/listen/tls_files.h"

#include <sys/stat.h>

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class TlsFilesTest : public ::testing::Test {
 protected:
  TlsFilesTest() : server_(ca_.Issue({})) {
    folder_.Write("cert", server_.certificate_pem);
    folder_.Write("key", server_.key_pem);
    folder_.Write("ca", ca_.certificate_pem());
    options_.certificate_file = folder_.Path("cert");
    options_.key_file = folder_.Path("key");
    options_.client_ca_file = folder_.Path("ca");
  }

  absl::Status Load() const {
    const auto materials = ReadTlsFiles(options_);
    return materials.ok() ? CheckTlsMaterials(options_, *materials) : materials.status();
  }

  void ExpectRefused(absl::string_view flag, absl::string_view message) const {
    const absl::Status status = Load();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kSettingInvalid);
    EXPECT_EQ(FieldOf(status), flag);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr(std::string(flag)), HasSubstr(std::string(message))));
  }

  const TestCertificateAuthority ca_;
  const TestCertificate server_;
  TemporaryFolder folder_;
  TlsOptions options_;
};

TEST_F(TlsFilesTest, GoodFilesAreRead) {
  EXPECT_TRUE(Load().ok()) << Load();
  const auto materials = ReadTlsFiles(options_);
  ASSERT_TRUE(materials.ok());
  EXPECT_EQ(materials->certificate_pem, server_.certificate_pem);
  EXPECT_EQ(materials->key_pem.Reveal(), server_.key_pem);
  EXPECT_EQ(materials->client_ca_pem, ca_.certificate_pem());
}

TEST_F(TlsFilesTest, WithoutClientCertificatesNoAuthorityIsRead) {
  options_.require_client_certificate = false;
  options_.client_ca_file = "";
  EXPECT_TRUE(Load().ok()) << Load();
}

TEST_F(TlsFilesTest, EachPathIsNeeded) {
  const TlsOptions all = options_;
  options_.certificate_file = "";
  ExpectRefused("tls-cert", "is needed");
  options_ = all;
  options_.key_file = "";
  ExpectRefused("tls-key", "is needed");
  options_ = all;
  options_.client_ca_file = "";
  ExpectRefused("tls-client-ca", "tls-client-auth=none");
}

TEST_F(TlsFilesTest, AnAuthorityThatNobodyAsksIsAMistake) {
  options_.require_client_certificate = false;
  ExpectRefused("tls-client-ca", "has no use");
}

TEST_F(TlsFilesTest, AMissingFileIsNamed) {
  folder_.Remove("key");
  ExpectRefused("tls-key", folder_.Path("key") + ": No such file or directory");
}

TEST_F(TlsFilesTest, WhatIsNoFileIsRefused) {
  folder_.Remove("ca");
  folder_.MakeFolder("ca");
  ExpectRefused("tls-client-ca", "not a regular file");
  folder_.Remove("cert");
  ASSERT_EQ(::mkfifo(folder_.Path("cert").c_str(), 0600), 0);
  ExpectRefused("tls-cert", "not a regular file");
}

TEST_F(TlsFilesTest, SizeIsLimited) {
  folder_.Write(
      "ca", ca_.certificate_pem() + std::string((1 << 20) - ca_.certificate_pem().size(), '\n'));
  EXPECT_TRUE(Load().ok()) << Load();
  folder_.Write("ca", std::string((1 << 20) + 1, '\n'));
  ExpectRefused("tls-client-ca", "larger than 1 MiB");
}

TEST_F(TlsFilesTest, UnusableContentIsNamed) {
  folder_.Write("cert", "");
  ExpectRefused("tls-cert", "holds no certificate");
  folder_.Write("cert", server_.key_pem);
  ExpectRefused("tls-cert", "holds no certificate");
  folder_.Write("cert", server_.certificate_pem);
  folder_.Write("key", server_.certificate_pem);
  ExpectRefused("tls-key", "holds no private key");
  folder_.Write("key", server_.key_pem);
  folder_.Write("ca", "nothing");
  ExpectRefused("tls-client-ca", "holds no certificate");
}

TEST_F(TlsFilesTest, AKeyOfAnotherCertificateIsToldAndNotShown) {
  const std::string other = ca_.key_pem();
  folder_.Write("key", other);
  ExpectRefused("tls-key", "not the certificate's");
  EXPECT_THAT(Load().ToString(), Not(HasSubstr(other.substr(30, 20))));
}

}  // namespace
}  // namespace registryd
