// registryd behind TLS: who is let in, as what, and how its certificate is replaced.
#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "openssl/bio.h"
#include "openssl/pem.h"
#include "openssl/ssl.h"
#include "registry/tls/test_certificates.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kOperator[] = "spiffe://fleet.example/operator";
constexpr char kNode[] = "spiffe://fleet.example/node";

TestCertificate ServerCertificate(const TestCertificateAuthority& authority) {
  TestCertificateOptions options;
  options.common_name = "registryd";
  options.ip_addresses = {"127.0.0.1"};
  return authority.Issue(options);
}

TestCertificate ClientCertificate(const TestCertificateAuthority& authority, const char* uri) {
  TestCertificateOptions options;
  options.common_name = "client";
  options.uris = {uri};
  return authority.Issue(options);
}

// The protocol version that `server` agrees on with a client that shows `own` and
// speaks nothing newer than `newest`; 0 if they do not come together.
int AgreedVersion(const std::string& server, const TestCertificate& own, uint16_t newest) {
  const bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), newest);
  const uint8_t kHttp2[] = {2, 'h', '2'};
  SSL_CTX_set_alpn_protos(context.get(), kHttp2, sizeof(kHttp2));
  const bssl::UniquePtr<BIO> certificate_pem(
      BIO_new_mem_buf(own.certificate_pem.data(), static_cast<int>(own.certificate_pem.size())));
  const bssl::UniquePtr<X509> certificate(
      PEM_read_bio_X509(certificate_pem.get(), nullptr, nullptr, nullptr));
  const bssl::UniquePtr<BIO> key_pem(
      BIO_new_mem_buf(own.key_pem.data(), static_cast<int>(own.key_pem.size())));
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(key_pem.get(), nullptr, nullptr, nullptr));
  EXPECT_TRUE(SSL_CTX_use_certificate(context.get(), certificate.get()));
  EXPECT_TRUE(SSL_CTX_use_PrivateKey(context.get(), key.get()));

  const bssl::UniquePtr<SSL> tls(SSL_new(context.get()));
  BIO* const connection = BIO_new_connect(server.c_str());
  EXPECT_EQ(BIO_do_connect(connection), 1);
  SSL_set_bio(tls.get(), connection, connection);
  // Of TLS 1.3 the server's verdict comes after the client's last word.
  if (SSL_connect(tls.get()) != 1) return 0;
  char byte;
  return SSL_read(tls.get(), &byte, 1) == 1 ? SSL_version(tls.get()) : 0;
}

class TlsTest : public RegistrydFixture {
 protected:
  TlsTest() {
    WriteServer(server_);
    folder_.Write("clients.pem", client_authority_.certificate_pem());
  }

  void WriteServer(const TestCertificate& certificate) const {
    Replace("server.pem", certificate.certificate_pem);
    Replace("server.key", certificate.key_pem);
  }
  std::unique_ptr<RegistrydProcess> ServeTls() const {
    return Serve({"--tls-cert", folder_.Path("server.pem"), "--tls-key", folder_.Path("server.key"),
                  "--tls-client-ca", folder_.Path("clients.pem"), "--admin", kOperator,
                  "--log-level", "debug"});
  }
  client::RegistryClient CallerOf(const RegistrydProcess& process,
                                  const TestCertificateAuthority& trusted,
                                  const TestCertificate& own) const {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = trusted.certificate_pem();
    options.pem_cert_chain = own.certificate_pem;
    options.pem_private_key = own.key_pem;
    return Caller(Connect(TcpAddress(process), grpc::SslCredentials(options)));
  }
  static absl::StatusCode Ask(const client::RegistryClient& caller) {
    return caller.GetServiceConfig({}).status().code();
  }

  const TestCertificateAuthority authority_;
  const TestCertificateAuthority client_authority_;
  const TestCertificate server_ = ServerCertificate(authority_);
  const TestCertificate node_ = ClientCertificate(client_authority_, kNode);
  const TestCertificate operator_ = ClientCertificate(client_authority_, kOperator);
};

TEST_F(TlsTest, TheNameInACertificateDecidesWhatItsHolderMayDo) {
  const auto process = ServeTls();
  const client::RegistryClient node = CallerOf(*process, authority_, node_);
  const absl::Status refused = LoadMirrors(node, {"https://m.example"}).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kPermissionDenied) << refused;
  EXPECT_EQ(ReasonOnWire(refused), "ADMIN_REQUIRED");

  const auto loaded = LoadMirrors(CallerOf(*process, authority_, operator_), {"https://m.example"});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(CurrentConfig(node).version(), 2u);

  const auto calls = process->WaitForRecords("call", 3);
  ASSERT_THAT(calls, SizeIs(3));
  EXPECT_THAT(calls[0].value("caller", ""), HasSubstr(kNode));
  EXPECT_THAT(calls[1].value("caller", ""), HasSubstr(kOperator));
}

TEST_F(TlsTest, StrangersAreNotLetIn) {
  const TestCertificateAuthority strange_authority;
  const TestCertificate stranger = ClientCertificate(strange_authority, kOperator);
  const auto process = ServeTls();
  EXPECT_EQ(Ask(CallerOf(*process, authority_, node_)), absl::StatusCode::kOk);
  EXPECT_EQ(Ask(CallerOf(*process, authority_, {})), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Ask(CallerOf(*process, authority_, stranger)), absl::StatusCode::kUnavailable);
  EXPECT_EQ(Ask(Caller(TcpAddress(*process))), absl::StatusCode::kUnavailable);
}

TEST_F(TlsTest, OldProtocolsAreRefused) {
  const auto process = ServeTls();
  const std::string server = TcpAddress(*process);
  EXPECT_EQ(AgreedVersion(server, node_, TLS1_VERSION), 0);
  EXPECT_EQ(AgreedVersion(server, node_, TLS1_1_VERSION), 0);
  EXPECT_EQ(AgreedVersion(server, node_, TLS1_2_VERSION), TLS1_2_VERSION);
  EXPECT_EQ(AgreedVersion(server, node_, TLS1_3_VERSION), TLS1_3_VERSION);
}

TEST_F(TlsTest, ACertificateIsReplacedWithoutARestart) {
  const auto process = ServeTls();
  const client::RegistryClient before = CallerOf(*process, authority_, node_);
  ASSERT_EQ(Ask(before), absl::StatusCode::kOk);

  const TestCertificateAuthority next_authority;
  WriteServer(ServerCertificate(next_authority));
  EXPECT_TRUE(Eventually(
      [&] { return Ask(CallerOf(*process, next_authority, node_)) == absl::StatusCode::kOk; }));
  EXPECT_EQ(Ask(CallerOf(*process, authority_, node_)), absl::StatusCode::kUnavailable);
  // Connections that stand are not touched.
  EXPECT_EQ(Ask(before), absl::StatusCode::kOk);
}

TEST_F(TlsTest, FilesThatDoNotFitChangeNothing) {
  const auto process = ServeTls();
  const TestCertificateAuthority next_authority;
  const TestCertificate next = ServerCertificate(next_authority);
  Replace("server.pem", next.certificate_pem);
  process->Signal(SIGHUP);
  const auto records =
      process->WaitForRecords("the certificates are as before: the new ones have a fault");
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(Ask(CallerOf(*process, authority_, node_)), absl::StatusCode::kOk);

  Replace("server.key", next.key_pem);
  EXPECT_TRUE(Eventually(
      [&] { return Ask(CallerOf(*process, next_authority, node_)) == absl::StatusCode::kOk; }));
  const std::vector<std::string> lines = absl::StrSplit(next.key_pem, '\n');
  EXPECT_THAT(process->log(), Not(HasSubstr(lines.at(1))));
}

}  // namespace
}  // namespace registryd
