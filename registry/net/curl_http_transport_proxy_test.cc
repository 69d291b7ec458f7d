#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"
#include "registry/net/curl/transport_fixture.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_http_server.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kProxySecret[] = "cHJveHk6cDR4eQ==";
constexpr char kSecret[] = "cmVnaXN0cnk6cDR4eQ==";

TestCertificateOptions Named(const std::string& name) {
  TestCertificateOptions options;
  options.dns_names = {name};
  return options;
}

// A proxy of its own for the test, whose tunnels end in the proxy itself: behind
// CONNECT it plays the server, with TLS where the test wants it.
class CurlProxyTest : public testing::Test {
 protected:
  HttpOptions By(const ScriptedHttpServer& proxy, absl::string_view scheme = "http") {
    HttpOptions options;
    options.proxy.emplace();
    options.proxy->url = absl::StrCat(scheme, "://proxy.test:", proxy.port());
    options.proxy->authorization = Secret(absl::StrCat("Basic ", kProxySecret));
    options.proxy->addresses = {*IpAddress::Parse("127.0.0.1")};
    options.tls = trusting_;
    return options;
  }

  HttpRequest Secretly(std::string url) {
    HttpRequest request = Get(std::move(url));
    request.secret_headers.push_back({"Authorization", Secret(absl::StrCat("Basic ", kSecret))});
    return request;
  }

  static TlsConfig Trusting(const TestCertificateAuthority& ca) {
    HostCertificates certificates;
    certificates.roots.push_back({"ca.crt", ca.certificate_pem()});
    TlsConfig config;
    config.certificates = std::make_shared<const HostCertificates>(std::move(certificates));
    return config;
  }

  const TestCertificateAuthority ca_;
  const TlsConfig trusting_ = Trusting(ca_);
};

TEST_F(CurlProxyTest, HttpGoesByAbsoluteForm) {
  ScriptedHttpServer proxy;
  proxy.Reply("", "*", {});
  auto transport = NewTransport();
  EXPECT_EQ(Fetch(*transport, Secretly("http://registry.test:5000/v2/?a=b"), By(proxy)),
            absl::OkStatus());
  EXPECT_EQ(proxy.connections()[0].wire,
            absl::StrCat("GET http://registry.test:5000/v2/?a=b HTTP/1.1\r\n"
                         "Host: registry.test:5000\r\nAccept-Encoding: gzip\r\n"
                         "Authorization: Basic ",
                         kSecret, "\r\nProxy-Authorization: Basic ", kProxySecret, "\r\n\r\n"));
}

TEST_F(CurlProxyTest, HttpsGoesThroughATunnel) {
  ScriptedHttpServerOptions options;
  options.tls = ScriptedTls{ca_.Issue(Named("registry.test"))};
  options.tls->on_request = true;
  ScriptedHttpServer proxy(options);
  proxy.Reply(
      "CONNECT", "registry.test:5000",
      ScriptedResponse::Raw("HTTP/1.1 200 fine\r\nX-Of-Proxy: 1\r\n\r\n", {WireStep::StartTls()}));
  proxy.Reply("GET", "*", {200, {{"X-Of-Server", "1"}}, "hello"});
  auto transport = NewTransport();
  for (int i = 0; i < 2; ++i) {  // The second by the same tunnel.
    RecordedExchange exchange;
    transport->Send(Secretly("https://registry.test:5000/v2/"), By(proxy), {}, exchange.Receiver());
    ASSERT_EQ(exchange.Await(), absl::OkStatus());
    EXPECT_EQ(exchange.body(), "hello");
    EXPECT_TRUE(exchange.head().Find("X-Of-Server").has_value());
    EXPECT_FALSE(exchange.head().Find("X-Of-Proxy").has_value());
  }
  ASSERT_EQ(proxy.accepted(), 1);
  const ScriptedConnection connection = proxy.connections()[0];
  EXPECT_EQ(connection.server_name, "registry.test");
  // Neither sees what is the other's.
  EXPECT_TRUE(absl::StartsWith(
      connection.wire, absl::StrCat("CONNECT registry.test:5000 HTTP/1.1\r\n"
                                    "Host: registry.test:5000\r\nProxy-Authorization: Basic ",
                                    kProxySecret, "\r\n\r\n")))
      << connection.wire;
  EXPECT_THAT(connection.wire, Not(HasSubstr(kSecret)));
  EXPECT_THAT(connection.plain, HasSubstr(kSecret));
  EXPECT_THAT(connection.plain, Not(HasSubstr(kProxySecret)));
}

// Without a proxy these would be requests to the ports 80 and 443 themselves.
TEST_F(CurlProxyTest, ThePortIsNamedWhereTheUrlNamesIt) {
  struct Case {
    const char* url;
    const char* target;
    const char* host;
  };
  ScriptedHttpServer proxy;
  proxy.Reply("", "*", {});
  auto transport = NewTransport();
  for (const Case& c :
       {Case{"http://registry.test:80/v2/?a=b", "http://registry.test:80/v2/?a=b",
             "registry.test:80"},
        Case{"http://registry.test:80", "http://registry.test:80/", "registry.test:80"},
        Case{"http://registry.test:80?a=b", "http://registry.test:80/?a=b", "registry.test:80"},
        Case{"http://[::1]:80/", "http://[::1]:80/", "[::1]:80"},
        Case{"http://registry.test/v2/", "http://registry.test/v2/", "registry.test"},
        Case{"http://registry.test:/v2/", "http://registry.test/v2/", "registry.test"},
        Case{"http://registry.test:443/", "http://registry.test:443/", "registry.test:443"},
        Case{"http://127.0.0.1/", "http://127.0.0.1/", "127.0.0.1"}}) {
    ASSERT_EQ(Fetch(*transport, Get(c.url), By(proxy)), absl::OkStatus()) << c.url;
    const ScriptedRequest request = proxy.requests().back();
    EXPECT_EQ(request.target, c.target) << c.url;
    EXPECT_EQ(request.Find("Host"), c.host) << c.url;
  }
}

TEST_F(CurlProxyTest, ThePortIsNamedBehindATunnelWhereTheUrlNamesIt) {
  ScriptedHttpServerOptions options;
  options.tls = ScriptedTls{ca_.Issue(Named("registry.test"))};
  options.tls->on_request = true;
  ScriptedHttpServer proxy(options);
  proxy.Reply("CONNECT", "registry.test:443",
              ScriptedResponse::Raw("HTTP/1.1 200 fine\r\n\r\n", {WireStep::StartTls()}));
  proxy.Reply("GET", "/v2/", {});
  auto transport = NewTransport();
  for (const char* const host : {"registry.test:443", "registry.test"}) {
    ASSERT_EQ(Fetch(*transport, Get(absl::StrCat("https://", host, "/v2/")), By(proxy)),
              absl::OkStatus());
    EXPECT_EQ(proxy.requests().back().Find("Host"), host);
  }
  EXPECT_EQ(proxy.requests().front().Find("Host"), "registry.test:443");  // Of CONNECT.
  EXPECT_EQ(proxy.connections()[0].server_name, "registry.test");
}

TEST_F(CurlProxyTest, TheServersCertificateIsVerifiedThroughATunnel) {
  ScriptedHttpServerOptions options;
  options.tls = ScriptedTls{ca_.Issue(Named("other.test"))};
  options.tls->on_request = true;
  ScriptedHttpServer proxy(options);
  proxy.Reply("CONNECT", "*",
              ScriptedResponse::Raw("HTTP/1.1 200 fine\r\n\r\n", {WireStep::StartTls()}));
  auto transport = NewTransport();
  const absl::Status status = Fetch(*transport, Secretly("https://registry.test/"), By(proxy));
  EXPECT_EQ(ReasonOf(status), Reason::kTlsVerificationFailed);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("the certificate of registry.test was not accepted"));
  EXPECT_FALSE(proxy.Received(kSecret));
}

TEST_F(CurlProxyTest, SaysThatTheProxyRefuses) {
  for (const int code : {403, 407, 502}) {
    ScriptedHttpServer proxy;
    proxy.Reply("CONNECT", "*", {code, {}, "go away"});
    auto transport = NewTransport();
    RecordedExchange exchange;
    transport->Send(Secretly("https://registry.test/"), By(proxy), {}, exchange.Receiver());
    const absl::Status status = exchange.Await();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(status), Reason::kConnectionFailed);
    EXPECT_EQ(std::string(status.message()),
              absl::StrCat("the proxy proxy.test:", proxy.port(),
                           " refused a connection to registry.test: status ", code));
    EXPECT_FALSE(exchange.has_head());
    EXPECT_EQ(proxy.requests().size(), 1);
    EXPECT_FALSE(proxy.Received(kSecret));
  }
}

TEST_F(CurlProxyTest, SaysThatTheProxyIsNotThere) {
  HttpOptions options;
  {
    ScriptedHttpServer gone;
    options = By(gone);
  }
  auto transport = NewTransport();
  const absl::Status status = Fetch(*transport, Secretly("http://registry.test/"), options);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(std::string(status.message()),
              testing::MatchesRegex("cannot connect to the proxy proxy.test:[0-9]+ "
                                    "\\(127.0.0.1\\): Connection refused"));
}

TEST_F(CurlProxyTest, AProxyByTlsIsVerifiedAgainstTheSystemsRoots) {
  TestCertificateAuthority system;
  TemporaryFolder folder;
  folder.Write("roots.pem", system.certificate_pem());
  SystemRootsOptions roots;
  roots.files = {folder.Path("roots.pem")};
  roots.folders = {};
  const auto loaded = *SystemRoots::Load(roots);

  ScriptedHttpServerOptions options;
  options.tls = ScriptedTls{system.Issue(Named("proxy.test"))};
  ScriptedHttpServer proxy(options);
  proxy.Reply("GET", "*", {});
  EXPECT_EQ(Fetch(*NewTransport({}, loaded), Secretly("http://registry.test/"), By(proxy, "https")),
            absl::OkStatus());
  EXPECT_EQ(proxy.requests()[0].target, "http://registry.test/");

  // The registry's roots say nothing about the proxy, nor does its insecurity.
  ScriptedHttpServerOptions foreign;
  foreign.tls = ScriptedTls{ca_.Issue(Named("proxy.test"))};
  ScriptedHttpServer untrusted(foreign);
  for (const bool insecure : {false, true}) {
    HttpOptions by = By(untrusted, "https");
    if (insecure) {
      by.tls = {};
      by.tls.insecure_skip_verify = true;
    }
    const absl::Status status =
        Fetch(*NewTransport({}, loaded), Secretly("https://registry.test/"), by);
    EXPECT_EQ(ReasonOf(status), Reason::kTlsVerificationFailed) << status;
    EXPECT_THAT(std::string(status.message()),
                HasSubstr(absl::StrCat("the certificate of the proxy proxy.test:", untrusted.port(),
                                       " was not accepted")));
    EXPECT_FALSE(untrusted.Received(kProxySecret));
  }

  // And the other way round: what is behind the proxy's TLS has its own trust.
  proxy.Reply("CONNECT", "*", {502});
  EXPECT_THAT(std::string(Fetch(*NewTransport({}, loaded), Secretly("https://registry.test/"),
                                By(proxy, "https"))
                              .message()),
              HasSubstr("status 502"));
}

TEST_F(CurlProxyTest, IsDialledAtItsAddresses) {
  ScriptedHttpServerOptions options;
  options.address = "127.0.0.4";
  ScriptedHttpServer proxy(options);
  proxy.Reply("", "*", {});
  HttpOptions by = By(proxy);
  by.proxy->addresses = {*IpAddress::Parse("127.0.0.4")};
  by.addresses = {*IpAddress::Parse("127.0.0.9")};  // The server's own do not matter.
  auto transport = NewTransport();
  EXPECT_EQ(Fetch(*transport, Get("http://registry.test/"), by), absl::OkStatus());
  by.proxy->addresses.clear();
  EXPECT_THAT(std::string(Fetch(*transport, Get("http://registry.test/"), by).message()),
              HasSubstr("there is no address for proxy.test"));
  by.proxy->url = absl::StrCat("http://127.0.0.4:", proxy.port());
  EXPECT_EQ(Fetch(*transport, Get("http://registry.test/"), by), absl::OkStatus());
}

TEST_F(CurlProxyTest, IsDialledByIpv6) {
  if (!ScriptedHttpServer::HasIpv6()) GTEST_SKIP() << "no IPv6 here";
  ScriptedHttpServerOptions options;
  options.address = "::1";
  ScriptedHttpServer proxy(options);
  proxy.Reply("", "*", {});
  HttpOptions by = By(proxy);
  by.proxy->url = absl::StrCat("http://[::1]:", proxy.port());
  by.proxy->addresses.clear();
  EXPECT_EQ(Fetch(*NewTransport(), Get("http://registry.test/"), by), absl::OkStatus());
}

}  // namespace
}  // namespace registryd
