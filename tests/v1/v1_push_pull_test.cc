// An image of three layers goes through registryd into a V1 registry, and comes back.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/connection.h"
#include "tests/server/registryd_fixture.h"
#include "tests/v1/v1_caller.h"
#include "tests/v1/v1_layer.h"
#include "tests/v1/v1_registry.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

using Stub = V1Caller::Stub;

struct SyntheticImage {
  std::string id;
  std::string json;
  std::string layer;
};

// The oldest first.
std::vector<SyntheticImage> ThreeImages() {
  std::vector<SyntheticImage> images;
  const struct {
    char digit;
    const char* file;
    uint64_t size;
  } kLayers[] = {{'a', "bin/sh", 3 << 20}, {'b', "etc/hosts", 17}, {'c', "srv/data", 300'000}};
  std::string parent;
  for (const auto& layer : kLayers) {
    SyntheticImage image;
    image.id = std::string(64, layer.digit);
    image.json = absl::StrCat("{ \"id\":\"", image.id, "\"", parent, "}\n");
    image.layer = SyntheticLayer(layer.file, layer.size);
    parent = absl::StrCat(", \"parent\":\"", image.id, "\"");
    images.push_back(std::move(image));
  }
  return images;
}

class V1PushPullTest : public RegistrydFixture {
 protected:
  void Start(const V1RegistryOptions& options) {
    registry_ = std::make_unique<V1Registry>(options);
    process_ = Serve({"--log-level", "debug", "--allow-plaintext-credentials", "127.0.0.1"});
    caller_ = std::make_unique<V1Caller>(UnixAddress());
    repository_ = absl::StrCat(registry_->host_port(), "/a/b");
  }

  std::string Open(absl::string_view password = "s3cret") {
    api::CreateSessionRequest request;
    request.set_endpoint(registry_->host_port());
    request.mutable_auth_config()->set_username("ann");
    request.mutable_auth_config()->set_password(std::string(password));
    const auto response = caller_->Call(&Stub::CreateSession, request);
    EXPECT_TRUE(response.ok()) << response.status();
    return response.ok() ? response->session_id() : "";
  }

  // Tells the index of `images`; before they are pushed, to learn where to.
  absl::StatusOr<api::PushImageJSONIndexResponse> TellIndex(
      const std::string& session, const std::vector<api::V1Image>& images,
      const std::vector<std::string>& pushed_to = {}) {
    api::PushImageJSONIndexRequest request;
    request.set_session_id(session);
    request.set_repository(repository_);
    for (const api::V1Image& image : images) *request.add_images() = image;
    request.set_validate(!pushed_to.empty());
    for (const std::string& registry : pushed_to) request.add_registries(registry);
    return caller_->Call(&Stub::PushImageJSONIndex, request);
  }

  absl::Status PushJson(const std::string& session, const SyntheticImage& image,
                        const std::string& registry) {
    api::PushImageJSONRegistryRequest request;
    request.set_session_id(session);
    request.set_image_id(image.id);
    request.set_json(image.json);
    request.set_registry(registry);
    return caller_->Call(&Stub::PushImageJSONRegistry, request).status();
  }

  // JSON, layer and checksums.
  absl::StatusOr<api::V1Image> PushImage(const std::string& session, const SyntheticImage& image,
                                         const std::string& registry) {
    if (absl::Status status = PushJson(session, image, registry); !status.ok()) return status;
    api::V1LayerMetadata metadata;
    metadata.set_session_id(session);
    metadata.set_image_id(image.id);
    metadata.set_json(image.json);
    metadata.set_registry(registry);
    const auto pushed = caller_->Upload(metadata, image.layer, 100'000);
    if (!pushed.ok()) return pushed.status();
    api::PushImageChecksumRegistryRequest request;
    request.set_session_id(session);
    request.mutable_image()->set_id(image.id);
    request.mutable_image()->set_checksum(pushed->checksum());
    request.mutable_image()->set_checksum_payload(pushed->checksum_payload());
    request.set_registry(registry);
    const auto response = caller_->Call(&Stub::PushImageChecksumRegistry, request);
    if (!response.ok()) return response.status();
    return request.image();
  }

  void Push(const std::vector<SyntheticImage>& images) {
    const std::string session = Open();
    std::vector<api::V1Image> listed(images.size());
    for (size_t i = 0; i < images.size(); ++i) listed[i].set_id(images[i].id);
    listed.back().set_tag("latest");
    const auto index = TellIndex(session, listed);
    ASSERT_TRUE(index.ok()) << index.status();
    ASSERT_THAT(index->endpoints(), ElementsAre(registry_->url()));
    for (size_t i = 0; i < images.size(); ++i) {
      const auto pushed = PushImage(session, images[i], index->endpoints(0));
      ASSERT_TRUE(pushed.ok()) << pushed.status();
      listed[i] = *pushed;
    }
    api::PushRegistryTagRequest tag;
    tag.set_session_id(session);
    tag.set_repository(repository_);
    tag.set_revision(images.back().id);
    tag.set_tag("latest");
    tag.set_registry(index->endpoints(0));
    const auto tagged = caller_->Call(&Stub::PushRegistryTag, tag);
    ASSERT_TRUE(tagged.ok()) << tagged.status();
    const auto checked = TellIndex(session, listed, {index->endpoints(0)});
    ASSERT_TRUE(checked.ok()) << checked.status();
  }

  SyntheticImage PullImage(const std::string& session, const std::string& id,
                           const std::string& registry) {
    SyntheticImage image;
    image.id = id;
    api::GetRemoteImageJSONRequest json;
    json.set_session_id(session);
    json.set_image_id(id);
    json.set_registry(registry);
    const auto document = caller_->Call(&Stub::GetRemoteImageJSON, json);
    EXPECT_TRUE(document.ok()) << document.status();
    if (!document.ok()) return image;
    image.json = document->json();
    api::GetRemoteImageLayerRequest layer;
    layer.set_session_id(session);
    layer.set_image_id(id);
    layer.set_registry(registry);
    layer.set_size(document->size());
    const absl::Status status = caller_->Download(layer, [&image](const auto& message) {
      if (message.has_chunk()) image.layer += message.chunk().data();
    });
    EXPECT_TRUE(status.ok()) << status;
    return image;
  }

  // Compares what the tag "latest" leads to with `images`.
  void ExpectPulled(const std::vector<SyntheticImage>& images) {
    const std::string session = Open();
    api::GetRepositoryDataRequest data;
    data.set_session_id(session);
    data.set_repository(repository_);
    const auto repository = caller_->Call(&Stub::GetRepositoryData, data);
    ASSERT_TRUE(repository.ok()) << repository.status();
    EXPECT_THAT(repository->images(), SizeIs(images.size()));
    ASSERT_THAT(repository->endpoints(), ElementsAre(registry_->url()));

    api::GetRemoteTagRequest tag;
    tag.set_session_id(session);
    tag.set_repository(repository_);
    tag.set_tag("latest");
    *tag.mutable_registries() = repository->endpoints();
    const auto head = caller_->Call(&Stub::GetRemoteTag, tag);
    ASSERT_TRUE(head.ok()) << head.status();

    api::GetRemoteHistoryRequest history;
    history.set_session_id(session);
    history.set_image_id(head->image_id());
    history.set_registry(repository->endpoints(0));
    const auto ids = caller_->Call(&Stub::GetRemoteHistory, history);
    ASSERT_TRUE(ids.ok()) << ids.status();
    ASSERT_THAT(ids->image_ids(), SizeIs(images.size()));
    for (size_t i = 0; i < images.size(); ++i) {
      const SyntheticImage& want = images[images.size() - 1 - i];
      const SyntheticImage got =
          PullImage(session, ids->image_ids(static_cast<int>(i)), repository->endpoints(0));
      EXPECT_EQ(got.id, want.id);
      EXPECT_EQ(got.json, want.json);
      EXPECT_EQ(got.layer.size(), want.layer.size());
      // Without printing megabytes.
      EXPECT_TRUE(got.layer == want.layer);
    }
  }

  std::unique_ptr<V1Registry> registry_;
  std::unique_ptr<RegistrydProcess> process_;
  std::unique_ptr<V1Caller> caller_;
  std::string repository_;
};

TEST_F(V1PushPullTest, AnImageOfThreeLayersComesBackByteForByte) {
  V1RegistryOptions options;
  options.credentials = "ann:s3cret";
  options.wants_cookie = true;
  options.redirects_layers = true;
  Start(options);
  const std::vector<SyntheticImage> images = ThreeImages();
  Push(images);
  ASSERT_FALSE(HasFatalFailure());
  ExpectPulled(images);
  EXPECT_THAT(process_->log(), Not(HasSubstr("s3cret")));
  EXPECT_THAT(process_->log(), Not(HasSubstr("fake-cookie")));
  EXPECT_THAT(process_->log(), Not(HasSubstr("signature=fake")));
}

TEST_F(V1PushPullTest, ABrokenConnectionDoesNotShow) {
  Start({});
  const std::vector<SyntheticImage> images = ThreeImages();
  Push(images);
  ASSERT_FALSE(HasFatalFailure());
  registry_->CutLayers(3, 100'000);
  ExpectPulled(images);
  EXPECT_THAT(registry_->layer_ranges(), SizeIs(6));
}

TEST_F(V1PushPullTest, WhatIsThereIsNotPushedAgain) {
  Start({});
  const std::vector<SyntheticImage> images = ThreeImages();
  Push(images);
  const absl::Status again = PushJson(Open(), images[0], registry_->url());
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists) << again;
}

TEST_F(V1PushPullTest, WithoutTheRightPasswordNothingIsPushed) {
  V1RegistryOptions options;
  options.credentials = "ann:s3cret";
  Start(options);
  const std::string session = Open("wrong");
  const absl::Status index = TellIndex(session, {}).status();
  EXPECT_EQ(ReasonOnWire(index), "REGISTRY_UNAUTHORIZED") << index;
  const absl::Status json = PushJson(session, ThreeImages()[0], registry_->url());
  EXPECT_EQ(ReasonOnWire(json), "REGISTRY_UNAUTHORIZED") << json;
  // Nor does a token help that another session got.
  EXPECT_TRUE(TellIndex(Open(), {}).ok());
  EXPECT_EQ(ReasonOnWire(PushJson(session, ThreeImages()[0], registry_->url())),
            "REGISTRY_UNAUTHORIZED");
}

}  // namespace
}  // namespace registryd
