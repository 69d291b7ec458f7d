#include "server/service/v1_layer_download.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/v1_session_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class V1LayerDownloadTest : public V1SessionServiceTest {
 protected:
  using Response = api::GetRemoteImageLayerResponse;

  api::GetRemoteImageLayerRequest Layer(int64_t size, int64_t offset = 0) {
    auto request = In<api::GetRemoteImageLayerRequest>(session_);
    request.set_image_id(kImage);
    request.set_size(size);
    request.set_offset(offset);
    return request;
  }

  // Reads a stream to its end. Each message becomes "info SIZE RESUMABLE" or "OFFSET BYTES".
  absl::Status Download(const api::GetRemoteImageLayerRequest& request,
                        std::vector<std::string>& got) {
    grpc::ClientContext context;
    const auto stream = server_->v1().GetRemoteImageLayer(&context, request);
    for (Response message; stream->Read(&message);) got.push_back(Text(message));
    return FromGrpcStatus(stream->Finish());
  }

  static std::string Text(const Response& message) {
    if (message.has_info()) {
      return absl::StrCat("info ", message.info().size(), message.info().resumable() ? " +" : " -");
    }
    return absl::StrCat(message.chunk().offset(), " ", message.chunk().data());
  }

  std::string FailureOf(const api::GetRemoteImageLayerRequest& request) {
    std::vector<std::string> got;
    const absl::Status status = Download(request, got);
    EXPECT_THAT(got, IsEmpty());
    return Failure(status);
  }

  static Reply Sends(int status, std::vector<std::string> parts, std::vector<HttpHeader> headers) {
    Reply reply = Answer(status, "", std::move(headers));
    reply.parts = std::move(parts);
    return reply;
  }

  void ExpectLayer(Reply reply) { Expect("GET", path_, std::move(reply)); }

  const std::string session_ = Open();
  const std::string path_ = absl::StrCat("images/", kImage, "/layer");
};

TEST_F(V1LayerDownloadTest, FactsComeFirstThenTheBytesInOrder) {
  ExpectLayer(Sends(200, {"abc", "de\xff"}, {{"Content-Length", "6"}, {"Accept-Ranges", "bytes"}}));
  std::vector<std::string> got;
  EXPECT_TRUE(Download(Layer(0), got).ok());
  EXPECT_THAT(got, ElementsAre("info 6 +", "0 abc", "3 de\xff"));
  EXPECT_EQ(Observed().method, "registry.v1.V1SessionService/GetRemoteImageLayer");
  EXPECT_EQ(Observed().registry, "r.internal:5000");
  EXPECT_TRUE(Observed().status.ok());
}

TEST_F(V1LayerDownloadTest, AnEmptyLayerHasFactsAlone) {
  ExpectLayer(Sends(200, {}, {{"Content-Length", "0"}}));
  std::vector<std::string> got;
  EXPECT_TRUE(Download(Layer(0), got).ok());
  EXPECT_THAT(got, ElementsAre("info 0 -"));
}

TEST_F(V1LayerDownloadTest, GoesOnWhereATransferBrokeOff) {
  Reply cut = Sends(200, {"abc"}, {{"Content-Length", "6"}, {"Accept-Ranges", "bytes"}});
  cut.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "cut");
  ExpectLayer(std::move(cut));
  ExpectLayer(Sends(206, {"def"}, {{"Content-Range", "bytes 3-5/6"}}));
  std::vector<std::string> got;
  EXPECT_TRUE(Download(Layer(6), got).ok());
  EXPECT_THAT(got, ElementsAre("info 6 +", "0 abc", "3 def"));
  EXPECT_EQ(Find(requests().back(), "Range"), "bytes=3-6");
}

TEST_F(V1LayerDownloadTest, BeginsAtAnOffset) {
  ExpectLayer(Sends(206, {"def"}, {{"Content-Range", "bytes 3-5/6"}}));
  std::vector<std::string> got;
  EXPECT_TRUE(Download(Layer(6, 3), got).ok());
  EXPECT_THAT(got, ElementsAre("info 6 +", "3 def"));
}

TEST_F(V1LayerDownloadTest, WhatCameBeforeAFailureIsDelivered) {
  Reply cut = Sends(200, {"abc"}, {{"Content-Length", "6"}});
  cut.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "cut");
  ExpectLayer(std::move(cut));
  std::vector<std::string> got;
  EXPECT_EQ(Failure(Download(Layer(0), got)), "UNAVAILABLE CONNECTION_FAILED ");
  EXPECT_THAT(got, ElementsAre("info 6 -", "0 abc"));
}

TEST_F(V1LayerDownloadTest, FailuresHaveTheirMeaning) {
  const struct {
    int status;
    const char* want;
  } kCases[] = {
      {401, "UNAUTHENTICATED REGISTRY_UNAUTHORIZED "},
      {403, "PERMISSION_DENIED REGISTRY_DENIED "},
      {404, "NOT_FOUND REGISTRY_NOT_FOUND "},
      {429, "RESOURCE_EXHAUSTED REGISTRY_THROTTLED "},
      {503, "UNAVAILABLE REGISTRY_FAILED "},
  };
  for (const auto& c : kCases) {
    ExpectLayer(Answer(c.status));
    EXPECT_EQ(FailureOf(Layer(0)), c.want);
  }
  ExpectLayer(Broken());
  EXPECT_EQ(FailureOf(Layer(0)), "UNAVAILABLE CONNECTION_FAILED ");
  EXPECT_EQ(FailureOf(Layer(6, -1)), "INVALID_ARGUMENT FIELD_INVALID offset");
  EXPECT_EQ(FailureOf(Layer(6, 7)), "OUT_OF_RANGE FIELD_INVALID ");
  ExpectLayer(Sends(416, {}, {{"Content-Range", "bytes */6"}}));
  EXPECT_EQ(FailureOf(Layer(0, 7)), "OUT_OF_RANGE FIELD_INVALID ");
  auto request = Layer(0);
  request.set_image_id("a/b");
  EXPECT_EQ(FailureOf(request), "INVALID_ARGUMENT FIELD_INVALID image_id");
  request = Layer(0);
  request.set_session_id("never");
  EXPECT_EQ(FailureOf(request), "NOT_FOUND SESSION_NOT_FOUND ");
}

// A layer of which more is there than anybody takes.
FakeHttpTransport::Response Huge() {
  FakeHttpTransport::Response reply;
  reply.head = {200, {}};
  reply.parts.assign(4000, std::string(16 * 1024, 'x'));
  return reply;
}

TEST_F(V1LayerDownloadTest, ACallerThatLeavesEndsTheTransfer) {
  ExpectLayer(Huge());
  grpc::ClientContext context;
  const auto stream = server_->v1().GetRemoteImageLayer(&context, Layer(0));
  Response message;
  EXPECT_TRUE(stream->Read(&message));
  context.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  server_->observer().AwaitCalls(2);
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kCancelled);
}

TEST_F(V1LayerDownloadTest, ACallerThatDoesNotReadIsCutOffAtItsDeadline) {
  ExpectLayer(Huge());
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Milliseconds(300)));
  const auto stream = server_->v1().GetRemoteImageLayer(&context, Layer(0));
  server_->observer().AwaitCalls(2);
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kDeadlineExceeded);
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

TEST_F(V1LayerDownloadTest, ASessionsEndEndsTheTransfer) {
  ExpectLayer(Huge());
  grpc::ClientContext context;
  const auto stream = server_->v1().GetRemoteImageLayer(&context, Layer(0));
  Response message;
  EXPECT_TRUE(stream->Read(&message));
  EXPECT_TRUE(Ask(&Stub::DeleteSession, In<api::DeleteSessionRequest>(session_)).ok());
  while (stream->Read(&message)) {
  }
  const absl::Status status = FromGrpcStatus(stream->Finish());
  EXPECT_EQ(Failure(status), "CANCELLED CANCELLED ");
  EXPECT_EQ(status.message(), "the session has ended");
}

TEST_F(V1LayerDownloadTest, NoMoreIsReadThanTheCallerTakes) {
  ExpectLayer(Huge());
  const auto channel = server_->LoopbackChannel();
  const auto stub = api::V1SessionService::NewStub(channel);
  grpc::ClientContext context;
  const auto stream = stub->GetRemoteImageLayer(&context, Layer(0));
  Response message;
  EXPECT_TRUE(stream->Read(&message));
  // Far less than these 64 MB fits between registry and caller.
  EXPECT_LT(registry().parts_given(), 2000u);
  int64_t bytes = 0;
  while (stream->Read(&message)) bytes += static_cast<int64_t>(message.chunk().data().size());
  EXPECT_EQ(bytes, 4000 * 16 * 1024);
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace registryd
