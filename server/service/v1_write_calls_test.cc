#include "server/service/v1_write_calls.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/v1_session_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kExists[] = R"({"error": "Image already exists"})";

class V1WriteCallsTest : public V1SessionServiceTest {
 protected:
  api::PushImageChecksumRegistryRequest Checksum() {
    auto request = In<api::PushImageChecksumRegistryRequest>(session_);
    request.mutable_image()->set_id(kImage);
    request.mutable_image()->set_checksum("tarsum+sha256:1");
    request.mutable_image()->set_checksum_payload("sha256:2");
    return request;
  }

  api::PushImageJSONRegistryRequest Json() {
    auto request = In<api::PushImageJSONRegistryRequest>(session_);
    request.set_image_id(kImage);
    request.set_json("{\"id\":\xff}");
    return request;
  }

  api::PushRegistryTagRequest Tag() {
    auto request = In<api::PushRegistryTagRequest>(session_);
    request.set_repository("r.internal:5000/a/b");
    request.set_revision(kImage);
    request.set_tag("v1");
    return request;
  }

  api::PushImageJSONIndexRequest Images() {
    auto request = In<api::PushImageJSONIndexRequest>(session_);
    request.set_repository("r.internal:5000/a/b");
    request.add_images()->set_id("a");
    request.mutable_images(0)->set_checksum("c1");
    request.add_images()->set_id("b");
    request.mutable_images(1)->set_tag("latest");
    return request;
  }

  const std::string session_ = Open();
  const std::string image_ = absl::StrCat("images/", kImage);
};

TEST_F(V1WriteCallsTest, SendsChecksumsAsHeaders) {
  Expect("PUT", absl::StrCat(image_, "/checksum"), Answer(200));
  EXPECT_TRUE(Ask(&Stub::PushImageChecksumRegistry, Checksum()).ok());
  EXPECT_EQ(Find(requests().back(), "X-Docker-Checksum"), "tarsum+sha256:1");
  EXPECT_EQ(Find(requests().back(), "X-Docker-Checksum-Payload"), "sha256:2");
}

TEST_F(V1WriteCallsTest, SendsJsonToTheByte) {
  Expect("PUT", absl::StrCat(image_, "/json"), Answer(200));
  EXPECT_TRUE(Ask(&Stub::PushImageJSONRegistry, Json()).ok());
  EXPECT_EQ(requests().back().body, "{\"id\":\xff}");
  EXPECT_EQ(Find(requests().back(), "Content-Type"), "application/json");
}

TEST_F(V1WriteCallsTest, SendsATagsImageAsAJsonString) {
  for (const int status : {200, 201}) {
    Expect("PUT", "repositories/a/b/tags/v1", Answer(status));
    EXPECT_TRUE(Ask(&Stub::PushRegistryTag, Tag()).ok());
    EXPECT_EQ(requests().back().body, absl::StrCat("\"", kImage, "\""));
  }
}

TEST_F(V1WriteCallsTest, WhatExistsIsSaidToExist) {
  constexpr char kWant[] = "ALREADY_EXISTS REGISTRY_FAILED ";
  Expect("PUT", absl::StrCat(image_, "/checksum"), Answer(409, kExists));
  EXPECT_EQ(Failure(Ask(&Stub::PushImageChecksumRegistry, Checksum()).status()), kWant);
  Expect("PUT", absl::StrCat(image_, "/json"), Answer(409, kExists));
  EXPECT_EQ(Failure(Ask(&Stub::PushImageJSONRegistry, Json()).status()), kWant);
}

TEST_F(V1WriteCallsTest, EachStatusOfARegistryHasItsMeaning) {
  const struct {
    int status;
    const char* want;
  } kCases[] = {
      {401, "UNAUTHENTICATED REGISTRY_UNAUTHORIZED "},
      {403, "PERMISSION_DENIED REGISTRY_DENIED "},
      {404, "NOT_FOUND REGISTRY_NOT_FOUND "},
      {429, "RESOURCE_EXHAUSTED REGISTRY_THROTTLED "},
      {500, "UNAVAILABLE REGISTRY_FAILED "},
      {400, "FAILED_PRECONDITION REGISTRY_FAILED "},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.status);
    Expect("PUT", absl::StrCat(image_, "/checksum"), Answer(c.status));
    EXPECT_EQ(Failure(Ask(&Stub::PushImageChecksumRegistry, Checksum()).status()), c.want);
    Expect("PUT", absl::StrCat(image_, "/json"), Answer(c.status));
    EXPECT_EQ(Failure(Ask(&Stub::PushImageJSONRegistry, Json()).status()), c.want);
    Expect("PUT", "repositories/a/b/tags/v1", Answer(c.status));
    EXPECT_EQ(Failure(Ask(&Stub::PushRegistryTag, Tag()).status()), c.want);
    Expect("PUT", "repositories/a/b/", Answer(c.status));
    EXPECT_EQ(Failure(Ask(&Stub::PushImageJSONIndex, Images()).status()), c.want);
  }
}

TEST_F(V1WriteCallsTest, TheIndexSaysWhereToPush) {
  Expect("PUT", "repositories/a/b/",
         Answer(201, "", {{"X-Docker-Endpoints", "one.example,two.example"}}));
  const auto response = Ask(&Stub::PushImageJSONIndex, Images());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->endpoints(),
              ElementsAre("http://one.example/v1/", "http://two.example/v1/"));
  EXPECT_EQ(requests().back().body, R"([{"id":"a","checksum":"c1"},{"id":"b","Tag":"latest"}])");
  EXPECT_EQ(Find(requests().back(), "X-Docker-Token"), "true");
  Expect("PUT", "repositories/a/b/", Answer(200));
  EXPECT_EQ(Failure(Ask(&Stub::PushImageJSONIndex, Images()).status()),
            "INTERNAL RESPONSE_INVALID ");
}

TEST_F(V1WriteCallsTest, TheIndexChecksWhatWasPushed) {
  auto request = Images();
  request.set_validate(true);
  request.add_registries(kV1);
  Expect("PUT", "repositories/a/b/images", Answer(204));
  const auto response = Ask(&Stub::PushImageJSONIndex, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_THAT(response->endpoints(), IsEmpty());
  EXPECT_EQ(requests().back().body, R"([{"id":"a","checksum":"c1"}])");
  EXPECT_EQ(Find(requests().back(), "X-Docker-Endpoints"), kV1);
  Expect("PUT", "repositories/a/b/images", Answer(200));
  EXPECT_EQ(Failure(Ask(&Stub::PushImageJSONIndex, request).status()),
            "FAILED_PRECONDITION REGISTRY_FAILED ");
}

TEST_F(V1WriteCallsTest, WhatCannotBeSentIsRefused) {
  auto checksum = Checksum();
  checksum.clear_image();
  EXPECT_EQ(Failure(Ask(&Stub::PushImageChecksumRegistry, checksum).status()),
            "INVALID_ARGUMENT FIELD_MISSING image.id");
  checksum = Checksum();
  checksum.mutable_image()->set_checksum("a\nX-Evil: b");
  EXPECT_EQ(Failure(Ask(&Stub::PushImageChecksumRegistry, checksum).status()),
            "INVALID_ARGUMENT FIELD_INVALID image.checksum");
  checksum = Checksum();
  checksum.mutable_image()->set_checksum_payload("a\r");
  EXPECT_EQ(Failure(Ask(&Stub::PushImageChecksumRegistry, checksum).status()),
            "INVALID_ARGUMENT FIELD_INVALID image.checksum_payload");
  auto json = Json();
  json.set_image_id("");
  EXPECT_EQ(Failure(Ask(&Stub::PushImageJSONRegistry, json).status()),
            "INVALID_ARGUMENT FIELD_MISSING image_id");
  auto tag = Tag();
  tag.set_revision("");
  EXPECT_EQ(Failure(Ask(&Stub::PushRegistryTag, tag).status()),
            "INVALID_ARGUMENT FIELD_MISSING revision");
  tag = Tag();
  tag.set_tag("..");
  EXPECT_EQ(Failure(Ask(&Stub::PushRegistryTag, tag).status()),
            "INVALID_ARGUMENT FIELD_INVALID tag");
  auto images = Images();
  images.add_images();
  EXPECT_EQ(Failure(Ask(&Stub::PushImageJSONIndex, images).status()),
            "INVALID_ARGUMENT FIELD_MISSING images[2].id");
  images = Images();
  images.set_validate(true);
  images.add_registries("nonsense");
  EXPECT_EQ(Failure(Ask(&Stub::PushImageJSONIndex, images).status()),
            "INVALID_ARGUMENT FIELD_INVALID registries[0]");
  EXPECT_THAT(Sent(), IsEmpty());
}

TEST_F(V1WriteCallsTest, A401ByHttpIsExplained) {
  Expect("PUT", absl::StrCat(image_, "/json"), Answer(401));
  const absl::Status status = Ask(&Stub::PushImageJSONRegistry, Json()).status();
  EXPECT_THAT(std::string(status.message()), HasSubstr("will not send auth headers over HTTP"));
}

}  // namespace
}  // namespace registryd
