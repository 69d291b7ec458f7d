// Downloads and uploads of layers.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "client/error_details.h"
#include "client/registry_client.h"
#include "client/testing/error_status.h"
#include "client/testing/fake_server.h"
#include "client/v1_layer_download.h"
#include "client/v1_layer_upload.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::client {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class V1LayerTest : public ::testing::Test {
 protected:
  V1LayerTest() {
    ClientOptions options;
    options.address = server_.address();
    client_ = RegistryClient::Create(options).value();
  }

  std::unique_ptr<V1LayerDownload> Download(int64_t offset = 0) {
    v1::GetRemoteImageLayerRequest request;
    request.set_image_id("abc");
    request.set_offset(offset);
    return client_->v1_sessions().GetRemoteImageLayer(request);
  }

  std::unique_ptr<V1LayerUpload> Upload() {
    v1::V1LayerMetadata metadata;
    metadata.set_image_id("abc");
    return client_->v1_sessions().PushImageLayerRegistry(metadata);
  }

  FakeServer server_;
  std::unique_ptr<RegistryClient> client_;
};

// Reads on until the end or an error, which is returned.
absl::Status ReadAll(V1LayerDownload& download, std::string& bytes) {
  for (;;) {
    const auto chunk = download.Next();
    if (!chunk.ok()) return chunk.status();
    if (!chunk->has_value()) return absl::OkStatus();
    bytes += (*chunk)->data();
  }
}

v1::GetRemoteImageLayerResponse Info(int64_t size) {
  v1::GetRemoteImageLayerResponse message;
  message.mutable_info()->set_size(size);
  return message;
}

v1::GetRemoteImageLayerResponse Chunk(int64_t offset, std::string data) {
  v1::GetRemoteImageLayerResponse message;
  message.mutable_chunk()->set_offset(offset);
  message.mutable_chunk()->set_data(std::move(data));
  return message;
}

std::string Layer(size_t size) {
  std::string layer(size, '\0');
  for (size_t i = 0; i < size; ++i) layer[i] = static_cast<char>(i * 7 + i / 251);
  return layer;
}

TEST_F(V1LayerTest, DownloadsALayer) {
  server_.v1_session.downloads = {SendLayer(Layer(2500))};
  const auto download = Download();
  const auto info = download->Info();
  ASSERT_TRUE(info.ok()) << info.status();
  EXPECT_EQ(info->size(), 2500);
  EXPECT_TRUE(info->resumable());
  std::string bytes;
  EXPECT_EQ(ReadAll(*download, bytes), absl::OkStatus());
  EXPECT_EQ(bytes, Layer(2500));
  EXPECT_EQ(download->offset(), 2500);
  EXPECT_FALSE(download->Next()->has_value()) << "it stays complete";
}

TEST_F(V1LayerTest, BeginsAtAnOffset) {
  server_.v1_session.downloads = {SendLayer(Layer(2500))};
  const auto download = Download(600);
  std::string bytes;
  EXPECT_EQ(ReadAll(*download, bytes), absl::OkStatus());
  EXPECT_EQ(bytes, Layer(2500).substr(600));
}

TEST_F(V1LayerTest, AnEmptyLayerIsComplete) {
  server_.v1_session.downloads = {SendLayer("")};
  std::string bytes;
  EXPECT_EQ(ReadAll(*Download(), bytes), absl::OkStatus());
  EXPECT_THAT(bytes, IsEmpty());
}

TEST_F(V1LayerTest, ABrokenDownloadSaysWhereToGoOn) {
  const grpc::Status failure =
      ErrorStatus({grpc::StatusCode::UNAVAILABLE, "broke off", "CONNECTION_FAILED", {}, ""});
  server_.v1_session.downloads = {BreakOff(Layer(2500), 1700, failure), SendLayer(Layer(2500))};
  const auto download = Download();
  std::string bytes;
  const absl::Status status = ReadAll(*download, bytes);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(DetailsOf(status).reason, "CONNECTION_FAILED");
  EXPECT_EQ(download->Next().status(), status) << "the error stays";
  ASSERT_EQ(download->offset(), 1700);
  EXPECT_EQ(ReadAll(*Download(1700), bytes), absl::OkStatus());
  EXPECT_EQ(bytes, Layer(2500));
  EXPECT_THAT(server_.v1_session.download_requests(), SizeIs(2)) << "none by the channel itself";
}

TEST_F(V1LayerTest, RefusesWhatIsNoLayer) {
  const struct {
    const char* name;
    std::vector<v1::GetRemoteImageLayerResponse> messages;
  } kCases[] = {
      {"nothing", {}},
      {"bytes first", {Chunk(0, "a")}},
      {"info twice", {Info(1), Info(1)}},
      {"empty message", {Info(1), v1::GetRemoteImageLayerResponse()}},
      {"empty chunk", {Info(1), Chunk(0, "")}},
      {"a gap", {Info(3), Chunk(0, "a"), Chunk(2, "c")}},
      {"a byte twice", {Info(2), Chunk(0, "a"), Chunk(0, "a")}},
  };
  for (const auto& c : kCases) server_.v1_session.downloads.push_back(SendMessages(c.messages));
  for (const auto& c : kCases) {
    const auto download = Download();
    std::string bytes;
    const absl::Status status = ReadAll(*download, bytes);
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << c.name;
    EXPECT_EQ(download->Next().status(), status) << c.name;
  }
}

// It may be the caller's own guess: what is complete is the service's to say.
TEST_F(V1LayerTest, TheSizeIsNoPromise) {
  for (const int64_t size : {-1, 1, 2, 3}) {
    server_.v1_session.downloads.push_back(SendMessages({Info(size), Chunk(0, "ab")}));
    std::string bytes;
    EXPECT_EQ(ReadAll(*Download(), bytes), absl::OkStatus()) << size;
    EXPECT_EQ(bytes, "ab") << size;
  }
}

TEST_F(V1LayerTest, ADownloadIsCancelled) {
  server_.v1_session.downloads = {SendWithoutEnd()};
  const auto download = Download();
  ASSERT_TRUE(download->Next().ok());
  download->Cancel();
  std::string bytes;
  EXPECT_EQ(ReadAll(*download, bytes).code(), absl::StatusCode::kCancelled);
}

TEST_F(V1LayerTest, ADownloadEndsWithItsObject) {
  server_.v1_session.downloads = {SendWithoutEnd()};
  ASSERT_TRUE(Download()->Next().ok());
}

TEST_F(V1LayerTest, ADownloadGivesUpAtItsDeadline) {
  server_.v1_session.downloads = {SendWithoutEnd()};
  const auto download = client_->v1_sessions().GetRemoteImageLayer({}, absl::UnixEpoch());
  EXPECT_EQ(download->Next().status().code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(V1LayerTest, UploadsALayer) {
  v1::PushImageLayerRegistryResponse answer;
  answer.set_checksum("tarsum+sha256:1");
  server_.v1_session.push_image_layer_registry.Answer(answer);
  const std::string layer = Layer(1 << 20);
  const auto upload = Upload();
  EXPECT_TRUE(upload->Write(absl::string_view(layer).substr(0, 10)));
  EXPECT_TRUE(upload->Write(""));
  EXPECT_TRUE(upload->Write(absl::string_view(layer).substr(10)));
  const auto response = upload->Finish();
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->checksum(), "tarsum+sha256:1");
  EXPECT_THAT(server_.v1_session.uploads(), ElementsAre(layer));
  EXPECT_EQ(server_.v1_session.push_image_layer_registry.requests().at(0).image_id(), "abc");
  EXPECT_EQ(upload->Finish().status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(V1LayerTest, AnUploadStopsWhenItIsRefused) {
  server_.v1_session.take_chunk = [](const std::string&) { return false; };
  server_.v1_session.push_image_layer_registry.Fail(
      ErrorStatus({grpc::StatusCode::PERMISSION_DENIED, "no", "REGISTRY_DENIED", {}, ""}));
  const auto upload = Upload();
  const std::string block(64 << 10, 'x');
  while (upload->Write(block)) continue;
  const absl::Status status = upload->Finish().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(DetailsOf(status).reason, "REGISTRY_DENIED");
}

TEST_F(V1LayerTest, AnUploadIsCancelled) {
  const auto upload = Upload();
  upload->Cancel();
  EXPECT_EQ(upload->Finish().status().code(), absl::StatusCode::kCancelled);
}

TEST_F(V1LayerTest, AnUploadEndsWithItsObject) {
  EXPECT_TRUE(Upload()->Write("some"));
  EXPECT_TRUE(Upload()->Finish().ok()) << "the connection goes on";
}

}  // namespace
}  // namespace registryd::client
