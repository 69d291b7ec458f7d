#include "registry/tls/system_roots.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_replace.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

SystemRootsOptions FromEnvironment(const std::map<std::string, std::string>& environment) {
  return SystemRootsFromEnvironment([&](const char* name) -> const char* {
    auto it = environment.find(name);
    return it == environment.end() ? nullptr : it->second.c_str();
  });
}

TEST(SystemRootsFromEnvironment, TakesWhatIsSet) {
  const SystemRootsOptions defaults;
  EXPECT_EQ(FromEnvironment({}).files, defaults.files);
  EXPECT_EQ(FromEnvironment({}).folders, defaults.folders);
  EXPECT_EQ(FromEnvironment({{"SSL_CERT_FILE", ""}}).files, defaults.files);
  EXPECT_EQ(FromEnvironment({{"SSL_CERT_DIR", ""}}).folders, defaults.folders);

  const SystemRootsOptions file = FromEnvironment({{"SSL_CERT_FILE", "/a.pem"}});
  EXPECT_THAT(file.files, ElementsAre("/a.pem"));
  EXPECT_EQ(file.folders, defaults.folders);

  const SystemRootsOptions folders = FromEnvironment({{"SSL_CERT_DIR", "/a::/b"}});
  EXPECT_EQ(folders.files, defaults.files);
  EXPECT_THAT(folders.folders, ElementsAre("/a", "/b"));
}

class SystemRootsTest : public testing::Test {
 protected:
  // How many there are of these files and folders, of folder_.
  size_t Count(const std::vector<std::string>& files, const std::vector<std::string>& folders) {
    const auto roots = Load(files, folders);
    EXPECT_TRUE(roots.ok()) << roots.status();
    return roots.ok() ? (*roots)->size() : 0;
  }

  absl::StatusOr<std::shared_ptr<const SystemRoots>> Load(const std::vector<std::string>& files,
                                                          const std::vector<std::string>& folders) {
    SystemRootsOptions options;
    options.files.clear();
    options.folders.clear();
    for (const std::string& file : files) options.files.push_back(folder_.Path(file));
    for (const std::string& folder : folders) options.folders.push_back(folder_.Path(folder));
    return SystemRoots::Load(options);
  }

  const TestCertificateAuthority one_;
  const TestCertificateAuthority two_;
  const TestCertificateAuthority three_;
  TemporaryFolder folder_;
};

TEST_F(SystemRootsTest, AreReadFromFileAndFoldersOnce) {
  folder_.MakeFolder("roots");
  // Without a line's end, with damage, twice, and something else.
  folder_.Write("bundle", "text\n" + one_.certificate_pem() +
                              "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n" +
                              two_.certificate_pem() + one_.certificate_pem() + one_.key_pem() +
                              "end");
  folder_.Write("roots/three.pem", three_.certificate_pem());
  folder_.Write("roots/one.pem", one_.certificate_pem());
  folder_.Write("roots/readme", "nothing");
  folder_.Link("three.pem", "roots/0123abcd.0");
  EXPECT_EQ(Count({"bundle"}, {"roots", "missing"}), 3);
}

TEST_F(SystemRootsTest, FollowsLinksOutOfAFolder) {
  folder_.MakeFolder("roots");
  folder_.MakeFolder("elsewhere");
  folder_.Write("elsewhere/one.pem", one_.certificate_pem());
  folder_.Link("../elsewhere/one.pem", "roots/one.pem");
  EXPECT_EQ(Count({}, {"roots"}), 1);
}

TEST_F(SystemRootsTest, OfSeveralFilesTheFirstThatCanBeReadCounts) {
  folder_.MakeFolder("folder");
  folder_.Write("first", one_.certificate_pem());
  folder_.Write("second", two_.certificate_pem() + three_.certificate_pem());
  EXPECT_EQ(Count({"missing", "first", "second"}, {}), 1);
  EXPECT_EQ(Count({"folder", "second", "first"}, {}), 2);
}

TEST_F(SystemRootsTest, MayBeMissing) { EXPECT_EQ(Count({"file"}, {"folder"}), 0); }

TEST_F(SystemRootsTest, WhatCannotBeReadIsPassedOverWhileThereAreOthers) {
  folder_.MakeFolder("folder");
  folder_.Write("file", one_.certificate_pem());
  EXPECT_EQ(Count({"file"}, {"file"}), 1);
  folder_.MakeFolder("roots");
  folder_.Write("roots/one.pem", one_.certificate_pem());
  EXPECT_EQ(Count({"folder"}, {"roots"}), 1);
}

TEST_F(SystemRootsTest, SaysWhatCannotBeReadWhereThereAreNone) {
  folder_.MakeFolder("folder");
  folder_.Write("empty", "");
  const absl::Status file = Load({"folder"}, {}).status();
  EXPECT_EQ(file.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(file.message()), HasSubstr(folder_.Path("folder")));
  const absl::Status folder = Load({"empty"}, {"empty"}).status();
  EXPECT_EQ(folder.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(folder.message()), HasSubstr(folder_.Path("empty")));
}

// Go's encoding/pem reads all of these.
TEST_F(SystemRootsTest, ReadsPemAsPeopleCopyIt) {
  const std::string pem = one_.certificate_pem();
  const size_t first_line = pem.find('\n') + 1;
  const size_t last_line = pem.rfind("-----END");
  const std::string base64 = pem.substr(first_line, last_line - first_line);
  const std::string begin = pem.substr(0, first_line);
  const std::string end = pem.substr(last_line);
  const std::string one_line = absl::StrReplaceAll(base64, {{"\n", ""}});
  const struct {
    const char* name;
    std::string text;
  } kCases[] = {
      {"as it is", pem},
      {"a blank line before the end", begin + base64 + "\n" + end},
      {"a blank line after the beginning", begin + "\n" + base64 + end},
      {"every other line blank", absl::StrReplaceAll(pem, {{"\n", "\n\n"}})},
      {"lines of DOS", absl::StrReplaceAll(pem, {{"\n", "\r\n"}})},
      {"spaces around", begin + absl::StrReplaceAll(base64, {{"\n", " \n\t "}}) + "\n" + end},
      {"one line", begin + one_line + "\n" + end},
      {"lines of 253", begin + one_line.substr(0, 253) + "\n" + one_line.substr(253) + "\n" + end},
      {"one without an end before it", begin + base64.substr(0, 100) + "\n" + pem},
      {"after one with headers", begin + "A: b\n\n" + base64 + end + pem},
  };
  for (const auto& test : kCases) {
    folder_.Write("file", test.text);
    EXPECT_EQ(Count({"file"}, {}), 1) << test.name;
  }
}

// AppendCertsFromPEM of Go's crypto/x509 skips them.
TEST_F(SystemRootsTest, BlocksWithHeadersAreNotTrusted) {
  const std::string pem = one_.certificate_pem();
  const size_t first_line = pem.find('\n') + 1;
  const std::string begin = pem.substr(0, first_line);
  const std::string rest = pem.substr(first_line);
  for (const char* headers :
       {"Friendly-Name: one\n\n", "Friendly-Name: one\n", "A: b\nC: d\n\n", ":\n\n", "A:\n"}) {
    folder_.Write("file", begin + headers + rest + two_.certificate_pem());
    EXPECT_EQ(Count({"file"}, {}), 1) << headers;
    folder_.Write("file", begin + headers + rest);
    EXPECT_EQ(Count({"file"}, {}), 0) << headers;
  }
}

}  // namespace
}  // namespace registryd
