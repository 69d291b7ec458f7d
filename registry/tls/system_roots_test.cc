#include "registry/tls/system_roots.h"

#include <map>
#include <string>

#include "absl/status/status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

SystemRootsOptions FromEnvironment(const std::map<std::string, std::string>& environment) {
  return SystemRootsFromEnvironment([&](const char* name) -> const char* {
    auto it = environment.find(name);
    return it == environment.end() ? nullptr : it->second.c_str();
  });
}

TEST(SystemRootsFromEnvironment, TakesWhatIsSet) {
  EXPECT_EQ(FromEnvironment({}).file, "/etc/ssl/certs/ca-certificates.crt");
  EXPECT_THAT(FromEnvironment({}).folders, IsEmpty());
  EXPECT_EQ(FromEnvironment({{"SSL_CERT_FILE", ""}}).file, "/etc/ssl/certs/ca-certificates.crt");
  EXPECT_EQ(FromEnvironment({{"SSL_CERT_FILE", "/a.pem"}}).file, "/a.pem");
  EXPECT_THAT(FromEnvironment({{"SSL_CERT_DIR", "/a::/b"}}).folders, ElementsAre("/a", "/b"));
}

TEST(SystemRoots, ReadsFileAndFoldersOnce) {
  const TestCertificateAuthority one;
  const TestCertificateAuthority two;
  const TestCertificateAuthority three;
  TemporaryFolder folder;
  folder.MakeFolder("roots");
  // Without a line's end, with damage, twice, and something else.
  folder.Write("bundle", "text\n" + one.certificate_pem() +
                             "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n" +
                             two.certificate_pem() + one.certificate_pem() + one.key_pem() + "end");
  folder.Write("roots/three.pem", three.certificate_pem());
  folder.Write("roots/one.pem", one.certificate_pem());
  folder.Write("roots/readme", "nothing");
  SystemRootsOptions options;
  options.file = folder.Path("bundle");
  options.folders = {folder.Path("roots"), folder.Path("missing")};
  const auto roots = SystemRoots::Load(options);
  ASSERT_TRUE(roots.ok()) << roots.status();
  EXPECT_EQ((*roots)->size(), 3);
}

TEST(SystemRoots, MayBeMissing) {
  SystemRootsOptions options;
  options.file = "/nonexistent/roots";
  const auto roots = SystemRoots::Load(options);
  ASSERT_TRUE(roots.ok()) << roots.status();
  EXPECT_EQ((*roots)->size(), 0);
}

TEST(SystemRoots, SaysWhatCannotBeRead) {
  TemporaryFolder folder;
  SystemRootsOptions options;
  options.file = folder.path();  // A folder.
  EXPECT_EQ(SystemRoots::Load(options).status().code(), absl::StatusCode::kFailedPrecondition);
  folder.Write("file", "");
  options.file = folder.Path("file");
  options.folders = {folder.Path("file")};
  const absl::Status status = SystemRoots::Load(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(folder.Path("file")));
}

}  // namespace
}  // namespace registryd
