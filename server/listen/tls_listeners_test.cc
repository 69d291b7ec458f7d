#include <grpcpp/security/credentials.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"
#include "server/listen/caller_identity.h"
#include "server/listen/identity_probe.h"
#include "server/listen/listeners.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;

TestCertificate ServerCertificate(const TestCertificateAuthority& ca) {
  TestCertificateOptions options;
  options.common_name = "server";
  options.dns_names = {"localhost"};
  return ca.Issue(options);
}

TestCertificate ClientCertificate(const TestCertificateAuthority& ca, std::string uri) {
  TestCertificateOptions options;
  options.common_name = "client";
  if (!uri.empty()) options.uris = {std::move(uri)};
  return ca.Issue(options);
}

class TlsListenersTest : public ::testing::Test {
 protected:
  TlsListenersTest() {
    WriteServer(ServerCertificate(server_ca_));
    folder_.Write("clients", client_ca_.certificate_pem());
    options_.addresses = {*ListenAddress::Parse("127.0.0.1:0")};
    options_.tls.emplace();
    options_.tls->certificate_file = folder_.Path("cert");
    options_.tls->key_file = folder_.Path("key");
    options_.tls->client_ca_file = folder_.Path("clients");
    // Reloads happen when a test says so.
    options_.tls_reload_interval = absl::InfiniteDuration();
  }

  void WriteServer(const TestCertificate& server) const {
    folder_.Write("cert", server.certificate_pem);
    folder_.Write("key", server.key_pem);
  }

  void Start(CallerPolicy policy = {}) {
    auto probe = IdentityProbe::Start(options_, std::move(policy));
    ASSERT_TRUE(probe.ok()) << probe.status();
    probe_ = *std::move(probe);
  }

  std::shared_ptr<grpc::Channel> Connect(const std::string& trusted,
                                         const TestCertificate& client = {}) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = trusted;
    options.pem_cert_chain = client.certificate_pem;
    options.pem_private_key = client.key_pem;
    return IdentityProbe::Connect(probe_->address(), grpc::SslCredentials(options));
  }

  absl::StatusOr<std::string> Ask(const std::string& trusted,
                                  const TestCertificate& client = {}) const {
    return IdentityProbe::Ask(Connect(trusted, client));
  }

  const TestCertificateAuthority server_ca_;
  const TestCertificateAuthority client_ca_;
  const TestCertificate client_ = ClientCertificate(client_ca_, "spiffe://fleet/node");
  TemporaryFolder folder_;
  ListenersOptions options_;
  std::unique_ptr<IdentityProbe> probe_;
};

TEST_F(TlsListenersTest, AClientsNameIsSeen) {
  Start();
  const auto identity = Ask(server_ca_.certificate_pem(), client_);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, "reader san:spiffe://fleet/node private");
}

TEST_F(TlsListenersTest, AClientOnTheListIsAdmin) {
  CallerPolicy policy;
  policy.admin_sans = {"spiffe://fleet/node"};
  Start(policy);
  const auto identity = Ask(server_ca_.certificate_pem(), client_);
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, "admin san:spiffe://fleet/node private");
}

TEST_F(TlsListenersTest, ACertificateWithoutNamesIsKnownByItsSubject) {
  Start();
  const auto identity = Ask(server_ca_.certificate_pem(), ClientCertificate(client_ca_, ""));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, "reader subject:CN=client private");
}

TEST_F(TlsListenersTest, WithoutCertificateThereIsNoEntry) {
  Start();
  EXPECT_EQ(Ask(server_ca_.certificate_pem()).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(Eventually([&] { return probe_->stats().open == 0; }));
}

TEST_F(TlsListenersTest, WithAStrangersCertificateThereIsNoEntry) {
  Start();
  const TestCertificateAuthority stranger;
  const TestCertificate forged = ClientCertificate(stranger, "spiffe://fleet/node");
  EXPECT_EQ(Ask(server_ca_.certificate_pem(), forged).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(TlsListenersTest, WithAnExpiredCertificateThereIsNoEntry) {
  Start();
  TestCertificateOptions options;
  options.uris = {"spiffe://fleet/node"};
  options.not_before = absl::Now() - absl::Hours(2);
  options.not_after = absl::Now() - absl::Hours(1);
  EXPECT_EQ(Ask(server_ca_.certificate_pem(), client_ca_.Issue(options)).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(TlsListenersTest, InPlainTextThereIsNoEntry) {
  Start();
  EXPECT_EQ(IdentityProbe::Ask(IdentityProbe::Connect(probe_->address())).status().code(),
            absl::StatusCode::kUnavailable);
}

TEST_F(TlsListenersTest, NoneAskedForNoneNeeded) {
  options_.tls->require_client_certificate = false;
  options_.tls->client_ca_file = "";
  Start();
  EXPECT_EQ(*Ask(server_ca_.certificate_pem()), "reader tls shared");
  // What is shown without being asked for is not looked at.
  EXPECT_EQ(*Ask(server_ca_.certificate_pem(), client_), "reader tls shared");
}

TEST_F(TlsListenersTest, BesideTlsAUnixSocketStaysPlain) {
  options_.addresses.push_back(ListenAddress::Unix(folder_.Path("s")));
  Start();
  const auto identity =
      IdentityProbe::Ask(IdentityProbe::Connect(probe_->listeners().addresses()[1]));
  ASSERT_TRUE(identity.ok()) << identity.status();
  EXPECT_EQ(*identity, absl::StrCat("admin uid:", ::geteuid(), " private"));
}

TEST_F(TlsListenersTest, WithTlsEveryInterfaceMayBeListenedOn) {
  options_.addresses = {*ListenAddress::Parse("0.0.0.0:0")};
  Start();
  EXPECT_EQ(*Ask(server_ca_.certificate_pem(), client_), "reader san:spiffe://fleet/node private");
}

TEST_F(TlsListenersTest, OpenConnectionsAreCountedUntilTheyEnd) {
  Start();
  auto channel = Connect(server_ca_.certificate_pem(), client_);
  ASSERT_TRUE(IdentityProbe::Ask(channel).ok());
  EXPECT_EQ(probe_->stats().open, 1);
  channel.reset();
  EXPECT_TRUE(Eventually([&] { return probe_->stats().open == 0; }));
}

TEST_F(TlsListenersTest, AReplacedCertificateIsSeenByNewConnections) {
  Start();
  const auto old_channel = Connect(server_ca_.certificate_pem(), client_);
  ASSERT_TRUE(IdentityProbe::Ask(old_channel).ok());

  const TestCertificateAuthority new_ca;
  WriteServer(ServerCertificate(new_ca));
  ASSERT_TRUE(probe_->listeners().ReloadCertificates().ok());
  EXPECT_TRUE(Ask(new_ca.certificate_pem(), client_).ok());
  EXPECT_EQ(Ask(server_ca_.certificate_pem(), client_).status().code(),
            absl::StatusCode::kUnavailable);
  // Connections that were there stay.
  EXPECT_TRUE(IdentityProbe::Ask(old_channel).ok());
}

TEST_F(TlsListenersTest, AReplacedClientAuthorityIsSeenByNewConnections) {
  Start();
  ASSERT_TRUE(Ask(server_ca_.certificate_pem(), client_).ok());
  const TestCertificateAuthority new_ca;
  folder_.Write("clients", new_ca.certificate_pem());
  ASSERT_TRUE(probe_->listeners().ReloadCertificates().ok());
  EXPECT_FALSE(Ask(server_ca_.certificate_pem(), client_).ok());
  EXPECT_TRUE(Ask(server_ca_.certificate_pem(), ClientCertificate(new_ca, "spiffe://n")).ok());
}

TEST_F(TlsListenersTest, UnusableFilesChangeNothing) {
  Start();
  const TestCertificate next = ServerCertificate(TestCertificateAuthority());
  const struct {
    const char* name;
    std::string certificate;
    std::string key;
  } kCases[] = {
      {"half replaced", next.certificate_pem, ""},
      {"empty", "", ""},
      {"no PEM", "nonsense", "nonsense"},
  };
  for (const auto& c : kCases) {
    folder_.Write("cert", c.certificate);
    if (!c.key.empty()) folder_.Write("key", c.key);
    EXPECT_FALSE(probe_->listeners().ReloadCertificates().ok()) << c.name;
    EXPECT_TRUE(Ask(server_ca_.certificate_pem(), client_).ok()) << c.name;
  }
  folder_.Remove("key");
  EXPECT_FALSE(probe_->listeners().ReloadCertificates().ok());
  EXPECT_TRUE(Ask(server_ca_.certificate_pem(), client_).ok());
}

TEST_F(TlsListenersTest, FilesAreWatched) {
  absl::Mutex mutex;
  std::vector<std::string> notices;
  options_.tls_reload_interval = absl::Milliseconds(5);
  options_.notice = [&](absl::string_view notice) {
    absl::MutexLock lock(&mutex);
    notices.emplace_back(notice);
  };
  const auto told = [&](absl::string_view what) {
    return Eventually([&] {
      absl::MutexLock lock(&mutex);
      for (const std::string& notice : notices) {
        if (absl::StrContains(notice, what)) return true;
      }
      return false;
    });
  };
  Start();
  folder_.Write("cert", "nonsense");
  EXPECT_TRUE(told("stay as they are: tls-cert"));
  EXPECT_TRUE(Ask(server_ca_.certificate_pem(), client_).ok());
  const TestCertificateAuthority new_ca;
  WriteServer(ServerCertificate(new_ca));
  EXPECT_TRUE(told("taken up anew"));
  EXPECT_TRUE(Ask(new_ca.certificate_pem(), client_).ok());
  probe_.reset();
}

TEST_F(TlsListenersTest, UnusableFilesAreRefusedAtStart) {
  folder_.Write("key", client_.key_pem);
  const auto probe = IdentityProbe::Start(options_);
  EXPECT_EQ(probe.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(probe.status().message()), HasSubstr("not the certificate's"));
}

}  // namespace
}  // namespace registryd
