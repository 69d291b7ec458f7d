#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"
#include "registry/net/curl/transport_fixture.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_http_server.h"

namespace registryd {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kHost[] = "registry.test";
constexpr char kCanary[] = "c4n4ry";

TestCertificateOptions NamedServer() {
  TestCertificateOptions options;
  options.common_name = kHost;
  options.dns_names = {kHost, "*.wild.test"};
  options.ip_addresses = {"127.0.0.1", "::1"};
  return options;
}

TlsConfig Trusting(std::string pem) {
  HostCertificates certificates;
  certificates.roots.push_back({"ca.crt", std::move(pem)});
  TlsConfig config;
  config.certificates = std::make_shared<const HostCertificates>(std::move(certificates));
  return config;
}

TlsConfig Trusting(const TestCertificateAuthority& ca) { return Trusting(ca.certificate_pem()); }

class CurlTlsTest : public testing::Test {
 protected:
  std::unique_ptr<ScriptedHttpServer> Serve(const TestCertificateOptions& options,
                                            ScriptedTls tls = {}) {
    return Present(ca_.Issue(options), std::move(tls));
  }

  std::unique_ptr<ScriptedHttpServer> Present(const TestCertificate& certificate,
                                              ScriptedTls tls = {}) {
    tls.certificate = certificate;
    ScriptedHttpServerOptions server;
    server.tls = std::move(tls);
    auto serving = std::make_unique<ScriptedHttpServer>(std::move(server));
    serving->Reply("", "*", {});
    return serving;
  }

  // A request with a secret, to `host` at the server's port.
  absl::Status Send(const ScriptedHttpServer& server, absl::string_view host,
                    const TlsConfig& tls) {
    HttpRequest request = Get(UrlOf("https", host, server, absl::StrCat("/", kCanary)));
    request.secret_headers.push_back({"Authorization", Secret(std::string(kCanary))});
    HttpOptions options = At({"127.0.0.1"});
    options.tls = tls;
    return Fetch(*transport_, std::move(request), std::move(options));
  }

  void ExpectRefused(const absl::Status& status, const ScriptedHttpServer& server) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kTlsVerificationFailed);
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr(kCanary)));
    for (const ScriptedConnection& connection : server.connections()) {
      EXPECT_EQ(connection.plain, "");
    }
    EXPECT_FALSE(server.Received(kCanary));
  }

  const TestCertificateAuthority ca_;
  const TlsConfig trusting_ = Trusting(ca_);
  const std::unique_ptr<CurlHttpTransport> transport_ = NewTransport();
};

TEST_F(CurlTlsTest, VerifiesNames) {
  const auto server = Serve(NamedServer());
  for (const char* host : {kHost, "REGISTRY.test", "registry.test.", "a.wild.test", "127.0.0.1"}) {
    EXPECT_EQ(Send(*server, host, trusting_), absl::OkStatus()) << host;
  }
  for (const char* host : {"other.test", "a.b.wild.test", "wild.test", "127.0.0.2", "[::2]"}) {
    ExpectRefused(Send(*server, host, trusting_), *Serve(NamedServer()));
    EXPECT_EQ(Send(*server, host, trusting_).code(), absl::StatusCode::kFailedPrecondition) << host;
  }
  EXPECT_EQ(server->requests().size(), 5);
}

TEST_F(CurlTlsTest, AWildcardIsOneLabelWhicheverFollow) {
  TestCertificateOptions options;
  options.dns_names = {"*.internal", "*.wild.test"};
  const auto server = Serve(options);
  for (const char* host : {"registry.internal", "REGISTRY.internal.", "a_b.wild.test"}) {
    EXPECT_EQ(Send(*server, host, trusting_), absl::OkStatus()) << host;
  }
  for (const char* host : {"internal", "a.b.internal", "-a.internal", "wild.test"}) {
    EXPECT_EQ(ReasonOf(Send(*server, host, trusting_)), Reason::kTlsVerificationFailed) << host;
  }
  EXPECT_EQ(server->requests().size(), 3);
}

TEST_F(CurlTlsTest, AnAddressIsNoName) {
  TestCertificateOptions options;
  options.common_name = "127.0.0.1";
  options.dns_names = {"127.0.0.1", "*.0.0.1"};
  const auto server = Serve(options);
  ExpectRefused(Send(*server, "127.0.0.1", trusting_), *server);
  options.ip_addresses = {"::ffff:127.0.0.1"};
  EXPECT_EQ(Send(*Serve(options), "127.0.0.1", trusting_), absl::OkStatus());
}

TEST_F(CurlTlsTest, VerifiesIpv6Literals) {
  if (!ScriptedHttpServer::HasIpv6()) GTEST_SKIP() << "no IPv6 here";
  ScriptedHttpServerOptions options;
  options.address = "::1";
  options.tls = ScriptedTls{ca_.Issue(NamedServer())};
  ScriptedHttpServer server(options);
  server.Reply("", "*", {});
  HttpOptions trusting;
  trusting.tls = trusting_;
  EXPECT_EQ(Fetch(*transport_, Get(server.url()), trusting), absl::OkStatus());
}

TEST_F(CurlTlsTest, NeverLooksAtTheCommonName) {
  TestCertificateOptions options;
  options.common_name = kHost;
  const auto server = Serve(options);
  const absl::Status status = Send(*server, kHost, trusting_);
  ExpectRefused(status, *server);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("x509: certificate is valid for no name at all, not registry.test"));
}

TEST_F(CurlTlsTest, SaysWhichNamesTheCertificateHas) {
  const auto server = Serve(NamedServer());
  const absl::Status status = Send(*server, "other.test", trusting_);
  ExpectRefused(status, *server);
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr(absl::StrCat("the certificate of other.test:", server->port(),
                                   " was not accepted: x509: certificate is valid for "
                                   "registry.test, *.wild.test, 127.0.0.1, ::1, not other.test")),
            HasSubstr("subject \"CN=registry.test\", issuer \"CN=test CA\""),
            HasSubstr("or give the server a certificate for other.test")));
}

TEST_F(CurlTlsTest, SaysWhereToPutTheAuthority) {
  const auto server = Serve(NamedServer());
  const absl::Status status = Send(*server, kHost, {});
  ExpectRefused(status, *server);
  EXPECT_THAT(
      std::string(status.message()),
      AllOf(HasSubstr("x509: certificate signed by unknown authority"),
            HasSubstr(absl::StrCat("into certs.d/registry.test:", server->port(), "/ca.crt"))));
}

TEST_F(CurlTlsTest, SaysWhenACertificateIsValid) {
  for (const auto& [begin, end] :
       {std::make_pair("2020-01-01", "2021-02-03"), std::make_pair("2090-01-01", "2091-02-03")}) {
    TestCertificateOptions options = NamedServer();
    ASSERT_TRUE(absl::ParseTime("%Y-%m-%d", begin, &options.not_before, nullptr));
    ASSERT_TRUE(absl::ParseTime("%Y-%m-%d", end, &options.not_after, nullptr));
    const auto server = Serve(options);
    const absl::Status status = Send(*server, kHost, trusting_);
    ExpectRefused(status, *server);
    EXPECT_THAT(std::string(status.message()),
                AllOf(HasSubstr("x509: certificate has expired or is not yet valid"),
                      HasSubstr(absl::StrCat("valid from ", begin, "T00:00:00Z to ", end))));
  }
}

TEST_F(CurlTlsTest, RefusesInsecureSignatures) {
  TestCertificateOptions rsa;
  rsa.key = TestKey::kRsa;
  const TestCertificateAuthority rsa_ca(rsa);
  const struct {
    const char* name;
    const TestCertificateAuthority& ca;
    TestDigest digest;
    bool pss;
    const char* shown;  // nullptr: accepted.
  } cases[] = {
      {"ECDSA, SHA-256", ca_, TestDigest::kSha256, false, nullptr},
      {"ECDSA, SHA-1", ca_, TestDigest::kSha1, false, "SHA1"},
      {"RSA, SHA-256", rsa_ca, TestDigest::kSha256, false, nullptr},
      {"RSA, SHA-1", rsa_ca, TestDigest::kSha1, false, "SHA1"},
      {"RSA, MD5", rsa_ca, TestDigest::kMd5, false, "MD5"},
      {"PSS, SHA-256", rsa_ca, TestDigest::kSha256, true, nullptr},
      {"PSS, SHA-1", rsa_ca, TestDigest::kSha1, true, "SHA1"},
  };
  for (const auto& test : cases) {
    SCOPED_TRACE(test.name);
    TestCertificateOptions options = NamedServer();
    options.digest = test.digest;
    options.pss = test.pss;
    const auto server = Present(test.ca.Issue(options));
    const absl::Status status = Send(*server, kHost, Trusting(test.ca));
    if (test.shown == nullptr) {
      EXPECT_EQ(status, absl::OkStatus());
      continue;
    }
    ExpectRefused(status, *server);
    EXPECT_THAT(
        std::string(status.message()),
        AllOf(HasSubstr(absl::StrCat("x509: certificate signed with an insecure algorithm, ",
                                     test.shown, " (subject \"CN=registry.test\"")),
              HasSubstr("; have its authority issue it anew, signed with SHA-256")));
  }
}

// What is trusted needs no signature, and so none above it.
TEST_F(CurlTlsTest, InsecureSignaturesOfTrustedCertificatesAreNoMatter) {
  TestCertificateOptions options;
  options.digest = TestDigest::kSha1;
  const TestCertificateAuthority root(options);
  EXPECT_EQ(Send(*Present(root.Issue(NamedServer())), kHost, Trusting(root)), absl::OkStatus());

  options.common_name = "intermediate CA";
  const TestCertificateAuthority intermediate(options, root);
  TestCertificate server = intermediate.Issue(NamedServer());
  server.certificate_pem += intermediate.certificate_pem();
  const auto serving = Present(server);
  const absl::Status status = Send(*serving, kHost, Trusting(root));
  ExpectRefused(status, *serving);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("insecure algorithm, SHA1 (subject \"CN=intermediate CA\""));
  EXPECT_EQ(Send(*serving, kHost, Trusting(intermediate)), absl::OkStatus());
  EXPECT_EQ(
      Send(*serving, kHost, Trusting(intermediate.certificate_pem() + root.certificate_pem())),
      absl::OkStatus());

  TestCertificateOptions insecure = NamedServer();
  insecure.digest = TestDigest::kSha1;
  const TestCertificate own = root.Issue(insecure);
  EXPECT_EQ(Send(*Present(own), kHost, Trusting(own.certificate_pem + root.certificate_pem())),
            absl::OkStatus());
}

TEST_F(CurlTlsTest, EscapesWhatACertificateSays) {
  TestCertificateOptions options = NamedServer();
  options.common_name = "a\nb\x1b[31m";
  options.dns_names = {"x\ny", std::string(5000, 'z')};
  const auto server = Serve(options);
  const absl::Status status = Send(*server, kHost, trusting_);
  ExpectRefused(status, *server);
  const std::string message(status.message());
  EXPECT_LT(message.size(), 1500);
  for (const char c : message) EXPECT_TRUE(c >= 0x20 && c < 0x7f) << message;
}

TEST_F(CurlTlsTest, InsecureAcceptsEverything) {
  TestCertificateOptions options;
  options.not_after = absl::Now() - absl::Minutes(1);
  const auto server = Serve(options);
  TlsConfig insecure;
  insecure.insecure_skip_verify = true;
  EXPECT_EQ(Send(*server, "other.test", insecure), absl::OkStatus());
  // A connection that was made without verification serves nobody who wants it.
  ExpectRefused(Send(*server, "other.test", trusting_), *Serve(NamedServer()));
  EXPECT_EQ(server->requests().size(), 1);
}

TEST_F(CurlTlsTest, OtherCertificatesMakeOtherConnections) {
  const auto server = Serve(NamedServer());
  EXPECT_EQ(Send(*server, kHost, trusting_), absl::OkStatus());
  // Equal ones, though of another object.
  EXPECT_EQ(Send(*server, kHost, Trusting(ca_)), absl::OkStatus());
  EXPECT_EQ(server->accepted(), 1);
  HostCertificates more = *trusting_.certificates;
  more.roots.push_back({"more.crt", TestCertificateAuthority().certificate_pem()});
  TlsConfig trusting_more;
  trusting_more.certificates = std::make_shared<const HostCertificates>(std::move(more));
  EXPECT_EQ(Send(*server, kHost, trusting_more), absl::OkStatus());
  EXPECT_EQ(server->accepted(), 2);
  EXPECT_EQ(Send(*server, kHost, Trusting(TestCertificateAuthority())).code(),
            absl::StatusCode::kFailedPrecondition);
}

// Where connections cannot be shared none waits for another's handshake.
TEST_F(CurlTlsTest, ConnectionsOfHttp1AreMadeAtTheSameTime) {
  ScriptedHttpServerOptions options;
  options.tls = ScriptedTls{ca_.Issue(NamedServer())};
  options.tls->on_request = true;
  options.greeting = {WireStep::Stall(), WireStep::StartTls()};
  ScriptedHttpServer server(options);
  server.Reply("GET", "*", {200, {{"Connection", "close"}}, "ok"});
  const auto transport = NewTransport();
  HttpOptions trusting;
  trusting.tls = trusting_;
  std::vector<std::unique_ptr<RecordedExchange>> exchanges;
  for (int i = 0; i < 6; ++i) {
    exchanges.push_back(std::make_unique<RecordedExchange>());
    transport->Send(Get(UrlOf("https", "127.0.0.1", server)), trusting, {},
                    exchanges.back()->Receiver());
  }
  // The first shows what the server speaks.
  ASSERT_TRUE(server.AwaitStalled(1));
  server.Release();
  EXPECT_EQ(exchanges[0]->Await(), absl::OkStatus());
  ASSERT_TRUE(server.AwaitStalled(5));
  for (int i = 0; i < 3; ++i) {
    exchanges.push_back(std::make_unique<RecordedExchange>());
    transport->Send(Get(UrlOf("https", "127.0.0.1", server)), trusting, {},
                    exchanges.back()->Receiver());
  }
  ASSERT_TRUE(server.AwaitStalled(8));
  server.Release();
  for (const auto& exchange : exchanges) EXPECT_EQ(exchange->Await(), absl::OkStatus());
}

TEST_F(CurlTlsTest, TrustsTheSystemsRoots) {
  TemporaryFolder folder;
  folder.Write("roots.pem", ca_.certificate_pem());
  SystemRootsOptions roots;
  roots.files = {folder.Path("roots.pem")};
  roots.folders = {};
  const auto transport = NewTransport({}, *SystemRoots::Load(roots));
  const auto server = Serve(NamedServer());
  EXPECT_EQ(Fetch(*transport, Get(server->url())), absl::OkStatus());
  EXPECT_EQ(Fetch(*transport, Get(UrlOf("https", kHost, *server)), At({"127.0.0.1"})),
            absl::OkStatus());
}

TEST_F(CurlTlsTest, PresentsTheClientCertificate) {
  ScriptedTls tls;
  tls.client_authority_pem = ca_.certificate_pem();
  const auto server = Serve(NamedServer(), tls);
  const absl::Status status = Send(*server, kHost, trusting_);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(ReasonOf(status), Reason::kConnectionFailed);

  HostCertificates certificates;
  certificates.roots.push_back({"ca.crt", ca_.certificate_pem()});
  const TestCertificate client = ca_.Issue({});
  certificates.client_certificates.push_back(
      {"client.cert", "client.key", client.certificate_pem, Secret(client.key_pem)});
  TlsConfig with_client;
  with_client.certificates = std::make_shared<const HostCertificates>(certificates);
  EXPECT_EQ(Send(*server, kHost, with_client), absl::OkStatus());
  EXPECT_TRUE(server->connections().back().client_certificate);
  EXPECT_EQ(server->connections().back().server_name, kHost);
}

TEST_F(CurlTlsTest, RefusesADamagedClientCertificate) {
  HostCertificates certificates;
  certificates.client_certificates.push_back({"a.cert", "a.key", "no", Secret(std::string("no"))});
  TlsConfig damaged;
  damaged.certificates = std::make_shared<const HostCertificates>(certificates);
  const auto server = Serve(NamedServer());
  const absl::Status status = Send(*server, kHost, damaged);
  EXPECT_EQ(ReasonOf(status), Reason::kCertificatesInvalid);
  EXPECT_EQ(server->accepted(), 0);
}

TEST_F(CurlTlsTest, SpeaksNothingOlderThanTls12) {
  for (const int version : {0x0301, 0x0302}) {
    ScriptedTls old;
    old.max_version = static_cast<uint16_t>(version);
    const auto server = Serve(NamedServer(), old);
    const absl::Status status = Send(*server, kHost, trusting_);
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_THAT(std::string(status.message()), HasSubstr("TLS with registry.test:"));
    EXPECT_TRUE(server->requests().empty());
  }
  ScriptedTls tls12;
  tls12.max_version = 0x0303;
  EXPECT_EQ(Send(*Serve(NamedServer(), tls12), kHost, trusting_), absl::OkStatus());
}

TEST_F(CurlTlsTest, SaysThatAServerSpeaksNoTls) {
  ScriptedHttpServer plain;
  plain.Reply("", "*", {});
  const absl::Status status = Send(plain, kHost, trusting_);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()), HasSubstr("TLS with registry.test:"));
  EXPECT_FALSE(plain.Received(kCanary));
}

TEST_F(CurlTlsTest, ConnectingEndsInTime) {
  ScriptedHttpServerOptions silent;
  silent.greeting = {WireStep::Stall()};
  ScriptedHttpServer server(silent);
  HttpOptions options;
  options.tls = trusting_;
  options.connect_timeout = absl::Milliseconds(100);
  const absl::Status status = Fetch(*transport_, Get(UrlOf("https", "127.0.0.1", server)), options);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(
      std::string(status.message()),
      absl::StrCat("no connection to 127.0.0.1:", server.port(), " (127.0.0.1) within 100ms"));
  EXPECT_TRUE(server.AwaitOpen(0));
}

}  // namespace
}  // namespace registryd
