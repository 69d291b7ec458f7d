// Sessions: how they begin, to whom they belong, and how they end.
#include "server/service/v1_session_service.h"

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/generic/generic_stub.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "server/service/v1_session_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(V1SessionServiceTest, CreatesASessionByAPing) {
  AnswerPings();
  const auto response = Ask(&Stub::CreateSession, CreateRequest());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->endpoint(), kV1);
  EXPECT_TRUE(response->standalone());
  EXPECT_EQ(response->idle_timeout().seconds(), 15 * 60);
  EXPECT_GE(response->session_id().size(), 32u);
  EXPECT_THAT(Sent(), ElementsAre("GET https://r.internal:5000/v1/_ping",
                                  "GET http://r.internal:5000/v1/_ping"));
  EXPECT_EQ(Observed().registry, "r.internal:5000");
  EXPECT_FALSE(Observed().used_credentials);
  EXPECT_EQ(server_->v1_sessions().size(), 1u);
}

TEST_F(V1SessionServiceTest, DockerHubIsTheDefaultAndNotPinged) {
  const auto response = Ask(&Stub::CreateSession, api::CreateSessionRequest());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->endpoint(), "https://index.docker.io/v1/");
  EXPECT_FALSE(response->standalone());
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_EQ(Observed().registry, "index.docker.io");
}

TEST_F(V1SessionServiceTest, RefusesWhatCannotBeAsked) {
  const auto with = [](auto change) {
    api::CreateSessionRequest request = CreateRequest();
    change(request);
    return request;
  };
  const auto header = [&with](const char* name, const char* value) {
    return with([&](api::CreateSessionRequest& request) {
      request.add_headers()->set_name("X-Good");
      api::Header& bad = *request.add_headers();
      bad.set_name(name);
      bad.set_value(value);
    });
  };
  const struct {
    const char* name;
    api::CreateSessionRequest request;
    const char* want;
  } kCases[] = {
      {"a V2 endpoint", with([](auto& r) { r.set_endpoint("https://r.internal:5000/v2/"); }),
       "INVALID_ARGUMENT HOSTNAME_INVALID endpoint"},
      {"no host", with([](auto& r) { r.set_endpoint("https:///v1/"); }),
       "INVALID_ARGUMENT HOSTNAME_INVALID endpoint"},
      {"no port", with([](auto& r) { r.set_endpoint("r.internal:99999"); }),
       "INVALID_ARGUMENT HOSTNAME_INVALID endpoint"},
      {"no usual host", with([](auto& r) { r.set_endpoint("https://2130706433:5000/v1/"); }),
       "INVALID_ARGUMENT HOSTNAME_INVALID endpoint"},
      {"no index's name", with([](auto& r) { r.set_endpoint("-a.b"); }),
       "INVALID_ARGUMENT INDEX_NAME_INVALID endpoint"},
      {"user information", with([](auto& r) { r.set_endpoint("http://ann:CANARY@r.internal/"); }),
       "INVALID_ARGUMENT HOSTNAME_INVALID endpoint"},
      {"CR in the user agent", with([](auto& r) { r.set_user_agent("a\rX: y"); }),
       "INVALID_ARGUMENT FIELD_INVALID user_agent"},
      {"LF in the user agent", with([](auto& r) { r.set_user_agent("a\nX: y"); }),
       "INVALID_ARGUMENT FIELD_INVALID user_agent"},
      {"NUL in the user agent", with([](auto& r) { r.set_user_agent(std::string("a\0b", 3)); }),
       "INVALID_ARGUMENT FIELD_INVALID user_agent"},
      {"a header of the service", header("Authorization", "CANARY"),
       "INVALID_ARGUMENT FIELD_INVALID headers[1]"},
      {"a token", header("x-docker-token", "true"), "INVALID_ARGUMENT FIELD_INVALID headers[1]"},
      {"LF in a header", header("X-Meta", "a\nb"), "INVALID_ARGUMENT FIELD_INVALID headers[1]"},
      {"no header's name", header("X Meta", "a"), "INVALID_ARGUMENT FIELD_INVALID headers[1]"},
      {"auth that is no base64",
       with([](auto& r) { r.mutable_auth_config()->set_auth("CANARY!"); }),
       "INVALID_ARGUMENT FIELD_INVALID auth_config.auth"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    const absl::Status status = Ask(&Stub::CreateSession, c.request).status();
    EXPECT_EQ(Failure(status), c.want);
    EXPECT_THAT(status.ToString(), Not(HasSubstr("CANARY")));
  }
  EXPECT_THAT(Sent(), IsEmpty());
  EXPECT_EQ(server_->v1_sessions().size(), 0u);
}

TEST_F(V1SessionServiceTest, ARegistryThatDoesNotAnswerHasNoSession) {
  registry().Reply("GET", "https://r.internal:5000/v1/_ping", Broken());
  registry().Reply("GET", absl::StrCat(kV1, "_ping"), Broken());
  const absl::Status status = Ask(&Stub::CreateSession, CreateRequest()).status();
  EXPECT_EQ(Failure(status), "UNAVAILABLE CONNECTION_FAILED ");
  EXPECT_EQ(server_->v1_sessions().size(), 0u);
  // Nor does it use up the caller's places.
  EXPECT_NE(Open(), "");
}

TEST_F(V1SessionServiceTest, RequireSecureNeverFallsBack) {
  registry().Reply("GET", "https://r.internal:5000/v1/_ping", Broken());
  api::CreateSessionRequest request = CreateRequest();
  request.set_require_secure(true);
  EXPECT_FALSE(Ask(&Stub::CreateSession, request).ok());
  EXPECT_THAT(Sent(), ElementsAre("GET https://r.internal:5000/v1/_ping"));
}

TEST_F(V1SessionServiceTest, ItsHeadersAndCredentialsGoAlong) {
  api::CreateSessionRequest request = CreateRequest();
  request.mutable_auth_config()->set_auth("YW5uOnMzY3JldA==");  // ann:s3cret
  request.set_user_agent("agent/1");
  api::Header& header = *request.add_headers();
  header.set_name("X-Meta");
  header.set_value("m");
  const std::string session = Open(request);
  EXPECT_TRUE(Observed().used_credentials);

  Expect("GET", "repositories/a/b/images", Answer(200, "[]"));
  auto ask = In<api::GetRepositoryDataRequest>(session);
  ask.set_repository("r.internal:5000/a/b");
  EXPECT_TRUE(Ask(&Stub::GetRepositoryData, ask).ok());
  const auto sent = requests().back();
  EXPECT_EQ(Find(sent, "User-Agent"), "agent/1");
  EXPECT_EQ(Find(sent, "X-Meta"), "m");
  EXPECT_EQ(Find(sent, "Authorization"), "Basic YW5uOnMzY3JldA==");
  EXPECT_EQ(Observed().method, "registry.v1.V1SessionService/GetRepositoryData");
  EXPECT_EQ(Observed().registry, "r.internal:5000");
  EXPECT_TRUE(Observed().used_credentials);
}

TEST_F(V1SessionServiceTest, ASessionEndsOnceWhenItIsDeleted) {
  const auto request = In<api::DeleteSessionRequest>(Open());
  EXPECT_TRUE(Ask(&Stub::DeleteSession, request).ok());
  EXPECT_EQ(server_->v1_sessions().size(), 0u);
  EXPECT_EQ(Failure(Ask(&Stub::DeleteSession, request).status()), "NOT_FOUND SESSION_NOT_FOUND ");
}

// The bytes of a message that has nothing but `session` in its field 1, or in that of
// the metadata.
std::string SessionOnly(const std::string& method, const std::string& session) {
  if (method == "PushImageLayerRegistry") {
    api::PushImageLayerRegistryRequest request;
    request.mutable_metadata()->set_session_id(session);
    return request.SerializeAsString();
  }
  api::PingRequest request;
  request.set_session_id(session);
  return request.SerializeAsString();
}

absl::Status CallWith(grpc::GenericStub& stub, const std::string& method,
                      const std::string& message) {
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::Slice slice(message);
  const grpc::ByteBuffer request(&slice, 1);
  const auto call = stub.PrepareUnaryCall(&context, method, request, &queue);
  call->StartCall();
  grpc::ByteBuffer response;
  grpc::Status status;
  call->Finish(&response, &status, nullptr);
  void* tag = nullptr;
  bool ok = false;
  queue.Next(&tag, &ok);
  return FromGrpcStatus(status);
}

// Streams are called as if they were unary: they fail before it matters.
TEST_F(V1SessionServiceTest, EveryRpcWantsASessionOfItsCaller) {
  const std::string session = Open();
  grpc::GenericStub stub(server_->InProcessChannel());
  const auto* const service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(
      "registry.v1.V1SessionService");
  ASSERT_NE(service, nullptr);
  server_->SetCallerId("mallory");
  for (int i = 0; i < service->method_count(); ++i) {
    const std::string name = service->method(i)->name();
    if (name == "CreateSession") continue;
    SCOPED_TRACE(name);
    const std::string method = absl::StrCat("/", service->full_name(), "/", name);
    const absl::Status other = CallWith(stub, method, SessionOnly(name, session));
    EXPECT_EQ(Failure(other), "NOT_FOUND SESSION_NOT_FOUND ");
    // Whether there is such a session is not told.
    EXPECT_EQ(other, CallWith(stub, method, SessionOnly(name, "never")));
    const std::string field =
        name == "PushImageLayerRegistry" ? "metadata.session_id" : "session_id";
    EXPECT_EQ(Failure(CallWith(stub, method, SessionOnly(name, ""))),
              absl::StrCat("INVALID_ARGUMENT FIELD_MISSING ", field));
    EXPECT_EQ(Observed().method, absl::StrCat(service->full_name(), "/", name));
    EXPECT_EQ(Observed().registry, "");
  }
  EXPECT_THAT(Sent(), IsEmpty());
  server_->SetCallerId("test");
  EXPECT_TRUE(Ask(&Stub::DeleteSession, In<api::DeleteSessionRequest>(session)).ok());
}

class FewSessionsTest : public V1SessionServiceTest {
 protected:
  FewSessionsTest() : V1SessionServiceTest({absl::Minutes(10), 2, 3}) {}

  std::string FailureToOpen() {
    return Failure(Ask(&Stub::CreateSession, CreateRequest()).status());
  }
};

TEST_F(FewSessionsTest, ACallerHasItsLimitAndAllHaveOne) {
  const std::string first = Open();
  Open();
  EXPECT_EQ(FailureToOpen(), "RESOURCE_EXHAUSTED OVERLOADED ");
  server_->SetCallerId("other");
  Open();
  EXPECT_EQ(FailureToOpen(), "RESOURCE_EXHAUSTED OVERLOADED ");
  server_->SetCallerId("test");
  EXPECT_TRUE(Ask(&Stub::DeleteSession, In<api::DeleteSessionRequest>(first)).ok());
  Open();
}

TEST_F(FewSessionsTest, AnIdleSessionEnds) {
  const std::string session = Open();
  server_->clock().Advance(absl::Minutes(9));
  Expect("GET", "_ping", Answer(200));
  EXPECT_TRUE(Ask(&Stub::Ping, In<api::PingRequest>(session)).ok());
  server_->observer().AwaitCalls(2);
  server_->clock().Advance(absl::Minutes(9));
  Expect("GET", "_ping", Answer(200));
  EXPECT_TRUE(Ask(&Stub::Ping, In<api::PingRequest>(session)).ok());
  server_->clock().Advance(absl::Minutes(10) + absl::Seconds(1));
  EXPECT_EQ(Failure(Ask(&Stub::Ping, In<api::PingRequest>(session)).status()),
            "NOT_FOUND SESSION_NOT_FOUND ");
}

TEST_F(V1SessionServiceTest, NoneBeginsWhileTheServiceStops) {
  server_->v1_sessions().Drain();
  EXPECT_EQ(Failure(Ask(&Stub::CreateSession, CreateRequest()).status()),
            "UNAVAILABLE SHUTTING_DOWN ");
}

// A Ping on a thread of its own, that the registry does not answer.
class StalledCall {
 public:
  StalledCall(TestServer& server, const std::string& session, absl::Time deadline) {
    context_.set_deadline(absl::ToChronoTime(deadline));
    thread_ = std::thread([this, &server, session] {
      api::PingRequest request;
      request.set_session_id(session);
      api::PingResponse response;
      status_ = FromGrpcStatus(server.v1().Ping(&context_, request, &response));
    });
  }
  ~StalledCall() {
    if (thread_.joinable()) thread_.join();
  }
  void Cancel() { context_.TryCancel(); }
  absl::Status Await() {
    thread_.join();
    return status_;
  }

 private:
  grpc::ClientContext context_;
  absl::Status status_;
  std::thread thread_;
};

TEST_F(V1SessionServiceTest, ItsCallsEndWithASession) {
  const std::string session = Open();
  Expect("GET", "_ping", Stalled());
  StalledCall call(*server_, session, absl::Now() + absl::Minutes(1));
  AwaitRequests(1);
  EXPECT_TRUE(Ask(&Stub::DeleteSession, In<api::DeleteSessionRequest>(session)).ok());
  const absl::Status status = call.Await();
  EXPECT_EQ(Failure(status), "CANCELLED CANCELLED ");
  EXPECT_EQ(status.message(), "the session has ended");
}

TEST_F(V1SessionServiceTest, ACallEndsWithItsCaller) {
  const std::string session = Open();
  Expect("GET", "_ping", Stalled());
  StalledCall call(*server_, session, absl::Now() + absl::Minutes(1));
  AwaitRequests(1);
  call.Cancel();
  EXPECT_EQ(call.Await().code(), absl::StatusCode::kCancelled);
  // The call itself, not only the caller's side of it, and not the session.
  server_->observer().AwaitCalls(2);
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kCancelled);
  EXPECT_EQ(server_->v1_sessions().size(), 1u);
}

TEST_F(V1SessionServiceTest, ACallEndsAtItsDeadline) {
  const std::string session = Open();
  Expect("GET", "_ping", Stalled());
  StalledCall call(*server_, session, absl::Now() + absl::Milliseconds(200));
  EXPECT_EQ(call.Await().code(), absl::StatusCode::kDeadlineExceeded);
  server_->observer().AwaitCalls(2);
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kDeadlineExceeded);
}

TEST_F(V1SessionServiceTest, ACallerThatLeftLeavesNoSession) {
  registry().Reply("GET", "https://r.internal:5000/v1/_ping", Stalled());
  grpc::ClientContext context;
  api::CreateSessionResponse response;
  std::thread thread([&] {
    EXPECT_FALSE(server_->v1().CreateSession(&context, CreateRequest(), &response).ok());
  });
  registry().AwaitRequests(1);
  context.TryCancel();
  thread.join();
  server_->observer().AwaitCalls(1);
  EXPECT_EQ(server_->v1_sessions().size(), 0u);
}

}  // namespace
}  // namespace registryd
