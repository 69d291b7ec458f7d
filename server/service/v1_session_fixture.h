#ifndef REGISTRYD_SERVER_SERVICE_V1_SESSION_FIXTURE_H_
#define REGISTRYD_SERVER_SERVICE_V1_SESSION_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "grpcpp/client_context.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/net/fake_http_transport.h"
#include "registry/net/http_message.h"
#include "server/service/test_server.h"

// What tests of V1SessionService share.
namespace registryd {

inline constexpr char kV1[] = "http://r.internal:5000/v1/";
inline constexpr char kImage[] = "77dbf71da1d00e3fbddc480176eac8994025630c6590d11cfc8fe1209c2a1d20";

// "r.internal:5000" is insecure and gets credentials by http; "r.example" is secure.
class V1SessionServiceTest : public testing::Test {
 protected:
  using Stub = api::V1SessionService::Stub;
  using Reply = FakeHttpTransport::Response;

  explicit V1SessionServiceTest(V1SessionTableOptions sessions = {}) {
    TestServerOptions options;
    options.config.insecure_registries = {"r.internal:5000"};
    options.plaintext_hosts = {"r.internal:5000"};
    options.hosts = {
        {"r.internal", {"10.1.2.3"}}, {"r.example", {"8.8.8.8"}}, {"index.docker.io", {"8.8.8.9"}}};
    options.sessions = sessions;
    server_ = std::make_unique<TestServer>(std::move(options));
  }

  template <typename Response, typename Request>
  absl::StatusOr<Response> Ask(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                            Response*),
                               const Request& request) {
    return Call(server_->v1(), method, request);
  }

  static Reply Answer(int status, std::string body = "", std::vector<HttpHeader> headers = {}) {
    Reply reply;
    reply.head = {status, std::move(headers)};
    if (!body.empty()) reply.parts = {std::move(body)};
    return reply;
  }

  static Reply Broken() {
    Reply reply;
    reply.no_head = true;
    reply.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "refused");
    return reply;
  }

  // Neither a head nor an end comes.
  static Reply Stalled() {
    Reply reply;
    reply.no_head = true;
    reply.stalls = true;
    return reply;
  }

  // Answers the pings of CreateSession for r.internal:5000.
  void AnswerPings() {
    registry().Reply("GET", "https://r.internal:5000/v1/_ping", Broken());
    registry().Reply("GET", absl::StrCat(kV1, "_ping"), Answer(200, "{}"));
  }

  static api::CreateSessionRequest CreateRequest() {
    api::CreateSessionRequest request;
    request.set_endpoint("r.internal:5000");
    return request;
  }

  // A session with r.internal:5000; its pings are not in requests().
  std::string Open(const api::CreateSessionRequest& request = CreateRequest()) {
    AnswerPings();
    const auto response = Ask(&Stub::CreateSession, request);
    EXPECT_TRUE(response.ok()) << response.status();
    opened_at_ = registry().requests().size();
    return response.ok() ? response->session_id() : "";
  }

  // A request of a session that is open.
  template <typename Request>
  Request In(const std::string& session) {
    Request request;
    request.set_session_id(session);
    return request;
  }

  void Expect(absl::string_view method, absl::string_view path, Reply reply) {
    registry().Reply(method, absl::StrCat(kV1, path), std::move(reply));
  }

  std::vector<FakeHttpTransport::Request> requests() {
    std::vector<FakeHttpTransport::Request> all = registry().requests();
    all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(opened_at_));
    return all;
  }

  void AwaitRequests(size_t count) { registry().AwaitRequests(opened_at_ + count); }

  // "METHOD URL" of each.
  std::vector<std::string> Sent() {
    std::vector<std::string> sent;
    for (const auto& request : requests()) {
      sent.push_back(absl::StrCat(request.method, " ", request.url));
    }
    return sent;
  }

  static std::string Find(const FakeHttpTransport::Request& request, absl::string_view name) {
    for (const HttpHeader& header : request.headers) {
      if (header.name == name) return header.value;
    }
    for (const SecretHttpHeader& header : request.secret_headers) {
      if (header.name == name) return std::string(header.value.Reveal());
    }
    return "";
  }

  // "CODE REASON FIELD"; "OK  ".
  static std::string Failure(const absl::Status& status) {
    return absl::StrCat(absl::StatusCodeToString(status.code()), " ", ReasonName(ReasonOf(status)),
                        " ", FieldOf(status));
  }

  FakeHttpTransport& registry() { return server_->transport(); }
  // The last call that was observed.
  RecordingObserver::Call Observed() { return server_->observer().calls().back(); }

  std::unique_ptr<TestServer> server_;

 private:
  size_t opened_at_ = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_SESSION_FIXTURE_H_
