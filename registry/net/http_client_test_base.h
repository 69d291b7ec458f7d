#ifndef REGISTRYD_REGISTRY_NET_HTTP_CLIENT_TEST_BASE_H_
#define REGISTRYD_REGISTRY_NET_HTTP_CLIENT_TEST_BASE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/base/secret.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/net/ip_address.h"
#include "registry/net/proxy_rules.h"
#include "registry/net/upstream.h"

namespace registryd {

// Gives each hop the same secret headers, and remembers what it was told.
class RecordingHopHeaders final : public HttpHopHeaders {
 public:
  explicit RecordingHopHeaders(std::vector<SecretHttpHeader> headers = {})
      : headers_(std::move(headers)) {}

  void Prepare(const HttpHop& hop, const CallContext& context, Ready ready) override {
    log.push_back(absl::StrCat("prepare ", Describe(hop)));
    if (hold) {
      held = std::move(ready);
    } else if (!error.ok()) {
      std::move(ready)(error);
    } else {
      std::move(ready)(headers_);
    }
  }

  void OnResponse(const HttpHop& hop, const HttpResponseHead& head) override {
    log.push_back(absl::StrCat("response ", head.status, " ", Describe(hop)));
  }

  bool hold = false;
  Ready held;
  absl::Status error;
  std::vector<std::string> log;

 private:
  static std::string Describe(const HttpHop& hop) {
    return absl::StrCat(hop.number, " ", hop.url.ToString(), hop.own_origin ? " own" : " other");
  }

  const std::vector<SecretHttpHeader> headers_;
};

// A client between a scripted transport and a scripted resolver, whose upstream is
// https://registry.example at a private address.
class HttpClientTestBase : public testing::Test {
 protected:
  static constexpr absl::string_view kOwnAddress = "10.1.2.3";
  static constexpr absl::string_view kPublicAddress = "93.184.216.34";

  HttpClientTestBase() {
    resolver_.SetAddresses("registry.example", {std::string(kOwnAddress)});
    resolver_.SetAddresses("cdn.example", {std::string(kPublicAddress)});
    upstream_->origin = "https://registry.example";
  }

  HttpCall Call(absl::string_view url = "https://registry.example/v2/") const {
    HttpCall call;
    call.upstream = upstream_;
    call.url = std::string(url);
    return call;
  }

  HttpClient Client() { return HttpClient(transport_, resolver_, proxies_, options_); }

  // The result, which must be there when Fetch returns.
  absl::StatusOr<HttpReply> Fetch(HttpCall call, const CallContext& context = {}) {
    std::optional<absl::StatusOr<HttpReply>> result;
    Client().Fetch(std::move(call), context, [&](absl::StatusOr<HttpReply> reply) {
      EXPECT_FALSE(result.has_value()) << "done twice";
      result = std::move(reply);
    });
    if (!result.has_value()) return absl::InternalError("the client has not called back");
    return *std::move(result);
  }

  void Redirect(absl::string_view from, absl::string_view location, int status = 307,
                absl::string_view method = "GET") {
    transport_.Reply(method, from, {{status, {{"Location", std::string(location)}}}, {"moved"}});
  }

  void Answer(absl::string_view url, absl::string_view method = "GET") {
    transport_.Reply(method, url, {{200, {}}, {"the ", "answer"}});
  }

  // "METHOD URL" of each request.
  std::vector<std::string> Sent() const {
    std::vector<std::string> sent;
    for (const auto& request : transport_.requests()) {
      sent.push_back(absl::StrCat(request.method, " ", request.url));
    }
    return sent;
  }

  // Where each request was dialled.
  std::vector<std::string> Dialled() const {
    std::vector<std::string> dialled;
    for (const auto& request : transport_.requests()) {
      std::string all;
      for (const IpAddress& address : request.options.addresses) {
        absl::StrAppend(&all, all.empty() ? "" : ",", address.ToString());
      }
      dialled.push_back(std::move(all));
    }
    return dialled;
  }

  // Every header of a request, secret or not, as "name: value".
  static std::string HeadersOf(const FakeHttpTransport::Request& request) {
    std::string all;
    for (const auto& header : request.headers) {
      absl::StrAppend(&all, header.name, ": ", header.value, "\n");
    }
    for (const auto& header : request.secret_headers) {
      absl::StrAppend(&all, header.name, ": ", header.value.Reveal(), "\n");
    }
    return all;
  }

  static DnsAnswer Addresses(const std::vector<std::string>& texts) {
    auto addresses = std::make_shared<std::vector<IpAddress>>();
    for (const std::string& text : texts) addresses->push_back(IpAddress::Parse(text).value());
    return addresses;
  }

  static std::vector<SecretHttpHeader> Secrets() {
    std::vector<SecretHttpHeader> headers;
    headers.push_back({"Authorization", Secret(absl::string_view("Bearer canary-token"))});
    headers.push_back({"Cookie", Secret(absl::string_view("session=canary-cookie"))});
    return headers;
  }

  FakeHttpTransport transport_;
  FakeDnsResolver resolver_;
  ProxyRules proxies_;
  HttpClientOptions options_;
  std::shared_ptr<Upstream> upstream_ = std::make_shared<Upstream>();
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HTTP_CLIENT_TEST_BASE_H_
