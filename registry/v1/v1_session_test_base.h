#ifndef REGISTRYD_REGISTRY_V1_V1_SESSION_TEST_BASE_H_
#define REGISTRYD_REGISTRY_V1_V1_SESSION_TEST_BASE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/plaintext_hosts.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/base/timer_queue.h"
#include "registry/config/service_config.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/http_message.h"
#include "registry/tls/fake_certificate_store.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_test_base.h"

namespace registryd {

// Sessions over a scripted transport. "r.example" is secure, "r.internal:5000" and
// "other.internal:5000" are insecure, and only the first of them gets credentials by http.
class V1SessionTestBase : public V1TestBase {
 protected:
  static constexpr char kId[] = "77dbf71da1d00e3fbddc480176eac8994025630c6590d11cfc8fe1209c2a1d20";
  // Of Ann().
  static constexpr char kBasic[] = " Authorization:Basic YW5uOnMzY3JldCBwYXNz";

  V1SessionTestBase()
      : config_(*ServiceConfig::Create({{}, {}, {"r.internal:5000", "other.internal:5000"}})),
        plaintext_(*PlaintextHosts::Create({"r.internal:5000"})) {
    resolver_.SetAddresses("other.internal", {"10.1.2.4"});
  }

  static std::shared_ptr<AuthConfig> Ann() {
    auto config = std::make_shared<AuthConfig>();
    config->username = "ann";
    config->password = Secret(absl::string_view("s3cret pass"));
    return config;
  }

  V1SessionParts Parts() {
    return {lookup_, client_, timers_, clock_, plaintext_, [this] { return config_; }};
  }

  absl::StatusOr<std::shared_ptr<V1Session>> Open(V1SessionOptions options,
                                                  const CallContext& context = {}) {
    V1Outcome<std::shared_ptr<V1Session>> outcome;
    V1Session::Open(Parts(), std::move(options), context, outcome.Done());
    return outcome.Take();
  }

  // With http://r.internal:5000/v1/, which is standalone; nothing of it is in Sent().
  std::shared_ptr<V1Session> OpenHttp(std::shared_ptr<const AuthConfig> credentials = nullptr) {
    transport_.Reply("GET", "https://r.internal:5000/v1/_ping", Refused());
    transport_.Reply("GET", "http://r.internal:5000/v1/_ping", {{200, {}}, {"{}"}});
    return Opened("r.internal:5000", std::move(credentials));
  }

  // With https://r.example/v1/, which is standalone or has an index.
  std::shared_ptr<V1Session> OpenHttps(std::shared_ptr<const AuthConfig> credentials = nullptr,
                                       bool standalone = true) {
    for (int i = 0; i < 2; ++i) {
      transport_.Reply("GET", "https://r.example/v1/_ping",
                       {{200, {{"X-Docker-Registry-Standalone", standalone ? "1" : "0"}}}});
    }
    return Opened("r.example", std::move(credentials));
  }

  void Reply(absl::string_view url, int status, absl::string_view body,
             std::vector<HttpHeader> headers = {}) {
    ReplyTo("GET", url, status, body, std::move(headers));
  }

  void ReplyTo(absl::string_view method, absl::string_view url, int status, absl::string_view body,
               std::vector<HttpHeader> headers = {}) {
    transport_.Reply(method, url, {{status, std::move(headers)}, {std::string(body)}});
  }

  // What was sent since the session was opened.
  std::vector<std::string> SentSince() const {
    std::vector<std::string> sent = Sent();
    sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(opened_at_));
    return sent;
  }

  std::string LastBody() const { return transport_.requests().back().body; }

  // "CODE REASON FIELD: MESSAGE"; "OK".
  static std::string Text(const absl::Status& status) {
    if (status.ok()) return "OK";
    return absl::StrCat(absl::StatusCodeToString(status.code()), " ", ReasonName(ReasonOf(status)),
                        " ", FieldOf(status), ": ", status.message());
  }

  FakeCertificateStore certificates_;
  TimerQueue timers_;
  EndpointLookup::Config config_;
  const PlaintextHosts plaintext_;
  EndpointLookup lookup_{resolver_, certificates_};

 private:
  std::shared_ptr<V1Session> Opened(absl::string_view endpoint,
                                    std::shared_ptr<const AuthConfig> credentials) {
    V1SessionOptions options;
    options.endpoint = std::string(endpoint);
    options.credentials = std::move(credentials);
    options.caller = "uid:1000";
    absl::StatusOr<std::shared_ptr<V1Session>> session = Open(std::move(options));
    EXPECT_TRUE(session.ok()) << session.status();
    opened_at_ = transport_.requests().size();
    return session.ok() ? *session : nullptr;
  }

  size_t opened_at_ = 0;
};

// The result of a call that ends with a status, before it returns.
class V1StatusOutcome {
 public:
  absl::AnyInvocable<void(absl::Status) &&> Done() {
    return [this](absl::Status status) {
      EXPECT_EQ(calls_++, 0);
      status_ = std::move(status);
    };
  }
  bool done() const { return calls_ > 0; }
  absl::Status Take() const { return status_; }

 private:
  int calls_ = 0;
  absl::Status status_ = absl::UnknownError("done was not called");
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_SESSION_TEST_BASE_H_
