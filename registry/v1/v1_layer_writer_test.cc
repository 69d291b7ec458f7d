#include "registry/v1/v1_layer_writer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/net/http_client.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/tls/sha256.h"
#include "registry/v1/test_tar.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

constexpr char kJson[] = R"({"id":"x"})";

// Answers everything with 200 at once, and reads no body.
class HastyTransport final : public HttpTransport {
 public:
  void Send(HttpRequest request, HttpOptions options, const CallContext& context,
            std::unique_ptr<HttpReceiver> receiver) override {
    receiver->OnHead({200, {}});
    receiver->OnDone(absl::OkStatus());
  }
};

class V1LayerWriterTest : public V1SessionTestBase {
 protected:
  std::shared_ptr<V1LayerWriter> Start(const CallContext& context = {}, const std::string& id = "x",
                                       const std::string& registry = "") {
    return V1LayerWriter::Start(session_, {id, registry, kJson}, context,
                                [this](absl::StatusOr<V1LayerChecksums> result) {
                                  EXPECT_FALSE(done_) << "called twice";
                                  done_ = true;
                                  result_ = std::move(result);
                                });
  }

  // Whether `writer` has let go of `part` on return.
  static bool Write(V1LayerWriter& writer, std::string part) {
    auto ready = std::make_shared<int>(0);
    writer.Write(std::move(part), [ready] { ++*ready; });
    EXPECT_LE(*ready, 1);
    return *ready == 1;
  }

  // An archive of one file.
  static std::string Archive(size_t size) {
    return absl::StrCat(TestTar("file").Mode(0644).With(std::string(size, 'x')), TarEnd());
  }

  const std::shared_ptr<V1Session> session_ = OpenHttp();
  const std::string url_ = "http://r.internal:5000/v1/images/x/layer";
  bool done_ = false;
  absl::StatusOr<V1LayerChecksums> result_ = absl::UnknownError("done was not called");
};

TEST_F(V1LayerWriterTest, SendsTheLayerAsItComesAndSumsItUp) {
  ReplyTo("PUT", url_, 200, "");
  const std::string layer = Archive(40'000);
  const auto writer = Start();
  for (size_t i = 0; i < layer.size(); i += 700) {
    EXPECT_TRUE(Write(*writer, layer.substr(i, 700)));
  }
  EXPECT_TRUE(Write(*writer, ""));
  EXPECT_FALSE(done_);
  writer->Finish();
  ASSERT_TRUE(result_.ok()) << result_.status();
  EXPECT_EQ(LastBody(), layer);
  Sha256 sum;
  sum.Update(absl::StrCat(kJson, "\n", layer));
  EXPECT_EQ(result_->checksum_payload, absl::StrCat("sha256:", sum.HexDigest()));
  EXPECT_THAT(result_->checksum, StartsWith("tarsum+sha256:"));
  EXPECT_THAT(SentSince(),
              ElementsAre(absl::StrCat("PUT ", url_, " Content-Type:application/octet-stream")));
}

TEST_F(V1LayerWriterTest, APartOfAnySizeIsTakenInPieces) {
  ReplyTo("PUT", url_, 200, "");
  const std::string layer = Archive(1'000'000);
  const auto writer = Start();
  EXPECT_TRUE(Write(*writer, layer));
  writer->Finish();
  ASSERT_TRUE(result_.ok()) << result_.status();
  EXPECT_EQ(LastBody(), layer);
}

TEST_F(V1LayerWriterTest, APartWaitsUntilTheTransportAsksForIt) {
  ReplyTo("PUT", "https://other.example/v1/images/x/layer", 200, "");
  resolver_.Hold();
  const auto writer = Start({}, "x", "https://other.example/v1/");
  int ready = 0;
  writer->Write(Archive(10), [&ready] { ++ready; });
  EXPECT_EQ(ready, 0);
  resolver_.Release();
  EXPECT_EQ(ready, 1);
  writer->Finish();
  EXPECT_TRUE(result_.ok()) << result_.status();
}

TEST_F(V1LayerWriterTest, WhatIsNoArchiveEndsTheCallAtOnce) {
  const auto writer = Start();
  EXPECT_TRUE(Write(*writer, std::string(2048, 'x')));
  ASSERT_TRUE(done_);
  EXPECT_THAT(Text(result_.status()), StartsWith("INVALID_ARGUMENT FIELD_INVALID chunk"));
  EXPECT_TRUE(Write(*writer, "more"));
  writer->Finish();
}

TEST_F(V1LayerWriterTest, ACutArchiveIsNotPassedOffAsComplete) {
  const auto writer = Start();
  EXPECT_TRUE(Write(*writer, Archive(2000).substr(0, 1000)));
  writer->Finish();
  ASSERT_TRUE(done_);
  EXPECT_THAT(Text(result_.status()), StartsWith("INVALID_ARGUMENT FIELD_INVALID chunk"));
  EXPECT_THAT(SentSince(), IsEmpty());
}

TEST_F(V1LayerWriterTest, FailEndsTheCallWithItsStatus) {
  const auto writer = Start();
  EXPECT_TRUE(Write(*writer, Archive(10).substr(0, 512)));
  writer->Fail(FieldError(Reason::kFieldInvalid, "metadata", "metadata comes twice"));
  ASSERT_TRUE(done_);
  EXPECT_EQ(Text(result_.status()),
            "INVALID_ARGUMENT FIELD_INVALID metadata: metadata comes twice");
  writer->Fail(absl::UnknownError("again"));
}

TEST_F(V1LayerWriterTest, SaysWhyALayerWasNotTaken) {
  struct Case {
    int status;
    const char* want;
  };
  for (const Case& c :
       {Case{401, "UNAUTHENTICATED REGISTRY_UNAUTHORIZED"},
        Case{409, "FAILED_PRECONDITION REGISTRY_FAILED"}, Case{500, "UNAVAILABLE REGISTRY_FAILED"},
        Case{201, "FAILED_PRECONDITION REGISTRY_FAILED"}}) {
    ReplyTo("PUT", url_, c.status, "why");
    done_ = false;
    const auto writer = Start();
    Write(*writer, Archive(10));
    writer->Finish();
    EXPECT_EQ(Text(result_.status()), absl::StrCat(c.want, " : Received HTTP code ", c.status,
                                                   " while uploading layer: why"));
  }
}

TEST_F(V1LayerWriterTest, ASuccessBeforeTheLayersEndIsNone) {
  HastyTransport transport;
  HttpClient client(transport, resolver_, proxies_, {});
  V1SessionParts parts{lookup_, client, timers_, clock_, plaintext_, [this] { return config_; }};
  V1SessionOptions options;
  options.endpoint = "r.example";
  V1Outcome<std::shared_ptr<V1Session>> opened;
  V1Session::Open(parts, options, {}, opened.Done());
  const auto session = opened.Take();
  ASSERT_TRUE(session.ok()) << session.status();
  absl::StatusOr<V1LayerChecksums> result = absl::UnknownError("done was not called");
  V1LayerWriter::Start(*session, {"x", "", kJson}, {},
                       [&result](absl::StatusOr<V1LayerChecksums> done) { result = done; });
  EXPECT_THAT(Text(result.status()), StartsWith("INTERNAL RESPONSE_INVALID"));
}

TEST_F(V1LayerWriterTest, ATransportErrorIsTheResult) {
  transport_.Reply("PUT", url_, Refused());
  const auto writer = Start();
  Write(*writer, Archive(10));
  writer->Finish();
  EXPECT_EQ(Text(result_.status()), "UNAVAILABLE CONNECTION_FAILED : refused");
}

TEST_F(V1LayerWriterTest, CanBeGivenUpByTheCallerAndBySession) {
  const auto cancellation = std::make_shared<Cancellation>();
  const auto writer = Start({absl::InfiniteFuture(), cancellation});
  Write(*writer, Archive(10).substr(0, 512));
  cancellation->Cancel();
  ASSERT_TRUE(done_);
  EXPECT_EQ(result_.status().code(), absl::StatusCode::kCancelled);
  EXPECT_TRUE(Write(*writer, "more"));
  writer->Finish();

  done_ = false;
  const auto other = Start();
  session_->Close();
  ASSERT_TRUE(done_);
  EXPECT_EQ(Text(result_.status()), "CANCELLED CANCELLED : the session has ended");
}

TEST_F(V1LayerWriterTest, ChecksTheAddressFirst) {
  Start({}, "a/b");
  EXPECT_EQ(FieldOf(result_.status()), "metadata.image_id");
  done_ = false;
  Start({}, "x", "nonsense");
  EXPECT_EQ(FieldOf(result_.status()), "metadata.registry");
  EXPECT_THAT(SentSince(), IsEmpty());
}

}  // namespace
}  // namespace registryd
