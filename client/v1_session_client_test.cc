#include "client/v1_session_client.h"

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "client/error_details.h"
#include "client/registry_client.h"
#include "client/testing/error_status.h"
#include "client/testing/fake_server.h"
#include "client/v1_session.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::client {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class V1SessionClientTest : public ::testing::Test {
 protected:
  V1SessionClientTest() {
    ClientOptions options;
    options.address = server_.address();
    client_ = RegistryClient::Create(options).value();
  }

  const V1SessionClient& sessions() const { return client_->v1_sessions(); }

  FakeServer server_;
  std::unique_ptr<RegistryClient> client_;
};

// Calls `method` and expects that it reached the script of its name.
#define EXPECT_CALLS(method, script)                                         \
  do {                                                                       \
    const auto response = sessions().method(v1::method##Request());          \
    EXPECT_TRUE(response.ok()) << #method << ": " << response.status();      \
    EXPECT_THAT(server_.v1_session.script.requests(), SizeIs(1)) << #method; \
  } while (false)

TEST_F(V1SessionClientTest, EachMethodMakesItsCall) {
  EXPECT_CALLS(CreateSession, create_session);
  EXPECT_CALLS(DeleteSession, delete_session);
  EXPECT_CALLS(Ping, ping);
  EXPECT_CALLS(GetRemoteHistory, get_remote_history);
  EXPECT_CALLS(LookupRemoteImage, lookup_remote_image);
  EXPECT_CALLS(GetRemoteImageJSON, get_remote_image_json);
  EXPECT_CALLS(GetRemoteTag, get_remote_tag);
  EXPECT_CALLS(GetRemoteTags, get_remote_tags);
  EXPECT_CALLS(GetRepositoryData, get_repository_data);
  EXPECT_CALLS(SearchRepositories, search_repositories);
  EXPECT_CALLS(PushImageChecksumRegistry, push_image_checksum_registry);
  EXPECT_CALLS(PushImageJSONRegistry, push_image_json_registry);
  EXPECT_CALLS(PushRegistryTag, push_registry_tag);
  EXPECT_CALLS(PushImageJSONIndex, push_image_json_index);
}

// `UNAVAILABLE` is often the registry's own state.
TEST_F(V1SessionClientTest, RepeatsNothing) {
  server_.v1_session.ping.Fail({grpc::StatusCode::UNAVAILABLE, "down"});
  EXPECT_EQ(sessions().Ping({}).status().code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(server_.v1_session.ping.requests(), SizeIs(1));
}

TEST_F(V1SessionClientTest, FailuresCarryTheirDetails) {
  server_.v1_session.get_remote_tags.Fail(ErrorStatus(
      {grpc::StatusCode::NOT_FOUND, "no such session", "SESSION_NOT_FOUND", {}, "session_id"}));
  const absl::Status status = sessions().GetRemoteTags({}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(DetailsOf(status).reason, "SESSION_NOT_FOUND");
}

TEST_F(V1SessionClientTest, GivesUpAtTheDeadline) {
  EXPECT_EQ(sessions().Ping({}, absl::Now() - absl::Seconds(1)).status().code(),
            absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(server_.v1_session.ping.requests(), IsEmpty());
}

TEST_F(V1SessionClientTest, ASessionEndsWithItsObject) {
  v1::CreateSessionResponse created;
  created.set_session_id("s1");
  created.set_standalone(true);
  server_.v1_session.create_session.Answer(created);
  v1::CreateSessionRequest request;
  request.set_endpoint("registry.example");
  {
    const auto session = V1Session::Open(sessions(), request);
    ASSERT_TRUE(session.ok()) << session.status();
    EXPECT_EQ((*session)->id(), "s1");
    EXPECT_TRUE((*session)->facts().standalone());
    EXPECT_THAT(server_.v1_session.delete_session.requests(), IsEmpty());
  }
  EXPECT_EQ(server_.v1_session.create_session.requests().at(0).endpoint(), "registry.example");
  ASSERT_THAT(server_.v1_session.delete_session.requests(), SizeIs(1));
  EXPECT_EQ(server_.v1_session.delete_session.requests()[0].session_id(), "s1");
}

TEST_F(V1SessionClientTest, WhatWasNotOpenedIsNotDeleted) {
  server_.v1_session.create_session.Fail({grpc::StatusCode::RESOURCE_EXHAUSTED, "too many"});
  const auto session = V1Session::Open(sessions(), {});
  EXPECT_EQ(session.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(server_.v1_session.delete_session.requests(), IsEmpty());
}

}  // namespace
}  // namespace registryd::client
