// V1 sessions of a registryd that is a process: its settings, its audit trail, its end.
#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/net/testing/scripted_http_server.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/metrics_page.h"
#include "tests/server/registryd_fixture.h"
#include "tests/v1/v1_caller.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using Stub = V1Caller::Stub;

class V1LifecycleTest : public RegistrydFixture {
 protected:
  V1LifecycleTest() { registry_.Reply("GET", "/v1/_ping", {200, {}, "{}"}); }

  void Start(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--allow-plaintext-credentials", "127.0.0.1",
                                       "--metrics-listen", "127.0.0.1:0"});
    process_ = Serve(std::move(arguments));
    caller_ = std::make_unique<V1Caller>(UnixAddress());
  }

  absl::StatusOr<std::string> Open(const std::string& password = "") {
    api::CreateSessionRequest request;
    request.set_endpoint(registry_.host_port());
    if (!password.empty()) {
      request.mutable_auth_config()->set_username("ann");
      request.mutable_auth_config()->set_password(password);
    }
    const auto response = caller_->Call(&Stub::CreateSession, request);
    if (!response.ok()) return response.status();
    return response->session_id();
  }

  absl::Status LookUp(const std::string& session) {
    api::LookupRemoteImageRequest request;
    request.set_session_id(session);
    request.set_image_id("x");
    return caller_->Call(&Stub::LookupRemoteImage, request).status();
  }

  absl::Status Tag(const std::string& session) {
    api::PushRegistryTagRequest request;
    request.set_session_id(session);
    request.set_repository("a/b");
    request.set_revision("x");
    request.set_tag("latest");
    return caller_->Call(&Stub::PushRegistryTag, request).status();
  }

  std::optional<double> OpenSessions() { return Figure(*process_, "registryd_v1_sessions"); }

  ScriptedHttpServer registry_;
  std::unique_ptr<RegistrydProcess> process_;
  std::unique_ptr<V1Caller> caller_;
};

TEST_F(V1LifecycleTest, ACallerHasAsManySessionsAsTheSettingSays) {
  Start({"--max-v1-sessions-per-caller", "2"});
  EXPECT_TRUE(Open().ok());
  EXPECT_TRUE(Open().ok());
  EXPECT_EQ(OpenSessions(), 2);
  const absl::Status third = Open().status();
  EXPECT_EQ(third.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOnWire(third), "OVERLOADED");
}

TEST_F(V1LifecycleTest, AnIdleSessionEndsByItself) {
  Start({"--v1-session-idle-timeout", "1s"});
  const auto session = Open();
  ASSERT_TRUE(session.ok()) << session.status();
  EXPECT_TRUE(Eventually([this] { return OpenSessions() == 0; }));
  EXPECT_EQ(ReasonOnWire(LookUp(*session)), "SESSION_NOT_FOUND");
}

TEST_F(V1LifecycleTest, OtherCallersDoNotFindASession) {
  Start({});
  const auto session = Open();
  ASSERT_TRUE(session.ok()) << session.status();
  V1Caller other(TcpAddress(*process_));
  api::DeleteSessionRequest request;
  request.set_session_id(*session);
  EXPECT_EQ(ReasonOnWire(other.Call(&Stub::DeleteSession, request).status()), "SESSION_NOT_FOUND");
  EXPECT_TRUE(caller_->Call(&Stub::DeleteSession, request).ok());
}

TEST_F(V1LifecycleTest, WhatIsPushedAndWhatTakesCredentialsIsAudited) {
  registry_.Reply("GET", "/v1/images/*", {200, {}, "{}"});
  registry_.Reply("PUT", "/v1/repositories/*", {200});
  Start({"--log-level", "info"});
  const auto anonymous = Open();
  ASSERT_TRUE(anonymous.ok()) << anonymous.status();
  EXPECT_TRUE(LookUp(*anonymous).ok());
  EXPECT_THAT(process_->Records("call"), IsEmpty());
  EXPECT_TRUE(Tag(*anonymous).ok());
  const auto known = Open("s3cret");
  ASSERT_TRUE(known.ok()) << known.status();
  EXPECT_TRUE(LookUp(*known).ok());
  std::vector<std::string> audited;
  for (const nlohmann::json& record : process_->WaitForRecords("call", 3)) {
    audited.push_back(record.value("method", ""));
    EXPECT_EQ(record.value("registry", ""), registry_.host_port());
    EXPECT_EQ(record.value("caller", ""), absl::StrCat("uid:", geteuid()));
  }
  EXPECT_THAT(audited, ElementsAre("registry.v1.V1SessionService/PushRegistryTag",
                                   "registry.v1.V1SessionService/CreateSession",
                                   "registry.v1.V1SessionService/LookupRemoteImage"));
  EXPECT_THAT(process_->log(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(process_->log(), Not(HasSubstr(*known)));
}

TEST_F(V1LifecycleTest, ADrainLetsRunningCallsEnd) {
  registry_.Reply(
      "GET", "/v1/images/*",
      ScriptedResponse::Raw(
          {WireStep::Stall(), WireStep::Send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")}));
  Start({"--log-level", "info", "--drain-timeout", "1h"});
  const auto session = Open();
  ASSERT_TRUE(session.ok()) << session.status();
  ASSERT_TRUE(Open().ok());
  absl::Status status;
  std::thread call([&] { status = LookUp(*session); });
  ASSERT_TRUE(registry_.AwaitStalled(1));
  process_->Signal(SIGTERM);
  EXPECT_THAT(process_->WaitForRecords("draining"), SizeIs(1));
  registry_.Release();
  call.join();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_EQ(process_->WaitForExit(), 0) << process_->log();
}

}  // namespace
}  // namespace registryd
