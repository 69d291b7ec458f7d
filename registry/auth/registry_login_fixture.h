#ifndef REGISTRYD_REGISTRY_AUTH_REGISTRY_LOGIN_FIXTURE_H_
#define REGISTRYD_REGISTRY_AUTH_REGISTRY_LOGIN_FIXTURE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "registry/auth/fake_token_source.h"
#include "registry/auth/registry_login.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/config/service_config.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/proxy_rules.h"
#include "registry/tls/fake_certificate_store.h"

namespace registryd {

// Logins over a scripted transport, for the tests of RegistryLogin.
class RegistryLoginFixture : public ::testing::Test {
 protected:
  // Searched for where it must not be.
  static constexpr absl::string_view kPassword = "canary-51c0";

  using Response = FakeHttpTransport::Response;

  static Response Answer(int status, std::vector<HttpHeader> headers = {}) {
    return {{status, std::move(headers)}, {}};
  }

  static Response Challenge(const std::string& challenge) {
    return Answer(401, {{"WWW-Authenticate", challenge}});
  }

  static Response Failure(absl::StatusCode code, Reason reason,
                          absl::string_view message = "as scripted") {
    Response response;
    response.no_head = true;
    response.status = Error(code, reason, message);
    return response;
  }

  static Response Refused() {
    return Failure(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "connection refused");
  }

  static EndpointLookup::Config Config(ServiceOptions options = {}) {
    auto config = ServiceConfig::Create(std::move(options));
    EXPECT_TRUE(config.ok()) << config.status();
    return *std::move(config);
  }

  using Result = std::optional<absl::StatusOr<LoginResult>>;

  // A login of "ann" at `server_address`; its outcome goes to `result`.
  void Start(const std::string& server_address, EndpointLookup::Config config,
             const CallContext& context, Result& result) {
    credentials_.server_address = server_address;
    const auto plaintext = PlaintextHosts::Create(plaintext_);
    ASSERT_TRUE(plaintext.ok()) << plaintext.status();
    login_.emplace(lookup_, client_, tokens_, clock_, *plaintext);
    login_->Run(std::move(config),
                {std::make_shared<const AuthConfig>(credentials_), "agent/1.0", "uid:7"}, context,
                [&](absl::StatusOr<LoginResult> outcome) {
                  EXPECT_FALSE(result.has_value()) << "called twice";
                  result = std::move(outcome);
                });
  }

  // As Start, where the outcome comes at once.
  absl::StatusOr<LoginResult> LogIn(const std::string& server_address,
                                    EndpointLookup::Config config = Config(),
                                    const CallContext& context = {}) {
    Result result;
    Start(server_address, std::move(config), context, result);
    return result.value_or(absl::UnknownError("no answer"));
  }

  // "https://reg/v2/ Basic ...": what was asked, with the secret headers.
  std::vector<std::string> Requests() const {
    std::vector<std::string> texts;
    for (const FakeHttpTransport::Request& request : transport_.requests()) {
      texts.push_back(request.url);
      for (const SecretHttpHeader& header : request.secret_headers) {
        absl::StrAppend(&texts.back(), " ", header.value.Reveal());
      }
    }
    return texts;
  }

  // Logins of an insecure registry: https, then http.
  static EndpointLookup::Config Insecure() { return Config({{}, {}, {"reg:5000"}}); }

  void Reply(const std::string& url, Response response) {
    transport_.Reply("GET", url, std::move(response));
  }

  AuthConfig credentials_ = [] {
    AuthConfig credentials;
    credentials.username = "ann";
    credentials.password = Secret(kPassword);
    return credentials;
  }();
  std::vector<std::string> plaintext_;
  FakeClock clock_{absl::Now()};
  FakeTokenSource tokens_{[](const TokenRequest&) {
    return Token{Secret(absl::string_view("good")), {}, {}, {}};
  }};
  FakeHttpTransport transport_;
  FakeDnsResolver resolver_{{{"reg", {"8.8.8.8"}},
                             {"registry-1.docker.io", {"8.8.4.4"}},
                             {"mirror.example", {"8.8.4.5"}},
                             {"reg.internal", {"10.1.2.3"}},
                             {"rebind.example", {"127.0.0.1", "8.8.8.8"}}}};
  FakeCertificateStore certificates_;
  EndpointLookup lookup_{resolver_, certificates_};
  ProxyRules proxies_;
  HttpClient client_{transport_, resolver_, proxies_, {"registryd/test"}};
  std::optional<RegistryLogin> login_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_REGISTRY_LOGIN_FIXTURE_H_
