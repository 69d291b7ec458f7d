#include "registry/tls/certs_directory.h"

#include <sys/stat.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const TestCertificate& Client() {
  static const TestCertificateAuthority ca;
  static const TestCertificate client = ca.Issue({});
  return client;
}

class CertsDirectoryTest : public testing::Test {
 protected:
  CertsDirectoryTest() { folder_.MakeFolder("host"); }

  CertsDirectory::Reading Read(CertsDirectoryOptions options = {}) {
    return CertsDirectory(folder_.path(), options).Read("host");
  }

  TemporaryFolder folder_;
};

TEST_F(CertsDirectoryTest, ReadsRootsAndClientCertificatesSorted) {
  folder_.Write("host/b.crt", "anything");
  folder_.Write("host/a.crt", "");
  folder_.Write("host/z.cert", Client().certificate_pem);
  folder_.Write("host/z.key", Client().key_pem);
  folder_.Write("host/y.cert", absl::StrCat("# text\n", Client().certificate_pem));
  folder_.Write("host/y.key", Client().key_pem);
  folder_.Write("host/readme.txt", "");
  folder_.MakeFolder("host/folder");
  const auto reading = Read();
  ASSERT_TRUE(reading.certificates.ok()) << reading.certificates.status();
  const HostCertificates& certificates = **reading.certificates;
  ASSERT_EQ(certificates.roots.size(), 2);
  EXPECT_EQ(certificates.roots[0].file, "a.crt");
  EXPECT_EQ(certificates.roots[0].pem, "");
  EXPECT_EQ(certificates.roots[1].file, "b.crt");
  EXPECT_EQ(certificates.roots[1].pem, "anything");
  ASSERT_EQ(certificates.client_certificates.size(), 2);
  EXPECT_EQ(certificates.client_certificates[0].certificate_file, "y.cert");
  EXPECT_EQ(certificates.client_certificates[0].key_file, "y.key");
  EXPECT_EQ(certificates.client_certificates[1].certificate_pem, Client().certificate_pem);
  EXPECT_EQ(certificates.client_certificates[1].key_pem.Reveal(), Client().key_pem);
}

TEST_F(CertsDirectoryTest, FindsNothingWhereNothingIs) {
  folder_.MakeFolder("empty");
  for (const CertsDirectory& certs :
       {CertsDirectory(folder_.path()), CertsDirectory(folder_.Path("missing/certs.d")),
        CertsDirectory("")}) {
    for (const char* host : {"missing", "empty", ""}) {
      SCOPED_TRACE(absl::StrCat(certs.path(), " ", host));
      const auto reading = certs.Read(host);
      ASSERT_TRUE(reading.certificates.ok()) << reading.certificates.status();
      EXPECT_THAT((*reading.certificates)->roots, IsEmpty());
      EXPECT_THAT((*reading.certificates)->client_certificates, IsEmpty());
    }
  }
}

struct Fault {
  const char* name;
  std::function<void(const TemporaryFolder&)> make;
  std::vector<std::string> message;
};

TEST(CertsDirectory, SaysWhatIsWrong) {
  static const TestCertificate other = TestCertificateAuthority().Issue({});
  const Fault faults[] = {
      {"certificate_without_key",
       [](auto& f) { f.Write("host/client.cert", Client().certificate_pem); },
       {"missing key client.key", "client.cert", "extension .crt"}},
      {"key_without_certificate",
       [](auto& f) { f.Write("host/client.key", Client().key_pem); },
       {"missing client certificate client.cert", "client.key"}},
      {"key_of_another",
       [](auto& f) {
         f.Write("host/client.cert", Client().certificate_pem);
         f.Write("host/client.key", other.key_pem);
       },
       {"key of client.key is not that of client.cert"}},
      {"certificate_is_text",
       [](auto& f) {
         f.Write("host/client.cert", "text");
         f.Write("host/client.key", Client().key_pem);
       },
       {"client.cert holds no certificate"}},
      {"certificate_is_empty",
       [](auto& f) {
         f.Write("host/client.cert", "");
         f.Write("host/client.key", Client().key_pem);
       },
       {"client.cert holds no certificate"}},
      {"certificate_is_damaged",
       [](auto& f) {
         f.Write("host/client.cert",
                 "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
         f.Write("host/client.key", Client().key_pem);
       },
       {"first certificate of client.cert is damaged"}},
      {"key_is_text",
       [](auto& f) {
         f.Write("host/client.cert", Client().certificate_pem);
         f.Write("host/client.key", "text");
       },
       {"client.key holds no private key"}},
      {"root_is_a_folder",
       [](auto& f) { f.MakeFolder("host/a.crt"); },
       {"a.crt is not a regular file"}},
      {"root_is_a_pipe",
       [](auto& f) { mkfifo(f.Path("host/a.crt").c_str(), 0600); },
       {"a.crt is not a regular file"}},
      {"root_is_a_link_to_nowhere",
       [](auto& f) { f.Link("nowhere", "host/a.crt"); },
       {"a.crt cannot be read", "No such file"}},
      {"host_is_a_file",
       [](auto& f) {
         f.Remove("host");
         f.Write("host", "");
       },
       {"folder cannot be read"}},
      {"names_are_escaped",
       [](auto& f) { f.MakeFolder("host/\n\xff.crt"); },
       {"\\n\\xff.crt is not a regular file"}},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.name);
    TemporaryFolder folder;
    folder.MakeFolder("host");
    fault.make(folder);
    const absl::Status status = CertsDirectory(folder.path()).Read("host").certificates.status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), Reason::kCertificatesInvalid);
    for (const std::string& part : fault.message) {
      EXPECT_THAT(std::string(status.message()), HasSubstr(part));
    }
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("PRIVATE KEY")));
  }
}

TEST_F(CertsDirectoryTest, TakesFilesUpToTheLimit) {
  CertsDirectoryOptions options;
  options.max_file_bytes = 10;
  folder_.Write("host/a.crt", std::string(10, 'x'));
  EXPECT_TRUE(Read(options).certificates.ok());
  folder_.Write("host/a.crt", std::string(11, 'x'));
  EXPECT_THAT(std::string(Read(options).certificates.status().message()),
              HasSubstr("a.crt is larger than 10 bytes"));
  folder_.Remove("host/a.crt");
  options.max_files = 3;
  for (const char* name : {"a.crt", "b.crt", "c.crt", "ignored", "ignored.too"}) {
    folder_.Write(absl::StrCat("host/", name), "");
  }
  EXPECT_TRUE(Read(options).certificates.ok());
  folder_.Write("host/d.crt", "");
  EXPECT_THAT(std::string(Read(options).certificates.status().message()),
              HasSubstr("more than 3 files"));
}

TEST_F(CertsDirectoryTest, FollowsLinksAsKubernetesMountsSecrets) {
  folder_.MakeFolder("host/..2024_01");
  folder_.Write("host/..2024_01/ca.crt", "first");
  folder_.Link("..2024_01", "host/..data");
  folder_.Link("..data/ca.crt", "host/ca.crt");
  const auto first = Read();
  ASSERT_TRUE(first.certificates.ok()) << first.certificates.status();
  EXPECT_EQ((*first.certificates)->roots[0].pem, "first");

  folder_.MakeFolder("host/..2024_02");
  folder_.Write("host/..2024_02/ca.crt", "other");
  folder_.Link("..2024_02", "host/..data_tmp");
  folder_.Rename("host/..data_tmp", "host/..data");
  const auto second = Read();
  EXPECT_EQ((*second.certificates)->roots[0].pem, "other");
  EXPECT_NE(first.fingerprint, second.fingerprint);
}

TEST_F(CertsDirectoryTest, FingerprintTellsStatesApart) {
  const CertsDirectory certs(folder_.path());
  std::vector<std::string> seen = {certs.Fingerprint("host")};
  const auto differs = [&](const char* step) {
    SCOPED_TRACE(step);
    const std::string now = certs.Fingerprint("host");
    EXPECT_EQ(now, certs.Fingerprint("host"));
    EXPECT_EQ(now, certs.Read("host").fingerprint);
    for (const std::string& before : seen) EXPECT_NE(now, before);
    seen.push_back(now);
  };
  folder_.Write("host/a.crt", "1");
  differs("a file is made");
  folder_.Write("host/a.crt", "12");
  differs("it grows");
  folder_.Rename("host/a.crt", "host/b.crt");
  differs("it is renamed");
  folder_.Link("b.crt", "host/c.crt");
  differs("a link is made");
  folder_.Link("nowhere", "host/d.crt");
  differs("a link leads nowhere");
  folder_.Remove("host");
  differs("the folder goes");
  folder_.Write("host", "");
  differs("a file takes its place");
}

TEST_F(CertsDirectoryTest, ReadsOneStateOfAFolderThatChanges) {
  for (const char* version : {"one", "two"}) {
    const TestCertificate client = TestCertificateAuthority().Issue({});
    folder_.MakeFolder(absl::StrCat("host/", version));
    folder_.Write(absl::StrCat("host/", version, "/client.cert"), client.certificate_pem);
    folder_.Write(absl::StrCat("host/", version, "/client.key"), client.key_pem);
  }
  folder_.Link("one", "host/..data");
  folder_.Link("..data/client.cert", "host/client.cert");
  folder_.Link("..data/client.key", "host/client.key");
  const CertsDirectory certs(folder_.path());
  for (int i = 0; i < 50; ++i) {
    folder_.Link(i % 2 == 0 ? "two" : "one", "host/..new");
    std::thread swap([&] { folder_.Rename("host/..new", "host/..data"); });
    const auto reading = certs.Read("host");
    EXPECT_TRUE(reading.certificates.ok()) << reading.certificates.status();
    swap.join();
  }
}

TEST_F(CertsDirectoryTest, ListsHosts) {
  folder_.MakeFolder("b:5000");
  folder_.Write("file", "");
  auto hosts = CertsDirectory(folder_.path()).Hosts();
  ASSERT_TRUE(hosts.ok());
  EXPECT_THAT(*hosts, ElementsAre("b:5000", "file", "host"));
  hosts = CertsDirectory(folder_.Path("missing")).Hosts();
  ASSERT_TRUE(hosts.ok());
  EXPECT_THAT(*hosts, IsEmpty());
  EXPECT_EQ(CertsDirectory(folder_.Path("file")).Hosts().status().code(),
            absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace registryd
