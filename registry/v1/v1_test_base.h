#ifndef REGISTRYD_REGISTRY_V1_V1_TEST_BASE_H_
#define REGISTRYD_REGISTRY_V1_V1_TEST_BASE_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/net/proxy_rules.h"
#include "registry/net/upstream.h"

namespace registryd {

// The result of a call whose `done` comes before it returns, once.
template <typename T>
class V1Outcome {
 public:
  absl::AnyInvocable<void(absl::StatusOr<T>) &&> Done() {
    return [this](absl::StatusOr<T> result) {
      EXPECT_FALSE(result_.has_value()) << "called twice";
      result_ = std::move(result);
    };
  }
  absl::StatusOr<T> Take() {
    if (!result_.has_value()) return absl::UnknownError("done was not called");
    return *std::move(result_);
  }

 private:
  std::optional<absl::StatusOr<T>> result_;
};

// A client over a scripted transport, and names that have addresses.
class V1TestBase : public ::testing::Test {
 protected:
  using Response = FakeHttpTransport::Response;

  static std::shared_ptr<const Upstream> MakeUpstream(absl::string_view origin,
                                                      bool allow_plaintext = false) {
    Upstream upstream;
    upstream.origin = std::string(origin);
    upstream.allow_plaintext_credentials = allow_plaintext;
    return std::make_shared<const Upstream>(std::move(upstream));
  }

  static Response Failure(absl::StatusCode code, Reason reason, absl::string_view message) {
    Response response;
    response.no_head = true;
    response.status = Error(code, reason, message);
    return response;
  }

  static Response Refused() {
    return Failure(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "refused");
  }

  // "GET URL" and, behind it, " Name:value" of each header but the service's own agent,
  // the secret ones last.
  std::vector<std::string> Sent() const {
    std::vector<std::string> sent;
    for (const FakeHttpTransport::Request& request : transport_.requests()) {
      std::string text = absl::StrCat(request.method, " ", request.url);
      for (const HttpHeader& header : request.headers) {
        if (header.value == kAgent) continue;
        absl::StrAppend(&text, " ", header.name, ":", header.value);
      }
      for (const SecretHttpHeader& header : request.secret_headers) {
        absl::StrAppend(&text, " ", header.name, ":", header.value.Reveal());
      }
      sent.push_back(std::move(text));
    }
    return sent;
  }

  static constexpr absl::string_view kAgent = "registryd/test";

  FakeClock clock_{absl::Now()};
  FakeHttpTransport transport_;
  FakeDnsResolver resolver_{{{"r.example", {"93.184.216.34"}},
                             {"r.internal", {"10.1.2.3"}},
                             {"other.example", {"93.184.216.35"}},
                             {"index.docker.io", {"93.184.216.36"}},
                             {"hub.docker.com", {"93.184.216.37"}}}};
  ProxyRules proxies_;
  HttpClient client_{transport_, resolver_, proxies_, {std::string(kAgent)}};
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_TEST_BASE_H_
