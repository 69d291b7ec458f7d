#include <fcntl.h>
#include <sys/inotify.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/certs_directory.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;

constexpr char kSecret[] = "canary";

// certs.d beside folders that must not be touched. Any open of those is seen.
class SecurityRow10ConfinementTest : public testing::TestWithParam<Confinement> {
 protected:
  SecurityRow10ConfinementTest() {
    for (const char* name : {"certs.d/host", "outside/host", "certs.d-not"}) {
      folder_.MakeFolder(name);
    }
    folder_.Write("certs.d/host/ca.crt", "inside");
    for (const char* name :
         {"ca.crt", "outside/ca.crt", "outside/host/ca.crt", "certs.d-not/ca.crt"}) {
      folder_.Write(name, kSecret);
    }
    for (const char* name : {"", "outside", "outside/host", "certs.d-not"}) {
      EXPECT_GE(inotify_add_watch(spy_.get(), folder_.Path(name).c_str(), IN_OPEN | IN_ACCESS), 0);
    }
  }

  absl::Status Read(const std::string& host) {
    CertsDirectoryOptions options;
    options.confinement = GetParam();
    const CertsDirectory certs(folder_.Path("certs.d"), options);
    (void)certs.Fingerprint(host);
    const auto reading = certs.Read(host);
    if (!reading.certificates.ok()) {
      EXPECT_THAT(std::string(reading.certificates.status().message()), Not(HasSubstr(kSecret)));
      return reading.certificates.status();
    }
    for (const TrustRoot& root : (*reading.certificates)->roots) EXPECT_EQ(root.pem, "inside");
    return absl::OkStatus();
  }

  // Names of what was opened outside since the last call. certs.d itself may be.
  std::vector<std::string> Opened() {
    std::vector<std::string> names;
    alignas(inotify_event) char buffer[4096];
    ssize_t length;
    while ((length = read(spy_.get(), buffer, sizeof(buffer))) > 0) {
      for (char* at = buffer; at < buffer + length;) {
        const auto* event = reinterpret_cast<const inotify_event*>(at);
        at += sizeof(inotify_event) + event->len;
        const std::string name = event->len == 0 ? "" : event->name;
        if (name != "certs.d") names.push_back(absl::StrCat("opened:", name));
      }
    }
    return names;
  }

  TemporaryFolder folder_;
  FileDescriptor spy_{inotify_init1(IN_NONBLOCK)};
};

INSTANTIATE_TEST_SUITE_P(Ways, SecurityRow10ConfinementTest,
                         testing::Values(Confinement::kKernel, Confinement::kWalk),
                         [](const auto& info) {
                           return info.param == Confinement::kKernel ? "kernel" : "walk";
                         });

TEST_P(SecurityRow10ConfinementTest, TheSpySeesWhatIsOpened) {
  const FileDescriptor file(open(folder_.Path("outside/ca.crt").c_str(), O_RDONLY));
  EXPECT_THAT(Opened(), testing::Contains("opened:ca.crt"));
}

TEST_P(SecurityRow10ConfinementTest, RefusesHostsThatAreNoFolderNames) {
  const std::string hosts[] = {".",
                               "..",
                               "/",
                               "//",
                               "../",
                               "../outside",
                               "../outside/host",
                               "..//outside",
                               "host/",
                               "host/..",
                               "host/../../outside",
                               "./host",
                               "/etc",
                               folder_.Path("outside"),
                               "../certs.d-not",
                               "..\\outside",
                               "\\",
                               std::string("\0", 1),
                               std::string("host\0", 5),
                               std::string("host\0/../../outside", 19),
                               "%2f",
                               "%2F",
                               "..%2foutside",
                               "..%2Foutside",
                               "%2e%2e",
                               "%2E%2e%2foutside",
                               ".%2e",
                               "%2e",
                               "%5c",
                               "%00",
                               "host%00",
                               "%0a",
                               "%252f",
                               "%25252f",
                               "%2%35%32f",
                               "%252e%252e",
                               "host\n",
                               "\r",
                               "\t",
                               "\x7f",
                               "\x01",
                               std::string(256, 'a')};
  for (const std::string& host : hosts) {
    SCOPED_TRACE(absl::CHexEscape(host));
    const absl::Status status = Read(host);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), Reason::kHostnameInvalid);
    EXPECT_EQ(FieldOf(status), "hostname");
  }
  EXPECT_THAT(Opened(), testing::IsEmpty());
}

TEST_P(SecurityRow10ConfinementTest, TakesOddHosts) {
  for (const std::string& host :
       {std::string(),           std::string("host"),         std::string("[::1]:5000"),
        std::string("::1"),      std::string("-97"),          std::string("host:"),
        std::string("host:abc"), std::string("EXAMPLE.com"),  std::string("my_reg.example.com"),
        std::string("\xc3\xa9"), std::string("..."),          std::string("..a"),
        std::string("a.."),      std::string("fe80::1%eth0"), std::string("%"),
        std::string("%2"),       std::string("%zz"),          std::string("a%2eb"),
        std::string(" "),        std::string(255, 'a')}) {
    SCOPED_TRACE(host);
    EXPECT_EQ(Read(host), absl::OkStatus());
  }
  EXPECT_THAT(Opened(), testing::IsEmpty());
}

TEST_P(SecurityRow10ConfinementTest, RefusesLinksThatLeadOut) {
  folder_.Link("../outside", "certs.d/relative");
  folder_.Link(folder_.Path("outside"), "certs.d/absolute");
  folder_.Link("..", "certs.d/parent");
  folder_.Link("/", "certs.d/root");
  folder_.Link("host/../../outside", "certs.d/winding");
  folder_.Link("relative/host", "certs.d/chain");
  folder_.Link("../certs.d/host", "certs.d/out-and-in");
  for (const char* host : {"file-relative", "file-absolute", "file-chain"}) {
    folder_.MakeFolder(absl::StrCat("certs.d/", host));
  }
  folder_.Link("../../outside/ca.crt", "certs.d/file-relative/ca.crt");
  folder_.Link(folder_.Path("outside/ca.crt"), "certs.d/file-absolute/ca.crt");
  folder_.Link("../relative/ca.crt", "certs.d/file-chain/ca.crt");
  for (const char* host : {"relative", "absolute", "parent", "root", "winding", "chain",
                           "out-and-in", "file-relative", "file-absolute", "file-chain"}) {
    SCOPED_TRACE(host);
    const absl::Status status = Read(host);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), Reason::kCertificatesInvalid);
    EXPECT_THAT(std::string(status.message()), HasSubstr("leads out of certs.d"));
  }
  EXPECT_THAT(Opened(), testing::IsEmpty());
}

TEST_P(SecurityRow10ConfinementTest, OpensNothingOutsideForAnyMixture) {
  folder_.Link("../outside", "certs.d/link");
  folder_.Link("host", "certs.d/alias");
  const std::vector<std::string> parts = {".",
                                          "..",
                                          "/",
                                          "\\",
                                          "%",
                                          "2",
                                          "f",
                                          "e",
                                          "5",
                                          "c",
                                          "%2f",
                                          "%2e",
                                          "%25",
                                          "%00",
                                          "host",
                                          "outside",
                                          "certs.d-not",
                                          "link",
                                          "alias",
                                          "ca.crt",
                                          ":5000",
                                          "[::1]",
                                          std::string("\0", 1),
                                          "\n",
                                          "\xff",
                                          "~",
                                          "$HOME",
                                          "*"};
  std::minstd_rand random(20240701);
  for (int i = 0; i < 20000; ++i) {
    std::string host;
    for (size_t n = 1 + random() % 6; n > 0; --n) host += parts[random() % parts.size()];
    const absl::Status status = Read(host);
    if (!status.ok()) {
      EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << absl::CHexEscape(host);
    }
  }
  EXPECT_THAT(Opened(), testing::IsEmpty());
}

}  // namespace
}  // namespace registryd
