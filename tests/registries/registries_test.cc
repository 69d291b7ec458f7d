// registryd against registries as they are: Debian's docker-registry, plain and with
// TLS, passwords and tokens, and nginx in front of it.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/registries/docker_registry.h"
#include "tests/registries/nginx.h"
#include "tests/registries/token_server.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// By Docker's rules every address in 127.0.0.0/8 is insecure; ::1 is none.
constexpr char kSecureAddress[] = "[::1]";

TestCertificate ServerCertificate(const TestCertificateAuthority& authority) {
  TestCertificateOptions options;
  options.common_name = "registry";
  options.ip_addresses = {"::1", "127.0.0.1"};
  return authority.Issue(options);
}

class RegistriesTest : public RegistrydFixture {
 protected:
  static absl::StatusOr<api::AuthResponse> Login(const client::RegistryClient& caller,
                                                 const std::string& server,
                                                 const std::string& password,
                                                 const std::string& identity_token = "") {
    api::AuthRequest request;
    api::AuthConfig& config = *request.mutable_auth_config();
    config.set_server_address(server);
    if (identity_token.empty()) {
      config.set_username(TokenServer::kUser);
      config.set_password(password);
    } else {
      config.set_identity_token(identity_token);
    }
    return caller.Auth(request);
  }
  static absl::StatusOr<api::AuthResponse> Login(const client::RegistryClient& caller,
                                                 const std::string& server) {
    return Login(caller, server, TokenServer::kPassword);
  }

  static absl::StatusOr<api::PingV2RegistryResponse> Ping(const client::RegistryClient& caller,
                                                          const std::string& hostname) {
    api::PingV2RegistryRequest request;
    request.set_hostname(hostname);
    return caller.PingV2Registry(request);
  }

  void Trust(const std::string& host_port, const TestCertificateAuthority& authority) const {
    folder_.MakeFolder(absl::StrCat("certs.d/", host_port));
    folder_.Write(absl::StrCat("certs.d/", host_port, "/ca.crt"), authority.certificate_pem());
  }

  const TestCertificateAuthority authority_;
};

TEST_F(RegistriesTest, PlainHttpIsPingedAfterHttps) {
  const DockerRegistry registry;
  const auto process = Serve();
  const auto ping = Ping(Caller(UnixAddress()), registry.host_port());
  ASSERT_TRUE(ping.ok()) << ping.status();
  EXPECT_EQ(ping->endpoint_url(), absl::StrCat("http://", registry.host_port()));
  EXPECT_EQ(ping->status_code(), 200);
  EXPECT_THAT(ping->api_versions(), ElementsAre("registry/2.0"));
  EXPECT_THAT(ping->challenges(), IsEmpty());
}

TEST_F(RegistriesTest, ARegistryWithoutPasswordsLetsEverybodyIn) {
  const DockerRegistry registry;
  const auto process = Serve();
  const auto login = Login(Caller(UnixAddress()), registry.host_port());
  ASSERT_TRUE(login.ok()) << login.status();
  EXPECT_EQ(login->status(), "Login Succeeded");
  EXPECT_EQ(login->identity_token(), "");
}

TEST_F(RegistriesTest, PasswordsAreNotSentInClear) {
  DockerRegistryOptions options;
  options.htpasswd = true;
  const DockerRegistry registry(options);
  const auto process = Serve();
  const absl::Status refused = Login(Caller(UnixAddress()), registry.host_port()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_EQ(ReasonOnWire(refused), "PLAINTEXT_CREDENTIALS_REFUSED");
  EXPECT_THAT(refused.message(), HasSubstr("allow-plaintext-credentials"));
}

TEST_F(RegistriesTest, PasswordsAreSentInClearWhereAnOperatorSaysSo) {
  DockerRegistryOptions options;
  options.htpasswd = true;
  const DockerRegistry registry(options);
  const auto process = Serve({"--allow-plaintext-credentials", registry.host_port()});
  const client::RegistryClient caller = Caller(UnixAddress());
  const auto login = Login(caller, registry.host_port());
  ASSERT_TRUE(login.ok()) << login.status();
  EXPECT_EQ(login->status(), "Login Succeeded");

  const absl::Status refused = Login(caller, registry.host_port(), "wrong").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnauthenticated) << refused;
  EXPECT_EQ(ReasonOnWire(refused), "REGISTRY_UNAUTHORIZED");
}

TEST_F(RegistriesTest, APrivateAuthorityIsTrustedOnceItIsInCertsD) {
  DockerRegistryOptions options;
  options.address = kSecureAddress;
  options.tls = ServerCertificate(authority_);
  options.htpasswd = true;
  const DockerRegistry registry(options);
  const auto process = Serve();
  const client::RegistryClient caller = Caller(UnixAddress());

  const absl::Status refused = Login(caller, registry.host_port()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_EQ(ReasonOnWire(refused), "TLS_VERIFICATION_FAILED");
  EXPECT_THAT(refused.message(), HasSubstr(absl::StrCat(registry.host_port(), "/ca.crt")));

  Trust(registry.host_port(), authority_);
  EXPECT_TRUE(Eventually([&] { return Login(caller, registry.host_port()).ok(); }));
  const auto ping = Ping(caller, registry.host_port());
  ASSERT_TRUE(ping.ok()) << ping.status();
  EXPECT_EQ(ping->endpoint_url(), absl::StrCat("https://", registry.host_port()));
  EXPECT_EQ(ping->status_code(), 401);
  ASSERT_THAT(ping->challenges(), SizeIs(1));
  EXPECT_EQ(ping->challenges(0).scheme(), "basic");
  EXPECT_EQ(Login(caller, registry.host_port(), "wrong").status().code(),
            absl::StatusCode::kUnauthenticated);
}

TEST_F(RegistriesTest, AnInsecureRegistryMayHaveAnyCertificate) {
  DockerRegistryOptions options;
  options.tls = ServerCertificate(authority_);
  options.htpasswd = true;
  const DockerRegistry registry(options);
  const auto process = Serve();
  const auto login = Login(Caller(UnixAddress()), registry.host_port());
  ASSERT_TRUE(login.ok()) << login.status();
}

TEST_F(RegistriesTest, AClientCertificateIsShownWhereOneIsWanted) {
  const TestCertificateAuthority client_authority;
  DockerRegistryOptions options;
  options.address = kSecureAddress;
  options.tls = ServerCertificate(authority_);
  options.client_authority_pem = client_authority.certificate_pem();
  const DockerRegistry registry(options);
  Trust(registry.host_port(), authority_);
  const auto process = Serve();
  const client::RegistryClient caller = Caller(UnixAddress());
  EXPECT_EQ(Ping(caller, registry.host_port()).status().code(), absl::StatusCode::kUnavailable);

  const TestCertificate own = client_authority.Issue({});
  const std::string folder = absl::StrCat("certs.d/", registry.host_port());
  folder_.Write(absl::StrCat(folder, "/client.key"), own.key_pem);
  folder_.Write(absl::StrCat(folder, "/client.cert"), own.certificate_pem);
  EXPECT_TRUE(Eventually([&] { return Ping(caller, registry.host_port()).ok(); }));
}

class TokensTest : public RegistriesTest {
 protected:
  DockerRegistryOptions Options() const {
    DockerRegistryOptions options;
    options.address = kSecureAddress;
    options.tls = ServerCertificate(authority_);
    options.tokens = &tokens_;
    return options;
  }

  const TokenServer tokens_{ScriptedTls{ServerCertificate(authority_)}};
  const DockerRegistry registry_{Options()};
};

TEST_F(TokensTest, ATrustedRealmVerifiesAndGivesAnIdentityToken) {
  Trust(registry_.host_port(), authority_);
  const auto process = Serve({"--trusted-realm", tokens_.host_port()});
  const client::RegistryClient caller = Caller(UnixAddress());
  const auto login = Login(caller, registry_.host_port());
  ASSERT_TRUE(login.ok()) << login.status();
  EXPECT_EQ(login->status(), "Login Succeeded");
  EXPECT_EQ(login->identity_token(), TokenServer::kRefreshToken);

  const auto again = Login(caller, registry_.host_port(), "", login->identity_token());
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->identity_token(), TokenServer::kRefreshToken);

  for (const absl::Status& refused :
       {Login(caller, registry_.host_port(), "wrong").status(),
        Login(caller, registry_.host_port(), "", "revoked").status()}) {
    EXPECT_EQ(refused.code(), absl::StatusCode::kUnauthenticated) << refused;
    EXPECT_EQ(ReasonOnWire(refused), "REGISTRY_UNAUTHORIZED");
  }
}

TEST_F(TokensTest, AForeignRealmLearnsNothingAndProvesNothing) {
  Trust(registry_.host_port(), authority_);
  const auto process = Serve({"--log-level", "debug"});
  const absl::Status refused = Login(Caller(UnixAddress()), registry_.host_port()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
  EXPECT_FALSE(tokens_.server().Received(TokenServer::kPassword));
  EXPECT_FALSE(tokens_.server().Received("YW5uOnMzY3JldCBwYXNz"));
  EXPECT_FALSE(tokens_.server().Received(TokenServer::kUser));
  EXPECT_THAT(process->log(), Not(HasSubstr(TokenServer::kPassword)));
}

TEST_F(RegistriesTest, AReverseProxyWithAPathIsPingedBelowIt) {
  const DockerRegistry registry;
  const Nginx nginx(
      absl::StrCat("location /mirror/ { proxy_pass http://", registry.host_port(), "/; }"));
  const auto process = Serve();
  api::PingV2RegistryRequest request;
  request.set_endpoint_url(absl::StrCat("http://", nginx.host_port(), "/mirror/"));
  const auto ping = Caller(UnixAddress()).PingV2Registry(request);
  ASSERT_TRUE(ping.ok()) << ping.status();
  EXPECT_EQ(ping->status_code(), 200);
  EXPECT_THAT(ping->api_versions(), ElementsAre("registry/2.0"));
}

TEST_F(RegistriesTest, AProxyReachesWhatThisMachineCannotResolve) {
  const DockerRegistry registry;
  const Nginx proxy(absl::StrCat("location / { proxy_pass http://", registry.host_port(), "; }"));
  const auto process = Serve({"--http-proxy", absl::StrCat("http://pat:pr0xy@", proxy.host_port()),
                              "--insecure-registry", "registry.test:5000"});
  api::PingV2RegistryRequest request;
  request.set_endpoint_url("http://registry.test:5000");
  const auto ping = Caller(UnixAddress()).PingV2Registry(request);
  ASSERT_TRUE(ping.ok()) << ping.status();
  EXPECT_EQ(ping->status_code(), 200);
  EXPECT_TRUE(Eventually([&] {
    return absl::StrContains(proxy.access_log(),
                             "GET http://registry.test:5000/v2/ HTTP/1.1 200 "
                             "[Basic cGF0OnByMHh5] [-]");
  })) << proxy.access_log();
  EXPECT_THAT(process->log(), Not(HasSubstr("pr0xy")));
}

TEST_F(RegistriesTest, AnIndexIsSearched) {
  const Nginx index(R"(
    location = /v1/_ping { return 200 'true'; }
    location = /v1/search {
      default_type application/json;
      return 200 '{"num_results": 2, "query": "$arg_q", "results": [
        {"name": "team/app", "description": "ours", "star_count": 3, "is_official": false},
        {"name": "app", "description": "$arg_n", "star_count": 9, "is_official": true}]}';
    })");
  const auto process = Serve();
  api::SearchRequest request;
  request.set_term(absl::StrCat(index.host_port(), "/app"));
  request.set_limit(7);
  const auto all = Caller(UnixAddress()).Search(request);
  ASSERT_TRUE(all.ok()) << all.status();
  ASSERT_THAT(all->results(), SizeIs(2));
  EXPECT_EQ(all->results(0).name(), "team/app");
  EXPECT_EQ(all->results(1).description(), "7");

  api::SearchFilter& filter = *request.add_filters();
  filter.set_name("stars");
  filter.set_value("5");
  const auto popular = Caller(UnixAddress()).Search(request);
  ASSERT_TRUE(popular.ok()) << popular.status();
  ASSERT_THAT(popular->results(), SizeIs(1));
  EXPECT_EQ(popular->results(0).name(), "app");
}

TEST_F(RegistriesTest, NobodyThere) {
  std::string nobody;
  {
    const Nginx gone("return 204;");
    nobody = gone.host_port();
  }
  const auto process = Serve();
  const absl::Status status = Ping(Caller(UnixAddress()), nobody).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(ReasonOnWire(status), "CONNECTION_FAILED");
}

}  // namespace
}  // namespace registryd
