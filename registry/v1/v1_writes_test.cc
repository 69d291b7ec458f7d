#include "registry/v1/v1_writes.h"

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/v1/v1_session_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kExists[] = R"({"error":"Image already exists"})";

class V1WritesTest : public V1SessionTestBase {
 protected:
  absl::Status PushChecksum(V1ImageChecksums image) {
    V1StatusOutcome outcome;
    PushImageChecksumRegistry(session_, std::move(image), "", {}, outcome.Done());
    return outcome.Take();
  }

  absl::Status PushJson(const std::string& id, std::string json, const std::string& registry = "") {
    V1StatusOutcome outcome;
    PushImageJsonRegistry(session_, id, std::move(json), registry, {}, outcome.Done());
    return outcome.Take();
  }

  absl::Status PushTag(const V1TagUpdate& update) {
    V1StatusOutcome outcome;
    PushRegistryTag(session_, update, "", {}, outcome.Done());
    return outcome.Take();
  }

  const std::shared_ptr<V1Session> session_ = OpenHttp();
  const std::string base_ = "http://r.internal:5000/v1/";
  const std::string checksum_ = absl::StrCat(base_, "images/", kId, "/checksum");
  const std::string json_ = absl::StrCat(base_, "images/", kId, "/json");
  const std::string tag_ = absl::StrCat(base_, "repositories/foo/bar/tags/v1");
};

TEST_F(V1WritesTest, PushesChecksumsAsHeadersTheEmptyOneToo) {
  ReplyTo("PUT", checksum_, 200, "");
  EXPECT_EQ(Text(PushChecksum({kId, "tarsum+sha256:1", ""})), "OK");
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("PUT ", checksum_,
                                                    " X-Docker-Checksum:tarsum+sha256:1 "
                                                    "X-Docker-Checksum-Payload:")));
  EXPECT_EQ(LastBody(), "");
}

TEST_F(V1WritesTest, SaysWhyAChecksumWasNotTaken) {
  ReplyTo("PUT", checksum_, 409, kExists);
  EXPECT_EQ(Text(PushChecksum({kId, "c", ""})),
            "ALREADY_EXISTS REGISTRY_FAILED : Image already exists");
  ReplyTo("PUT", checksum_, 400, R"({"error":"Wrong checksum"})");
  EXPECT_EQ(Text(PushChecksum({kId, "c", ""})),
            "FAILED_PRECONDITION REGISTRY_FAILED : HTTP code 400 while uploading metadata: "
            R"({"error":"Wrong checksum"})");
  ReplyTo("PUT", checksum_, 401, "");
  EXPECT_EQ(PushChecksum({kId, "c", ""}).code(), absl::StatusCode::kUnauthenticated);
}

TEST_F(V1WritesTest, NoChecksumMakesAHeaderOfItsOwn) {
  EXPECT_EQ(FieldOf(PushChecksum({kId, "c\r\nX-Evil: 1", ""})), "image.checksum");
  EXPECT_EQ(FieldOf(PushChecksum({kId, "c", "\n"})), "image.checksum_payload");
  EXPECT_EQ(FieldOf(PushChecksum({"../x", "c", ""})), "image.id");
  EXPECT_THAT(SentSince(), IsEmpty());
}

TEST_F(V1WritesTest, PushesJsonAsItIs) {
  const std::string json = "{\"id\" : \"x\"}\n";
  ReplyTo("PUT", json_, 200, "");
  EXPECT_EQ(Text(PushJson(kId, json)), "OK");
  EXPECT_THAT(SentSince(),
              ElementsAre(absl::StrCat("PUT ", json_, " Content-Type:application/json")));
  EXPECT_EQ(LastBody(), json);
}

TEST_F(V1WritesTest, SaysWhyJsonWasNotTaken) {
  ReplyTo("PUT", json_, 409, kExists);
  EXPECT_EQ(PushJson(kId, "{}").code(), absl::StatusCode::kAlreadyExists);
  ReplyTo("PUT", json_, 201, "");
  EXPECT_EQ(Text(PushJson(kId, "{}")),
            "FAILED_PRECONDITION REGISTRY_FAILED : HTTP code 201 while uploading metadata");
  EXPECT_EQ(FieldOf(PushJson("a/b", "{}")), "image_id");
  EXPECT_EQ(FieldOf(PushJson("a", "{}", "ftp://r.example/")), "registry");
}

TEST_F(V1WritesTest, A401ByHttpIsPutDownToCredentialsThatAreNotSent) {
  ReplyTo("PUT", json_, 401, "");
  EXPECT_EQ(Text(PushJson(kId, "{}")),
            "UNAUTHENTICATED REGISTRY_UNAUTHORIZED : HTTP code 401, Docker will not send auth "
            "headers over HTTP.");
  ReplyTo("PUT", "https://other.example/v1/images/x/json", 401, "");
  EXPECT_EQ(Text(PushJson("x", "{}", "https://other.example/v1/")),
            "UNAUTHENTICATED REGISTRY_UNAUTHORIZED : HTTP code 401 while uploading metadata");
}

TEST_F(V1WritesTest, PushesATagAsAJsonString) {
  for (const int status : {200, 201}) {
    ReplyTo("PUT", tag_, status, "");
    EXPECT_EQ(Text(PushTag({"r.internal:5000/foo/bar", kId, "v1"})), "OK") << status;
    EXPECT_EQ(LastBody(), absl::StrCat("\"", kId, "\""));
  }
  EXPECT_THAT(SentSince().front(), absl::StrCat("PUT ", tag_, " Content-Type:application/json"));
}

TEST_F(V1WritesTest, ATagOfOnePartIsNotInTheLibrary) {
  ReplyTo("PUT", absl::StrCat(base_, "repositories/solo/tags/v1"), 200, "");
  EXPECT_EQ(Text(PushTag({"r.internal:5000/solo", kId, "v1"})), "OK");
}

TEST_F(V1WritesTest, SaysWhyATagWasNotTaken) {
  ReplyTo("PUT", tag_, 500, "");
  EXPECT_EQ(Text(PushTag({"foo/bar", kId, "v1"})),
            "UNAVAILABLE REGISTRY_FAILED : Internal server error: 500 trying to push tag v1 on "
            "foo/bar");
  EXPECT_EQ(FieldOf(PushTag({"foo/bar", kId, "v1/../../x"})), "tag");
  EXPECT_EQ(FieldOf(PushTag({"foo/bar", "a\nb", "v1"})), "revision");
  EXPECT_EQ(FieldOf(PushTag({"", kId, "v1"})), "repository");
}

TEST_F(V1WritesTest, NoRevisionEndsItsJsonString) {
  ReplyTo("PUT", tag_, 200, "");
  EXPECT_EQ(Text(PushTag({"foo/bar", R"(a","b)", "v1"})), "OK");
  EXPECT_EQ(LastBody(), R"("a\",\"b")");
}

}  // namespace
}  // namespace registryd
