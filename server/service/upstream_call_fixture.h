#ifndef REGISTRYD_SERVER_SERVICE_UPSTREAM_CALL_FIXTURE_H_
#define REGISTRYD_SERVER_SERVICE_UPSTREAM_CALL_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/fs/temporary_folder.h"
#include "server/service/test_server.h"

// What tests of the calls that ask a registry share.
namespace registryd {

using Stub = api::RegistryService::Stub;

inline constexpr char kRegistry[] = "https://registry.example/v2/";
inline constexpr char kBasic[] = "Basic realm=\"x\"";

inline std::string Failure(const absl::Status& status) {
  return absl::StrCat(absl::StatusCodeToString(status.code()), " ", ReasonName(ReasonOf(status)),
                      " ", FieldOf(status));
}

inline FakeHttpTransport::Response Answer(int status, std::vector<HttpHeader> headers = {},
                                          std::string body = "") {
  FakeHttpTransport::Response response;
  response.head.status = status;
  response.head.headers = std::move(headers);
  if (!body.empty()) response.parts = {std::move(body)};
  return response;
}

inline FakeHttpTransport::Response Broken() {
  FakeHttpTransport::Response response;
  response.no_head = true;
  response.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "refused");
  return response;
}

// What a token server gives.
inline Token Tokens(absl::string_view access, absl::string_view refresh) {
  Token token;
  token.access_token = Secret(access);
  token.refresh_token = Secret(refresh);
  token.expires = absl::InfiniteFuture();
  return token;
}

// The value of the Authorization that a request carried; empty without one.
inline std::string AuthorizationOf(const FakeHttpTransport::Request& request) {
  for (const SecretHttpHeader& header : request.secret_headers) {
    if (header.name == "Authorization") return std::string(header.value.Reveal());
  }
  return "";
}

class UpstreamCallTest : public testing::Test {
 protected:
  UpstreamCallTest() {
    folder_.Write("config.json", R"({"auths": {
        "registry.example": {"auth": "c2VydmljZTpvd24="},
        "https://index.docker.io/v1/": {"auth": "c2VydmljZTpodWI="}}})");  // service:own, :hub
    TestServerOptions options;
    options.config.insecure_registries = {"insecure.example:5000"};
    options.hosts = {{"registry.example", {"8.8.8.8"}},
                     {"insecure.example", {"8.8.4.4"}},
                     {"index.docker.io", {"8.8.8.9"}},
                     {"registry-1.docker.io", {"8.8.8.10"}}};
    options.docker_config = folder_.Path("config.json");
    server_ = std::make_unique<TestServer>(std::move(options));
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request) {
    return Call(server_->registry(), method, request);
  }

  // The last call that was observed.
  RecordingObserver::Call Observed() { return server_->observer().calls().back(); }

  FakeHttpTransport& registry() { return server_->transport(); }

  TemporaryFolder folder_;
  std::unique_ptr<TestServer> server_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_UPSTREAM_CALL_FIXTURE_H_
