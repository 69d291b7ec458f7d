#include "registry/net/testing/http_transport_subject.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/net/curl_http_transport.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/testing/scripted_http_server.h"
#include "registry/net/testing/wire_faults.h"
#include "registry/tls/system_roots.h"
#include "registry/tls/test_certificates.h"

namespace registryd {
namespace {

class FakeSubject final : public HttpTransportSubject {
 public:
  HttpTransport& transport() override { return transport_; }

  std::string url(absl::string_view target) const override { return absl::StrCat(kOrigin, target); }

  void Reply(absl::string_view method, absl::string_view target, ScriptedResponse response,
             int times, const std::vector<std::string>&) override {
    constexpr size_t kPartBytes = size_t{16} * 1024;
    FakeHttpTransport::Response scripted = {{response.status, response.headers}};
    for (size_t at = 0; at < response.body.size(); at += kPartBytes) {
      scripted.parts.push_back(response.body.substr(at, kPartBytes));
    }
    for (int i = 0; i < times; ++i) transport_.Reply(method, url(target), scripted);
  }

  void Stall(absl::string_view method, absl::string_view target, StallAt where) override {
    FakeHttpTransport::Response scripted = {{200, {}}, {"part"}};
    scripted.stalls = true;
    scripted.no_head = where == StallAt::kBeforeHead;
    transport_.Reply(method, url(target), std::move(scripted));
  }

  std::vector<ScriptedRequest> requests() const override {
    std::vector<ScriptedRequest> requests;
    for (const FakeHttpTransport::Request& sent : transport_.requests()) {
      ScriptedRequest request;
      request.method = sent.method;
      request.target = sent.url.substr(kOrigin.size());
      request.headers = sent.headers;
      for (const SecretHttpHeader& header : sent.secret_headers) {
        request.headers.push_back({header.name, std::string(header.value.Reveal())});
      }
      request.body = sent.body;
      requests.push_back(std::move(request));
    }
    return requests;
  }

  bool reached() const override { return !transport_.requests().empty(); }

 private:
  static constexpr absl::string_view kOrigin = "http://registry.example:5000";

  FakeHttpTransport transport_;
};

class CurlSubject final : public HttpTransportSubject {
 public:
  explicit CurlSubject(bool with_tls) : with_tls_(with_tls), server_(Options(with_tls)) {
    auto roots = SystemRoots::Load({/*files=*/{}, /*folders=*/{}});
    if (!roots.ok()) abort();
    auto transport = CurlHttpTransport::Create(*std::move(roots));
    if (!transport.ok()) abort();
    transport_ = *std::move(transport);
  }

  HttpTransport& transport() override { return *transport_; }

  std::string url(absl::string_view target) const override { return server_.url(target); }

  void Reply(absl::string_view method, absl::string_view target, ScriptedResponse response,
             int times, const std::vector<std::string>& interim) override {
    if (!interim.empty()) response = AfterInterim(interim, response);
    server_.Reply(method, target.substr(0, target.find('?')), std::move(response), times);
  }

  void Stall(absl::string_view method, absl::string_view target, StallAt where) override {
    server_.Reply(method, target,
                  where == StallAt::kBeforeHead ? StallBeforeHead() : StallInBody());
  }

  std::vector<ScriptedRequest> requests() const override { return server_.requests(); }

  // TLS without a request does not count.
  bool reached() const override {
    if (!with_tls_) return server_.accepted() > 0;
    for (const ScriptedConnection& connection : server_.connections()) {
      if (!connection.plain.empty()) return true;
    }
    return false;
  }

 private:
  static ScriptedHttpServerOptions Options(bool with_tls) {
    ScriptedHttpServerOptions options;
    if (!with_tls) return options;
    TestCertificateOptions certificate;
    certificate.ip_addresses = {"127.0.0.1"};
    options.tls = {TestCertificateAuthority().Issue(certificate)};
    return options;
  }

  const bool with_tls_;
  ScriptedHttpServer server_;
  std::unique_ptr<CurlHttpTransport> transport_;
};

}  // namespace

HttpRequest HttpTransportSubject::Request(absl::string_view method,
                                          absl::string_view target) const {
  HttpRequest request;
  request.method = std::string(method);
  request.url = url(target);
  return request;
}

void HttpTransportSubject::Send(HttpRequest request, RecordedExchange& exchange,
                                const CallContext& context, const HttpOptions& options) {
  HttpOptions with_trust = options;
  with_trust.tls.insecure_skip_verify = true;
  transport().Send(std::move(request), std::move(with_trust), context, exchange.Receiver());
}

std::unique_ptr<HttpTransportSubject> MakeFakeSubject() { return std::make_unique<FakeSubject>(); }

std::unique_ptr<HttpTransportSubject> MakeCurlSubject() {
  return std::make_unique<CurlSubject>(/*with_tls=*/false);
}

std::unique_ptr<HttpTransportSubject> MakeCurlTlsSubject() {
  return std::make_unique<CurlSubject>(/*with_tls=*/true);
}

}  // namespace registryd
