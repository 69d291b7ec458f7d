// A ScriptedHttpServer with TLS.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <cstdint>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "registry/net/testing/internal/plain_client.h"
#include "registry/net/testing/scripted_http_message.h"
#include "registry/net/testing/scripted_http_server.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

// What a TLS client saw.
struct TlsResult {
  bool connected = false;
  std::string version;
  std::string answer;
};

TlsResult AskByTls(PlainClient& client, const TestCertificate* certificate = nullptr) {
  const bssl::UniquePtr<SSL_CTX> context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  if (certificate != nullptr) {
    const auto read = [](const std::string& pem) {
      return bssl::UniquePtr<BIO>(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
    };
    const bssl::UniquePtr<X509> x509(
        PEM_read_bio_X509(read(certificate->certificate_pem).get(), nullptr, nullptr, nullptr));
    const bssl::UniquePtr<EVP_PKEY> key(
        PEM_read_bio_PrivateKey(read(certificate->key_pem).get(), nullptr, nullptr, nullptr));
    SSL_CTX_use_certificate(context.get(), x509.get());
    SSL_CTX_use_PrivateKey(context.get(), key.get());
  }
  const bssl::UniquePtr<SSL> ssl(SSL_new(context.get()));
  SSL_set_fd(ssl.get(), client.socket());
  SSL_set_tlsext_host_name(ssl.get(), "registry.example");
  TlsResult result;
  result.connected = SSL_connect(ssl.get()) == 1;
  if (!result.connected) return result;
  result.version = SSL_get_version(ssl.get());
  SSL_write(ssl.get(), kGet, sizeof(kGet) - 1);
  char c;
  while (SSL_read(ssl.get(), &c, 1) == 1) result.answer += c;
  return result;
}

class ScriptedHttpServerTlsTest : public ::testing::Test {
 protected:
  static ScriptedHttpServerOptions Options(ScriptedTls tls) {
    ScriptedHttpServerOptions options;
    options.tls = std::move(tls);
    return options;
  }

  const TestCertificateAuthority authority_;
  const TestCertificate certificate_ = authority_.Issue({});
};

TEST_F(ScriptedHttpServerTlsTest, ServesAndRemembersBothSides) {
  ScriptedHttpServer server(Options({certificate_}));
  EXPECT_THAT(server.url(), StartsWith("https://"));
  server.Reply("GET", "/", {200, {}, "hello", ScriptedResponse::Framing::kClose});
  PlainClient client(server);
  const TlsResult result = AskByTls(client);
  EXPECT_EQ(result.version, "TLSv1.3");
  EXPECT_THAT(result.answer, EndsWith("\r\n\r\nhello"));
  const ScriptedConnection connection = server.connections().at(0);
  EXPECT_TRUE(connection.tls_established);
  EXPECT_EQ(connection.server_name, "registry.example");
  EXPECT_FALSE(connection.client_certificate);
  EXPECT_EQ(connection.plain, kGet);
  EXPECT_EQ(connection.wire.substr(0, 2), "\x16\x03");
  EXPECT_THAT(connection.wire, HasSubstr("registry.example"));
  EXPECT_FALSE(absl::StrContains(connection.wire, "GET /"));
}

TEST_F(ScriptedHttpServerTlsTest, OldVersions) {
  for (const auto& [version, name] :
       {std::pair<uint16_t, const char*>{0x0302, "TLSv1.1"}, {0x0303, "TLSv1.2"}}) {
    ScriptedTls tls = {certificate_};
    tls.max_version = version;
    ScriptedHttpServer server(Options(std::move(tls)));
    server.Reply("GET", "/", {204, {}, "", {}, false});
    PlainClient client(server);
    EXPECT_EQ(AskByTls(client).version, name);
  }
}

TEST_F(ScriptedHttpServerTlsTest, AsksForAClientCertificate) {
  ScriptedTls tls = {certificate_};
  tls.client_authority_pem = authority_.certificate_pem();
  ScriptedHttpServer server(Options(std::move(tls)));
  server.Reply("GET", "/", {204, {}, "", {}, false});
  const TestCertificate good = authority_.Issue({});
  const TestCertificate bad = TestCertificateAuthority().Issue({});
  const struct {
    const TestCertificate* certificate;
    bool accepted;
  } cases[] = {{&good, true}, {&bad, false}, {nullptr, false}};
  for (size_t i = 0; i < std::size(cases); ++i) {
    PlainClient client(server);
    EXPECT_EQ(AskByTls(client, cases[i].certificate).answer.empty(), !cases[i].accepted) << i;
    EXPECT_EQ(server.connections().at(i).client_certificate, cases[i].accepted) << i;
  }
  EXPECT_THAT(server.requests(), SizeIs(1));
}

TEST_F(ScriptedHttpServerTlsTest, StartsTlsLate) {
  ScriptedTls tls = {certificate_};
  tls.on_request = true;
  ScriptedHttpServer server(Options(std::move(tls)));
  EXPECT_THAT(server.url(), StartsWith("http://"));
  server.Reply("CONNECT", "registry.example:443",
               ScriptedResponse::Raw("HTTP/1.1 200 OK\r\n\r\n", {WireStep::StartTls()}));
  server.Reply("GET", "/", {204, {}, "", {}, false});
  PlainClient client(server);
  client.Ask("CONNECT registry.example:443 HTTP/1.1\r\n\r\n", "\r\n\r\n");
  EXPECT_THAT(AskByTls(client).answer, StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(server.requests(), SizeIs(2));
}

TEST_F(ScriptedHttpServerTlsTest, CutsWithoutANotice) {
  ScriptedHttpServer server(Options({certificate_}));
  server.Reply("GET", "/", ScriptedResponse::Raw("cut", {WireStep::Cut()}));
  PlainClient client(server);
  EXPECT_EQ(AskByTls(client).answer, "cut");
  EXPECT_TRUE(server.AwaitOpen(0));
}

}  // namespace
}  // namespace registryd
