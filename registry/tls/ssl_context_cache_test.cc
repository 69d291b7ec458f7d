#include "registry/tls/ssl_context_cache.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

constexpr char kHost[] = "registry.internal";

template <typename T>
bssl::UniquePtr<T> ReadPem(const std::string& pem, T* (*read)(BIO*, T**, pem_password_cb*, void*)) {
  const bssl::UniquePtr<BIO> bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return bssl::UniquePtr<T>(read(bio.get(), nullptr, nullptr, nullptr));
}

TestCertificate ServerOf(const TestCertificateAuthority& ca,
                         absl::Time not_after = absl::Now() + absl::Hours(1)) {
  TestCertificateOptions options;
  options.dns_names = {kHost};
  options.not_after = not_after;
  return ca.Issue(options);
}

struct Server {
  TestCertificate certificate;
  uint16_t max_version = TLS1_3_VERSION;
  // Empty: no client certificate is asked for.
  std::string client_ca_pem = {};
  bool client_certificate_required = false;
};

bssl::UniquePtr<SSL_CTX> MakeServer(const Server& server) {
  bssl::UniquePtr<SSL_CTX> ctx(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_set_min_proto_version(ctx.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(ctx.get(), server.max_version);
  const auto certificate = ReadPem<X509>(server.certificate.certificate_pem, PEM_read_bio_X509);
  const auto key = ReadPem<EVP_PKEY>(server.certificate.key_pem, PEM_read_bio_PrivateKey);
  EXPECT_EQ(SSL_CTX_use_certificate(ctx.get(), certificate.get()), 1);
  EXPECT_EQ(SSL_CTX_use_PrivateKey(ctx.get(), key.get()), 1);
  if (!server.client_ca_pem.empty()) {
    const auto ca = ReadPem<X509>(server.client_ca_pem, PEM_read_bio_X509);
    X509_STORE_add_cert(SSL_CTX_get_cert_store(ctx.get()), ca.get());
    SSL_CTX_add_client_CA(ctx.get(), ca.get());
    SSL_CTX_set_verify(
        ctx.get(),
        SSL_VERIFY_PEER |
            (server.client_certificate_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0),
        nullptr);
  }
  return ctx;
}

struct Outcome {
  bool connected = false;
  long verify_result = -1;         // Of the server's certificate.
  std::string client_certificate;  // As the server received it, PEM; may be empty.
  std::string version;
  uint16_t curve = 0;
};

// A real handshake, over memory, with a connection that expects `expected_name`.
Outcome Handshake(SSL_CTX* client_ctx, const Server& server,
                  const std::string& expected_name = kHost) {
  const bssl::UniquePtr<SSL_CTX> server_ctx = MakeServer(server);
  const bssl::UniquePtr<SSL> client(SSL_new(client_ctx));
  const bssl::UniquePtr<SSL> peer(SSL_new(server_ctx.get()));
  BIO* client_bio = nullptr;
  BIO* peer_bio = nullptr;
  EXPECT_EQ(BIO_new_bio_pair(&client_bio, 0, &peer_bio, 0), 1);
  SSL_set_bio(client.get(), client_bio, client_bio);
  SSL_set_bio(peer.get(), peer_bio, peer_bio);
  X509_VERIFY_PARAM_set1_host(SSL_get0_param(client.get()), expected_name.data(),
                              expected_name.size());
  SSL_set_connect_state(client.get());
  SSL_set_accept_state(peer.get());

  bool client_done = false;
  bool peer_done = false;
  bool failed = false;
  for (int i = 0; i < 20 && !failed && !(client_done && peer_done); ++i) {
    for (const auto& [ssl, done] :
         {std::make_pair(client.get(), &client_done), std::make_pair(peer.get(), &peer_done)}) {
      if (*done) continue;
      const int result = SSL_do_handshake(ssl);
      if (result == 1)
        *done = true;
      else if (SSL_get_error(ssl, result) != SSL_ERROR_WANT_READ)
        failed = true;
    }
  }
  ERR_clear_error();

  Outcome outcome;
  outcome.connected = client_done && peer_done;
  outcome.verify_result = SSL_get_verify_result(client.get());
  outcome.version = SSL_get_version(client.get());
  outcome.curve = SSL_get_curve_id(client.get());
  const bssl::UniquePtr<X509> received(SSL_get_peer_certificate(peer.get()));
  if (received != nullptr) {
    const bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
    PEM_write_bio_X509(out.get(), received.get());
    const uint8_t* data = nullptr;
    size_t length = 0;
    BIO_mem_contents(out.get(), &data, &length);
    outcome.client_certificate.assign(reinterpret_cast<const char*>(data), length);
  }
  return outcome;
}

std::shared_ptr<const SystemRoots> NoSystemRoots() {
  SystemRootsOptions options;
  options.files = {};
  options.folders = {};
  return *SystemRoots::Load(options);
}

TlsConfig Trusting(const std::string& root_pem) {
  HostCertificates certificates;
  if (!root_pem.empty()) certificates.roots.push_back({"ca.crt", root_pem});
  TlsConfig config;
  config.certificates = std::make_shared<const HostCertificates>(std::move(certificates));
  return config;
}

TlsConfig Offering(const std::string& root_pem, const std::vector<TestCertificate>& clients) {
  HostCertificates certificates;
  certificates.roots.push_back({"ca.crt", root_pem});
  for (const TestCertificate& client : clients) {
    certificates.client_certificates.push_back({"client.cert", "client.key", client.certificate_pem,
                                                Secret(absl::string_view(client.key_pem))});
  }
  TlsConfig config;
  config.certificates = std::make_shared<const HostCertificates>(std::move(certificates));
  return config;
}

SslContext Make(const TlsConfig& config) {
  auto context = MakeSslContext(*NoSystemRoots(), kHost, config);
  EXPECT_TRUE(context.ok()) << context.status();
  return *context;
}

class SslContextTest : public testing::Test {
 protected:
  const TestCertificateAuthority ca_;
  const TestCertificateAuthority other_ca_{[] {
    TestCertificateOptions options;
    options.common_name = "other CA";
    return options;
  }()};
  const Server server_{ServerOf(ca_)};
};

TEST_F(SslContextTest, TrustsTheHostsRoots) {
  const Outcome outcome = Handshake(Make(Trusting(ca_.certificate_pem())).get(), server_);
  EXPECT_TRUE(outcome.connected);
  EXPECT_EQ(outcome.verify_result, X509_V_OK);
  EXPECT_EQ(outcome.version, "TLSv1.3");
}

TEST_F(SslContextTest, TrustsEachRootOfAFileAndIgnoresTheRest) {
  const std::string pem = "text\n-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" +
                          other_ca_.certificate_pem() + ca_.certificate_pem() + "text";
  EXPECT_TRUE(Handshake(Make(Trusting(pem)).get(), server_).connected);
}

// As Go has it: X509KeyPair takes them, AppendCertsFromPEM does not.
TEST_F(SslContextTest, PemWithHeadersIsForClientCertificatesAlone) {
  const auto with_headers = [](std::string pem) {
    return pem.insert(pem.find('\n') + 1, "Friendly-Name: one\n\n");
  };
  EXPECT_FALSE(
      Handshake(Make(Trusting(with_headers(ca_.certificate_pem()))).get(), server_).connected);
  EXPECT_TRUE(
      Handshake(
          Make(Trusting(with_headers(other_ca_.certificate_pem()) + ca_.certificate_pem())).get(),
          server_)
          .connected);
  const TestCertificate client = ca_.Issue({});
  const SslContext context = Make(
      Offering(ca_.certificate_pem(), {{with_headers(client.certificate_pem), client.key_pem}}));
  Server server = server_;
  server.client_ca_pem = ca_.certificate_pem();
  server.client_certificate_required = true;
  EXPECT_EQ(Handshake(context.get(), server).client_certificate, client.certificate_pem);
}

TEST_F(SslContextTest, TrustsTheServersOwnCertificate) {
  const SslContext context = Make(Trusting(server_.certificate.certificate_pem));
  EXPECT_TRUE(Handshake(context.get(), server_).connected);
}

// A renewed authority beside its predecessor, in either order, as the host's own roots
// and as the system's.
TEST_F(SslContextTest, OfRootsWithOneSubjectTriesEach) {
  TestCertificateOptions options;
  options.not_after = absl::Now() - absl::Minutes(1);
  options.key_pem = ca_.key_pem();
  const TestCertificateAuthority expired(options);
  const TestCertificateAuthority other_key;
  TemporaryFolder folder;
  for (const std::string& other : {expired.certificate_pem(), other_key.certificate_pem()}) {
    for (const std::string& pem : {other + ca_.certificate_pem(), ca_.certificate_pem() + other}) {
      EXPECT_TRUE(Handshake(Make(Trusting(pem)).get(), server_).connected);
      folder.Write("roots.pem", pem);
      const auto roots = SystemRoots::Load({{folder.Path("roots.pem")}, {}});
      ASSERT_TRUE(roots.ok()) << roots.status();
      const auto context = MakeSslContext(**roots, kHost, {});
      ASSERT_TRUE(context.ok()) << context.status();
      EXPECT_TRUE(Handshake(context->get(), server_).connected);
    }
  }
  // None of them is good.
  EXPECT_EQ(Handshake(Make(Trusting(expired.certificate_pem() + other_key.certificate_pem())).get(),
                      server_)
                .connected,
            false);
}

// A server's own certificate, as `openssl req -x509` makes it, renewed with its old key.
TEST_F(SslContextTest, TrustsARenewedCertificateBesideItsPredecessor) {
  TestCertificateOptions options;
  options.common_name = kHost;
  options.dns_names = {kHost};
  options.key_usage = false;
  const TestCertificateAuthority old(options);
  options.key_pem = old.key_pem();
  const TestCertificateAuthority renewed(options);
  for (const std::string& pem : {old.certificate_pem() + renewed.certificate_pem(),
                                 renewed.certificate_pem() + old.certificate_pem()}) {
    const SslContext context = Make(Trusting(pem));
    for (const TestCertificateAuthority* server : {&old, &renewed}) {
      EXPECT_TRUE(
          Handshake(context.get(), {{server->certificate_pem(), server->key_pem()}}).connected);
    }
  }
  EXPECT_FALSE(Handshake(Make(Trusting(old.certificate_pem())).get(),
                         {{renewed.certificate_pem(), renewed.key_pem()}})
                   .connected);
}

TEST_F(SslContextTest, RefusesAnUnknownAuthority) {
  for (const std::string& root :
       {std::string(), other_ca_.certificate_pem(), std::string("text")}) {
    const Outcome outcome = Handshake(Make(Trusting(root)).get(), server_);
    EXPECT_FALSE(outcome.connected);
    EXPECT_NE(outcome.verify_result, X509_V_OK);
  }
}

TEST_F(SslContextTest, RefusesAnotherNameAndAnExpiredCertificate) {
  const SslContext context = Make(Trusting(ca_.certificate_pem()));
  EXPECT_EQ(Handshake(context.get(), server_, "other.internal").verify_result,
            X509_V_ERR_HOSTNAME_MISMATCH);
  const Outcome outcome = Handshake(context.get(), {ServerOf(ca_, absl::Now() - absl::Minutes(1))});
  EXPECT_FALSE(outcome.connected);
  EXPECT_EQ(outcome.verify_result, X509_V_ERR_CERT_HAS_EXPIRED);
}

TEST_F(SslContextTest, InsecureTakesAnyCertificate) {
  TlsConfig config;
  config.insecure_skip_verify = true;
  EXPECT_TRUE(Handshake(Make(config).get(), server_).connected);
  EXPECT_TRUE(Handshake(Make(config).get(), server_, "other.internal").connected);
}

TEST_F(SslContextTest, NeedsTls12) {
  const struct {
    uint16_t version;
    bool connected;
  } cases[] = {{TLS1_VERSION, false},
               {TLS1_1_VERSION, false},
               {TLS1_2_VERSION, true},
               {TLS1_3_VERSION, true}};
  TlsConfig insecure;
  insecure.insecure_skip_verify = true;
  for (const auto& test : cases) {
    Server server = server_;
    server.max_version = test.version;
    for (const TlsConfig& config : {Trusting(ca_.certificate_pem()), insecure}) {
      EXPECT_EQ(Handshake(Make(config).get(), server).connected, test.connected) << test.version;
    }
  }
}

TEST_F(SslContextTest, TakesKeysOfEveryKind) {
  for (const TestKey key :
       {TestKey::kP256, TestKey::kP384, TestKey::kP521, TestKey::kEd25519, TestKey::kRsa}) {
    TestCertificateOptions options;
    options.key = key;
    const TestCertificateAuthority authority(options);
    options.dns_names = {kHost};
    Server server{authority.Issue(options)};
    const SslContext context = Make(Trusting(authority.certificate_pem()));
    for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
      server.max_version = version;
      const Outcome outcome = Handshake(context.get(), server);
      EXPECT_TRUE(outcome.connected) << static_cast<int>(key) << " " << version;
      EXPECT_EQ(outcome.verify_result, X509_V_OK);
    }
  }
}

// What is added is for keys alone: neither curves nor their order are others.
TEST_F(SslContextTest, ExchangesKeysByX25519) {
  const SslContext context = Make(Trusting(ca_.certificate_pem()));
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Server server = server_;
    server.max_version = version;
    EXPECT_EQ(Handshake(context.get(), server).curve, SSL_CURVE_X25519);
  }
}

TEST_F(SslContextTest, OffersTheClientCertificateThatTheServerAccepts) {
  const TestCertificate client = ca_.Issue({});
  const TestCertificate other = other_ca_.Issue({});
  const SslContext context = Make(Offering(ca_.certificate_pem(), {other, client}));
  for (const uint16_t version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    Server server = server_;
    server.max_version = version;
    EXPECT_EQ(Handshake(context.get(), server).client_certificate, "");  // Not asked for.
    server.client_certificate_required = true;
    server.client_ca_pem = ca_.certificate_pem();
    EXPECT_EQ(Handshake(context.get(), server).client_certificate, client.certificate_pem);
    server.client_ca_pem = other_ca_.certificate_pem();
    EXPECT_EQ(Handshake(context.get(), server).client_certificate, other.certificate_pem);
  }
}

TEST_F(SslContextTest, OffersNothingToAServerThatAcceptsNoneOfThem) {
  const SslContext context = Make(Offering(ca_.certificate_pem(), {other_ca_.Issue({})}));
  Server server = server_;
  server.client_ca_pem = ca_.certificate_pem();
  const Outcome outcome = Handshake(context.get(), server);
  EXPECT_TRUE(outcome.connected);
  EXPECT_EQ(outcome.client_certificate, "");
  server.client_certificate_required = true;
  EXPECT_FALSE(Handshake(context.get(), server).connected);
}

TEST_F(SslContextTest, RefusesAKeyOfAnotherCertificate) {
  TestCertificate client = ca_.Issue({});
  client.key_pem = ca_.Issue({}).key_pem;
  const absl::Status status =
      MakeSslContext(*NoSystemRoots(), kHost, Offering(ca_.certificate_pem(), {client})).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::kCertificatesInvalid);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr(kHost));
}

TEST_F(SslContextTest, AnotherContextIsConfiguredLikeIt) {
  Server server = server_;
  server.client_ca_pem = ca_.certificate_pem();
  server.client_certificate_required = true;
  const bssl::UniquePtr<SSL_CTX> other(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_min_proto_version(other.get(), TLS1_VERSION);
  {
    const TestCertificate client = ca_.Issue({});
    const SslContext model =
        *MakeSslContext(*NoSystemRoots(), kHost, Offering(ca_.certificate_pem(), {client}));
    ConfigureLike(model, other.get());
    EXPECT_EQ(SSL_CTX_get_cert_store(other.get()), SSL_CTX_get_cert_store(model.get()));
    EXPECT_EQ(Handshake(other.get(), server).client_certificate, client.certificate_pem);
  }
  EXPECT_TRUE(Handshake(other.get(), server).connected);
  EXPECT_FALSE(Handshake(other.get(), server, "other.internal").connected);
  server.max_version = TLS1_1_VERSION;
  EXPECT_FALSE(Handshake(other.get(), server).connected);

  TlsConfig insecure;
  insecure.insecure_skip_verify = true;
  ConfigureLike(*MakeSslContext(*NoSystemRoots(), kHost, insecure), other.get());
  EXPECT_TRUE(Handshake(other.get(), server_, "other.internal").connected);
  ConfigureLike(*MakeSslContext(*NoSystemRoots(), kHost, {}), other.get());
  EXPECT_FALSE(Handshake(other.get(), server_).connected);
}

TEST_F(SslContextTest, OutlivesCacheAndRoots) {
  SslContext context;
  {
    SslContextCache cache(NoSystemRoots());
    context = *cache.Get(kHost, Offering(ca_.certificate_pem(), {ca_.Issue({})}));
  }
  Server server = server_;
  server.client_ca_pem = ca_.certificate_pem();
  server.client_certificate_required = true;
  EXPECT_TRUE(Handshake(context.get(), server).connected);
}

TEST_F(SslContextTest, CacheMakesOneContextPerHostAndCertificates) {
  SslContextCache cache(NoSystemRoots());
  const TlsConfig config = Trusting(ca_.certificate_pem());
  const SslContext first = *cache.Get("a", config);
  EXPECT_EQ(*cache.Get("a", config), first);
  EXPECT_NE(*cache.Get("b", config), first);
  EXPECT_EQ(cache.stats().hits, 1);
  EXPECT_EQ(cache.stats().misses, 2);
  // The folder has changed.
  const SslContext second = *cache.Get("a", Trusting(other_ca_.certificate_pem()));
  EXPECT_NE(second, first);
  EXPECT_EQ(cache.stats().entries, 3);
  EXPECT_TRUE(Handshake(first.get(), server_).connected);
  EXPECT_FALSE(Handshake(second.get(), server_).connected);
}

// Whoever drops the client certificates of a registry, for the servers that it names, makes
// an object each time: connections to those are used again all the same.
TEST_F(SslContextTest, EqualCertificatesHaveOneContext) {
  SslContextCache cache(NoSystemRoots());
  const TestCertificate client = ca_.Issue({});
  const SslContext roots = *cache.Get("a", Trusting(ca_.certificate_pem()));
  EXPECT_EQ(*cache.Get("a", Trusting(ca_.certificate_pem())), roots);
  const SslContext offering = *cache.Get("a", Offering(ca_.certificate_pem(), {client}));
  EXPECT_NE(offering, roots);
  EXPECT_EQ(*cache.Get("a", Offering(ca_.certificate_pem(), {client})), offering);
  EXPECT_NE(*cache.Get("a", Offering(ca_.certificate_pem(), {ca_.Issue({})})), offering);
}

// Two registries with roots of their own may name one token server.
TEST_F(SslContextTest, OneHostWithTwoTrustsKeepsBothContexts) {
  SslContextCache cache(NoSystemRoots());
  const SslContext first = *cache.Get("a", Trusting(ca_.certificate_pem()));
  const SslContext second = *cache.Get("a", Trusting(other_ca_.certificate_pem()));
  EXPECT_NE(second, first);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(*cache.Get("a", Trusting(ca_.certificate_pem())), first);
    EXPECT_EQ(*cache.Get("a", Trusting(other_ca_.certificate_pem())), second);
  }
  EXPECT_EQ(cache.stats().misses, 2);
  EXPECT_EQ(cache.stats().entries, 2);
}

TEST_F(SslContextTest, ManyTrustsOfOneHostAreBounded) {
  SslContextCacheOptions options;
  options.max_entries = 2;
  SslContextCache cache(NoSystemRoots(), options);
  const TlsConfig config = Trusting(ca_.certificate_pem());
  const SslContext kept = *cache.Get("a", config);
  for (int i = 0; i < 5; ++i) {
    (void)*cache.Get("a", Trusting(other_ca_.certificate_pem() + std::string(i, '\n')));
    EXPECT_EQ(*cache.Get("a", config), kept);
    EXPECT_LE(cache.stats().entries, 2u);
  }
}

TEST_F(SslContextTest, HostsWithoutCertificatesShareOneContext) {
  SslContextCache cache(NoSystemRoots());
  const SslContext plain = *cache.Get("a", {});
  EXPECT_EQ(*cache.Get("b", {}), plain);
  TlsConfig insecure;
  insecure.insecure_skip_verify = true;
  const SslContext unverified = *cache.Get("a", insecure);
  EXPECT_NE(unverified, plain);
  EXPECT_EQ(*cache.Get("b", insecure), unverified);
  EXPECT_FALSE(Handshake(plain.get(), server_).connected);
  EXPECT_EQ(cache.stats().entries, 0);
}

TEST_F(SslContextTest, CacheForgetsTheLeastRecentlyUsed) {
  SslContextCacheOptions options;
  options.max_entries = 2;
  SslContextCache cache(NoSystemRoots(), options);
  const TlsConfig config = Trusting(ca_.certificate_pem());
  const SslContext a = *cache.Get("a", config);
  const SslContext b = *cache.Get("b", config);
  EXPECT_EQ(*cache.Get("a", config), a);
  (void)*cache.Get("c", config);
  EXPECT_EQ(cache.stats().entries, 2);
  EXPECT_EQ(*cache.Get("a", config), a);
  EXPECT_NE(*cache.Get("b", config), b);
}

}  // namespace
}  // namespace registryd
