#include "server/service/v1_layer_upload.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/tls/sha256.h"
#include "registry/v1/tarsum.h"
#include "registry/v1/test_tar.h"
#include "server/service/v1_session_fixture.h"

namespace registryd {
namespace {

using ::testing::IsEmpty;

constexpr char kJson[] = R"({"id":"x"})";

api::PushImageLayerRegistryRequest Chunk(const std::string& bytes) {
  api::PushImageLayerRegistryRequest message;
  message.set_chunk(bytes);
  return message;
}

std::string Archive(size_t size) {
  return absl::StrCat(TestTar("file").Mode(0644).With(std::string(size, 'x')), TarEnd());
}

class V1LayerUploadTest : public V1SessionServiceTest {
 protected:
  // One call, as its caller sees it.
  class Push {
   public:
    explicit Push(api::V1SessionService::Stub& stub, absl::Duration patience = absl::Minutes(1)) {
      context_.set_deadline(absl::ToChronoTime(absl::Now() + patience));
      stream_ = stub.PushImageLayerRegistry(&context_, &response_);
    }

    bool Write(const api::PushImageLayerRegistryRequest& message) {
      return stream_->Write(message);
    }
    void Cancel() { context_.TryCancel(); }
    absl::Status Finish() {
      stream_->WritesDone();
      return Await();
    }
    absl::Status Await() { return FromGrpcStatus(stream_->Finish()); }
    const api::PushImageLayerRegistryResponse& response() const { return response_; }

   private:
    grpc::ClientContext context_;
    api::PushImageLayerRegistryResponse response_;
    std::unique_ptr<grpc::ClientWriter<api::PushImageLayerRegistryRequest>> stream_;
  };

  api::PushImageLayerRegistryRequest Metadata() {
    api::PushImageLayerRegistryRequest message;
    message.mutable_metadata()->set_session_id(session_);
    message.mutable_metadata()->set_image_id(kImage);
    message.mutable_metadata()->set_json(kJson);
    return message;
  }

  void ExpectLayer(Reply reply) { Expect("PUT", path_, std::move(reply)); }

  // Why a call with these messages fails.
  std::string FailureOf(const std::vector<api::PushImageLayerRegistryRequest>& messages) {
    Push push(server_->v1());
    for (const auto& message : messages) {
      if (!push.Write(message)) break;
    }
    return Failure(push.Finish());
  }

  const std::string session_ = Open();
  const std::string path_ = absl::StrCat("images/", kImage, "/layer");
};

TEST_F(V1LayerUploadTest, SendsTheLayerAndSumsItUp) {
  ExpectLayer(Answer(200));
  const std::string layer = Archive(100'000);
  Push push(server_->v1());
  EXPECT_TRUE(push.Write(Metadata()));
  EXPECT_TRUE(push.Write(Chunk("")));
  for (size_t i = 0; i < layer.size(); i += 30'000) {
    EXPECT_TRUE(push.Write(Chunk(layer.substr(i, 30'000))));
  }
  const absl::Status status = push.Finish();
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(requests().back().body, layer);
  TarSum tarsum;
  ASSERT_TRUE(tarsum.Write(layer).ok());
  EXPECT_EQ(push.response().checksum(), *tarsum.Finish(kJson));
  Sha256 payload;
  payload.Update(absl::StrCat(kJson, "\n", layer));
  EXPECT_EQ(push.response().checksum_payload(), absl::StrCat("sha256:", payload.HexDigest()));
  EXPECT_EQ(Observed().method, "registry.v1.V1SessionService/PushImageLayerRegistry");
  EXPECT_EQ(Observed().registry, "r.internal:5000");
  EXPECT_TRUE(Observed().status.ok());
}

TEST_F(V1LayerUploadTest, ALayerMayBeEmpty) {
  ExpectLayer(Answer(200));
  Push push(server_->v1());
  EXPECT_TRUE(push.Write(Metadata()));
  EXPECT_TRUE(push.Finish().ok());
  EXPECT_EQ(requests().back().body, "");
}

TEST_F(V1LayerUploadTest, MessagesHaveTheirOrder) {
  EXPECT_EQ(FailureOf({}), "INVALID_ARGUMENT FIELD_MISSING metadata");
  EXPECT_EQ(FailureOf({Chunk("x")}), "INVALID_ARGUMENT FIELD_MISSING metadata");
  EXPECT_EQ(FailureOf({api::PushImageLayerRegistryRequest()}),
            "INVALID_ARGUMENT FIELD_MISSING metadata");
  EXPECT_EQ(FailureOf({Metadata(), Metadata()}), "INVALID_ARGUMENT FIELD_INVALID metadata");
  EXPECT_EQ(FailureOf({Metadata(), api::PushImageLayerRegistryRequest()}),
            "INVALID_ARGUMENT FIELD_MISSING part");
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(V1LayerUploadTest, WhatIsNoLayerIsRefused) {
  EXPECT_EQ(FailureOf({Metadata(), Chunk(std::string(512, 'x'))}),
            "INVALID_ARGUMENT FIELD_INVALID chunk");
  EXPECT_EQ(FailureOf({Metadata(), Chunk(Archive(1000).substr(0, 600))}),
            "INVALID_ARGUMENT FIELD_INVALID chunk");
  // Not one of them was complete in the registry's eyes.
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(V1LayerUploadTest, MetadataIsChecked) {
  auto metadata = Metadata();
  metadata.mutable_metadata()->set_image_id("");
  EXPECT_EQ(FailureOf({metadata}), "INVALID_ARGUMENT FIELD_MISSING metadata.image_id");
  metadata.mutable_metadata()->set_image_id("..");
  EXPECT_EQ(FailureOf({metadata}), "INVALID_ARGUMENT FIELD_INVALID metadata.image_id");
  metadata = Metadata();
  metadata.mutable_metadata()->set_registry("http://r.example/v1/");
  EXPECT_EQ(FailureOf({metadata}), "INVALID_ARGUMENT FIELD_INVALID metadata.registry");
  metadata = Metadata();
  metadata.mutable_metadata()->set_session_id("never");
  EXPECT_EQ(FailureOf({metadata}), "NOT_FOUND SESSION_NOT_FOUND ");
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(V1LayerUploadTest, EachStatusOfARegistryHasItsMeaning) {
  const struct {
    int status;
    const char* want;
  } kCases[] = {
      {401, "UNAUTHENTICATED REGISTRY_UNAUTHORIZED "},
      {403, "PERMISSION_DENIED REGISTRY_DENIED "},
      {404, "NOT_FOUND REGISTRY_NOT_FOUND "},
      {429, "RESOURCE_EXHAUSTED REGISTRY_THROTTLED "},
      {500, "UNAVAILABLE REGISTRY_FAILED "},
  };
  for (const auto& c : kCases) {
    ExpectLayer(Answer(c.status));
    EXPECT_EQ(FailureOf({Metadata(), Chunk(Archive(10))}), c.want);
  }
  ExpectLayer(Broken());
  EXPECT_EQ(FailureOf({Metadata(), Chunk(Archive(10))}), "UNAVAILABLE CONNECTION_FAILED ");
}

// The layer so far is an archive without an end, which is one too.
TEST_F(V1LayerUploadTest, ALayerWhoseCallerLeftIsNotComplete) {
  for (const bool loopback : {false, true}) {
    const auto stub = api::V1SessionService::NewStub(loopback ? server_->LoopbackChannel()
                                                              : server_->InProcessChannel());
    const size_t calls = server_->observer().calls().size();
    Push push(*stub);
    EXPECT_TRUE(push.Write(Metadata()));
    EXPECT_TRUE(push.Write(Chunk(TestTar("file").With("x"))));
    push.Cancel();
    EXPECT_EQ(push.Await().code(), absl::StatusCode::kCancelled);
    server_->observer().AwaitCalls(calls + 1);
    EXPECT_EQ(Observed().status.code(), absl::StatusCode::kCancelled);
    EXPECT_THAT(requests(), IsEmpty());
  }
}

// What follows a part of an archive without an end is lost; the caller then sends no more.
TEST_F(V1LayerUploadTest, ALayerWithAMessageThatDoesNotParseIsNotComplete) {
  api::PushImageLayerRegistryRequest not_utf8;
  not_utf8.mutable_metadata()->set_session_id("\xff");
  for (const bool loopback : {false, true}) {
    const auto stub = api::V1SessionService::NewStub(loopback ? server_->LoopbackChannel()
                                                              : server_->InProcessChannel());
    Push late(*stub);
    EXPECT_TRUE(late.Write(Metadata()));
    EXPECT_TRUE(late.Write(Chunk(TestTar("file").With("x"))));
    late.Write(not_utf8);
    EXPECT_EQ(Failure(late.Finish()), "INVALID_ARGUMENT FIELD_INVALID part");
    Push first(*stub);
    first.Write(not_utf8);
    EXPECT_EQ(Failure(first.Finish()), "INVALID_ARGUMENT FIELD_INVALID part");
  }
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(V1LayerUploadTest, ALayerWithAMessageThatIsTooLargeIsNotComplete) {
  const auto too_large = Chunk(std::string(size_t{5} << 20, '\0'));
  for (const bool loopback : {false, true}) {
    const auto stub = api::V1SessionService::NewStub(loopback ? server_->LoopbackChannel()
                                                              : server_->InProcessChannel());
    const size_t calls = server_->observer().calls().size();
    Push push(*stub);
    EXPECT_TRUE(push.Write(Metadata()));
    EXPECT_TRUE(push.Write(Chunk(TestTar("file").With("x"))));
    push.Write(too_large);
    const absl::Status status = push.Finish();
    EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
    server_->observer().AwaitCalls(calls + 1);
    EXPECT_EQ(Observed().status.code(), absl::StatusCode::kCancelled);
  }
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(V1LayerUploadTest, ACallerThatDoesNotGoOnIsCutOffAtItsDeadline) {
  Push push(server_->v1(), absl::Milliseconds(300));
  EXPECT_TRUE(push.Write(Metadata()));
  EXPECT_EQ(push.Await().code(), absl::StatusCode::kDeadlineExceeded);
  server_->observer().AwaitCalls(2);
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kDeadlineExceeded);
  EXPECT_THAT(requests(), IsEmpty());
}

TEST_F(V1LayerUploadTest, ASessionsEndEndsTheUpload) {
  Push push(server_->v1());
  EXPECT_TRUE(push.Write(Metadata()));
  EXPECT_TRUE(push.Write(Chunk(TestTar("file").With("x"))));
  // In use as soon as the metadata has come; before, there is no upload to end.
  EXPECT_TRUE(Ask(&Stub::DeleteSession, In<api::DeleteSessionRequest>(session_)).ok());
  const absl::Status status = push.Finish();
  EXPECT_TRUE(absl::IsCancelled(status) || absl::IsNotFound(status)) << status;
  EXPECT_THAT(requests(), IsEmpty());
}

// In some of many uploads the end comes just as a message does.
TEST_F(V1LayerUploadTest, AnEndAmongMessagesEndsTheCallOnce) {
  for (int i = 0; i < 300; ++i) {
    const std::string session = Open();
    api::PushImageLayerRegistryRequest metadata = Metadata();
    metadata.mutable_metadata()->set_session_id(session);
    Push push(server_->v1());
    EXPECT_TRUE(push.Write(metadata));
    EXPECT_TRUE(push.Write(Chunk("")));
    std::thread end([&] {
      EXPECT_TRUE(Ask(&Stub::DeleteSession, In<api::DeleteSessionRequest>(session)).ok());
    });
    for (int messages = 0; messages < 10'000 && push.Write(Chunk("")); ++messages) {
    }
    end.join();
    const absl::Status status = push.Await();
    ASSERT_TRUE(absl::IsCancelled(status) || absl::IsNotFound(status)) << status;
  }
  EXPECT_THAT(requests(), IsEmpty());
}

}  // namespace
}  // namespace registryd
