#include "registry/v1/v1_layer_reader.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/v1/v1_session_test_base.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// What a receiver got.
struct Got {
  std::optional<V1LayerFacts> facts;
  std::string bytes;
  std::vector<int64_t> offsets;
  // Of the last chunk, where `hold` is set.
  bool hold = false;
  V1LayerReceiver::Resume resume;
  std::optional<absl::Status> status;
  absl::Notification done;
};

class Recorder final : public V1LayerReceiver {
 public:
  explicit Recorder(Got& got) : got_(got) {}

  void OnFacts(const V1LayerFacts& facts) override {
    EXPECT_FALSE(got_.facts.has_value());
    EXPECT_TRUE(got_.offsets.empty());
    got_.facts = facts;
  }
  void OnChunk(int64_t offset, absl::string_view bytes, Resume resume) override {
    EXPECT_TRUE(got_.facts.has_value());
    EXPECT_FALSE(bytes.empty());
    got_.offsets.push_back(offset);
    absl::StrAppend(&got_.bytes, bytes);
    if (!got_.hold) return std::move(resume)();
    got_.resume = std::move(resume);
  }
  void OnDone(absl::Status status) override {
    got_.status = std::move(status);
    got_.done.Notify();
  }

 private:
  Got& got_;
};

class V1LayerReaderTest : public V1SessionTestBase {
 protected:
  static V1LayerAddress Layer(int64_t size, int64_t offset = 0) {
    V1LayerAddress layer;
    layer.image_id = "x";
    layer.size = size;
    layer.offset = offset;
    layer.resume_delay = absl::ZeroDuration();
    return layer;
  }

  void Read(const V1LayerAddress& layer, Got& got, const CallContext& context = {}) {
    GetRemoteImageLayer(session_, layer, context, std::make_unique<Recorder>(got));
  }

  // Its end, as Text() shows it.
  std::string End(const V1LayerAddress& layer, Got& got) {
    Read(layer, got);
    got.done.WaitForNotification();
    return Text(*got.status);
  }

  static Response Sends(int status, std::vector<std::string> parts,
                        std::vector<HttpHeader> headers = {{"Accept-Ranges", "bytes"}}) {
    return {{status, std::move(headers)}, std::move(parts)};
  }

  static Response Cut(Response response) {
    response.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "cut");
    return response;
  }

  void Answer(Response response) { transport_.Reply("GET", url_, std::move(response)); }

  const std::shared_ptr<V1Session> session_ = OpenHttp();
  const std::string url_ = "http://r.internal:5000/v1/images/x/layer";
};

TEST_F(V1LayerReaderTest, PassesPartsOnInOrder) {
  Answer(Sends(200, {"abc", "de", "f"}, {{"Content-Length", "6"}}));
  Got got;
  EXPECT_EQ(End(Layer(0), got), "OK");
  EXPECT_EQ(got.bytes, "abcdef");
  EXPECT_THAT(got.offsets, ElementsAre(0, 3, 5));
  EXPECT_EQ(got.facts->size, 6);
  EXPECT_FALSE(got.facts->resumable);
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", url_)));
  EXPECT_FALSE(transport_.requests().back().options.decompress);
}

TEST_F(V1LayerReaderTest, TellsWhatIsKnownOfTheSize) {
  struct Case {
    std::vector<HttpHeader> headers;
    int64_t known;
    int64_t want;
    bool resumable;
  };
  for (const Case& c : {Case{{{"Transfer-Encoding", "chunked"}}, 0, -1, false},
                        Case{{{"Transfer-Encoding", "chunked"}}, 6, 6, false},
                        Case{{{"Content-Length", "6"}, {"Accept-Ranges", "bytes"}}, 7, 6, true},
                        Case{{{"Content-Length", "x"}, {"Accept-Ranges", "none"}}, 6, 6, false}}) {
    Answer(Sends(200, {"abcdef"}, c.headers));
    Got got;
    EXPECT_EQ(End(Layer(c.known), got), "OK");
    EXPECT_EQ(got.facts->size, c.want);
    EXPECT_EQ(got.facts->resumable, c.resumable);
  }
}

TEST_F(V1LayerReaderTest, AnEmptyLayerIsALayer) {
  Answer(Sends(200, {}, {{"Content-Length", "0"}}));
  Got got;
  EXPECT_EQ(End(Layer(0), got), "OK");
  EXPECT_EQ(got.facts->size, 0);
  EXPECT_THAT(got.offsets, IsEmpty());
}

TEST_F(V1LayerReaderTest, NothingIsReadBeforeThePartBeforeHasLeft) {
  Answer(Sends(200, {"abc", "def"}));
  Got got;
  got.hold = true;
  Read(Layer(6), got);
  for (const char* const bytes : {"abc", "abcdef"}) {
    EXPECT_EQ(got.bytes, bytes);
    EXPECT_FALSE(got.status.has_value());
    std::move(got.resume)();
  }
  ASSERT_TRUE(got.status.has_value());
  EXPECT_EQ(Text(*got.status), "OK");
}

TEST_F(V1LayerReaderTest, ResumesWithTheByteThatCameLast) {
  Answer(Cut(Sends(200, {"abcd"})));
  Answer(Sends(206, {"efghij"}, {{"Content-Range", "bytes 4-9/10"}}));
  Got got;
  EXPECT_EQ(End(Layer(10), got), "OK");
  EXPECT_EQ(got.bytes, "abcdefghij");
  EXPECT_THAT(got.offsets, ElementsAre(0, 4));
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", url_),
                                       absl::StrCat("GET ", url_, " Range:bytes=4-10")));
}

TEST_F(V1LayerReaderTest, ARangeNeedNotSayWhichItIs) {
  Answer(Cut(Sends(200, {"abcd"})));
  Answer(Sends(206, {"ef"}, {}));
  Got got;
  EXPECT_EQ(End(Layer(6), got), "OK");
  EXPECT_EQ(got.bytes, "abcdef");
}

TEST_F(V1LayerReaderTest, ResumesFiveTimesAndNoMore) {
  Answer(Cut(Sends(200, {"a"})));
  for (const char* const byte : {"b", "c", "d", "e"}) Answer(Cut(Sends(206, {byte})));
  Answer(Sends(206, {"fg"}));
  Got five;
  EXPECT_EQ(End(Layer(7), five), "OK");
  EXPECT_EQ(five.bytes, "abcdefg");
  EXPECT_THAT(SentSince(), SizeIs(6));

  Answer(Cut(Sends(200, {"a"})));
  for (const char* const byte : {"b", "c", "d", "e", "f"}) Answer(Cut(Sends(206, {byte})));
  Got six;
  EXPECT_EQ(End(Layer(7), six), "UNAVAILABLE CONNECTION_FAILED : cut");
  EXPECT_EQ(six.bytes, "abcdef");
  EXPECT_EQ(transport_.replies_left(), 0u);
  EXPECT_THAT(SentSince(), SizeIs(12));
}

TEST_F(V1LayerReaderTest, AResumptionThatBringsNothingIsTriedAgainAfterAPause) {
  Answer(Cut(Sends(200, {"ab"})));
  Answer(Refused());
  Answer(Refused());
  Answer(Sends(206, {"cd"}));
  V1LayerAddress layer = Layer(4);
  layer.resume_delay = absl::Milliseconds(1);
  Got got;
  EXPECT_EQ(End(layer, got), "OK");
  EXPECT_EQ(got.bytes, "abcd");
  EXPECT_THAT(SentSince(), SizeIs(4));
}

TEST_F(V1LayerReaderTest, APauseEndsWithTheCallAndWithTheSession) {
  for (const bool by_caller : {true, false}) {
    Answer(Cut(Sends(200, {"ab"})));
    Answer(Refused());
    V1LayerAddress layer = Layer(4);
    layer.resume_delay = absl::Hours(1);
    const auto cancellation = std::make_shared<Cancellation>();
    Got got;
    Read(layer, got, {absl::InfiniteFuture(), cancellation});
    EXPECT_FALSE(got.status.has_value());
    if (by_caller) {
      cancellation->Cancel();
    } else {
      session_->Close();
    }
    ASSERT_TRUE(got.status.has_value());
    EXPECT_EQ(got.status->code(), absl::StatusCode::kCancelled);
  }
}

TEST_F(V1LayerReaderTest, ABreakBeforeTheFirstByteAsksForTheWholeAgain) {
  Answer(Cut(Sends(200, {})));
  Answer(Sends(200, {"abc"}));
  Got got;
  EXPECT_EQ(End(Layer(3), got), "OK");
  EXPECT_EQ(got.bytes, "abc");
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", url_), absl::StrCat("GET ", url_)));
}

TEST_F(V1LayerReaderTest, ABreakIsFinalWithoutRangesOrSize) {
  struct Case {
    int64_t size;
    std::vector<HttpHeader> headers;
  };
  for (const Case& c :
       {Case{0, {{"Accept-Ranges", "bytes"}}}, Case{-1, {{"Accept-Ranges", "bytes"}}}, Case{6, {}},
        Case{6, {{"Accept-Ranges", "none"}}}}) {
    Answer(Cut(Sends(200, {"abc"}, c.headers)));
    Got got;
    EXPECT_EQ(End(Layer(c.size), got), "UNAVAILABLE CONNECTION_FAILED : cut");
    EXPECT_EQ(got.bytes, "abc");
  }
  EXPECT_THAT(SentSince(), SizeIs(4));
}

TEST_F(V1LayerReaderTest, WhatNoNewTryMendsIsFinal) {
  for (const auto& [code, reason] :
       {std::make_pair(absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed),
        std::make_pair(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge)}) {
    Response response = Sends(200, {"abc"});
    response.status = Error(code, reason, "no");
    Answer(response);
    Got got;
    EXPECT_THAT(End(Layer(6), got), StartsWith(absl::StatusCodeToString(code)));
  }
  EXPECT_THAT(SentSince(), SizeIs(2));
}

TEST_F(V1LayerReaderTest, AResumptionHasToBeARange) {
  struct Case {
    Response answer;
    const char* want;
  };
  for (const Case& c :
       {Case{Sends(200, {"abcdef"}),
             "UNAVAILABLE CONNECTION_FAILED : the server doesn't support byte ranges"},
        Case{Sends(206, {"x"}, {{"Content-Range", "bytes 2-5/6"}}), "INTERNAL RESPONSE_INVALID"},
        Case{Sends(404, {}), "NOT_FOUND REGISTRY_NOT_FOUND"},
        Case{Sends(500, {}), "UNAVAILABLE REGISTRY_FAILED : Server error: Status 500 while"},
        Case{Sends(416, {}), "FAILED_PRECONDITION REGISTRY_FAILED"}}) {
    Answer(Cut(Sends(200, {"abc"})));
    Answer(c.answer);
    Got got;
    EXPECT_THAT(End(Layer(6), got), StartsWith(c.want));
    EXPECT_EQ(got.bytes, "abc");
  }
}

TEST_F(V1LayerReaderTest, ABreakAfterTheLastByteIsNoLoss) {
  Answer(Cut(Sends(200, {"abc"})));
  Answer(Sends(416, {"no such range"}));
  Got got;
  EXPECT_EQ(End(Layer(3), got), "OK");
  EXPECT_EQ(got.bytes, "abc");
  EXPECT_THAT(SentSince().back(), HasSubstr("Range:bytes=3-3"));
}

TEST_F(V1LayerReaderTest, AnEndThatIsNoSignOfCompletenessIsABreak) {
  Answer(Sends(200, {"abc"}));
  Answer(Sends(206, {"def"}));
  Got resumed;
  EXPECT_EQ(End(Layer(6), resumed), "OK");
  EXPECT_EQ(resumed.bytes, "abcdef");
  Answer(Sends(200, {"abc"}, {}));
  Got not_resumed;
  EXPECT_EQ(End(Layer(6), not_resumed),
            "UNAVAILABLE CONNECTION_FAILED : the layer ended after 3 bytes of 6");
  Answer(Sends(200, {"abc"}, {{"Content-Length", "3"}, {"Accept-Ranges", "bytes"}}));
  Got announced;
  EXPECT_EQ(End(Layer(6), announced), "OK");
}

TEST_F(V1LayerReaderTest, BeginsWithTheOffset) {
  Answer(Sends(206, {"def"}, {{"Content-Range", "bytes 3-5/6"}}));
  Got known;
  EXPECT_EQ(End(Layer(6, 3), known), "OK");
  EXPECT_EQ(known.bytes, "def");
  EXPECT_THAT(known.offsets, ElementsAre(3));
  EXPECT_EQ(known.facts->size, 6);
  EXPECT_TRUE(known.facts->resumable);
  Answer(Sends(206, {"def"}, {{"Content-Range", "bytes 3-5/6"}}));
  Got unknown;
  EXPECT_EQ(End(Layer(0, 3), unknown), "OK");
  EXPECT_EQ(unknown.facts->size, 6);
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", url_, " Range:bytes=3-6"),
                                       absl::StrCat("GET ", url_, " Range:bytes=3-")));
}

TEST_F(V1LayerReaderTest, DropsWhatARegistryWithoutRangesSendsBeforeTheOffset) {
  Answer(Sends(200, {"ab", "cd", "ef"}, {{"Content-Length", "6"}}));
  Got got;
  EXPECT_EQ(End(Layer(6, 3), got), "OK");
  EXPECT_EQ(got.bytes, "def");
  EXPECT_THAT(got.offsets, ElementsAre(3, 4));
  EXPECT_FALSE(got.facts->resumable);
}

TEST_F(V1LayerReaderTest, AnOffsetAtTheEndBringsNothing) {
  Answer(Sends(416, {}, {{"Content-Range", "bytes */6"}}));
  Got unknown;
  EXPECT_EQ(End(Layer(0, 6), unknown), "OK");
  EXPECT_EQ(unknown.facts->size, 6);
  Answer(Sends(200, {"abcdef"}, {{"Content-Length", "6"}}));
  Got whole;
  EXPECT_EQ(End(Layer(6, 6), whole), "OK");
  EXPECT_THAT(whole.offsets, IsEmpty());
}

TEST_F(V1LayerReaderTest, AnOffsetBeyondTheEndIsOutOfRange) {
  Got known;
  EXPECT_THAT(End(Layer(6, 7), known), StartsWith("OUT_OF_RANGE"));
  EXPECT_THAT(SentSince(), IsEmpty());
  Answer(Sends(416, {}, {{"Content-Range", "bytes */6"}}));
  Got refused;
  EXPECT_THAT(End(Layer(0, 7), refused), StartsWith("OUT_OF_RANGE"));
  Answer(Sends(200, {"abcdef"}, {{"Content-Length", "6"}}));
  Got dropped;
  EXPECT_THAT(End(Layer(0, 7), dropped), StartsWith("OUT_OF_RANGE"));
  EXPECT_THAT(dropped.offsets, IsEmpty());
  Got negative;
  EXPECT_EQ(End(Layer(0, -1), negative),
            "INVALID_ARGUMENT FIELD_INVALID offset: offset -1 is negative");
}

TEST_F(V1LayerReaderTest, SaysWhyThereIsNoLayer) {
  Answer(Sends(404, {"no ", "rule"}));
  Got missing;
  EXPECT_EQ(End(Layer(1), missing),
            "NOT_FOUND REGISTRY_NOT_FOUND : Server error: Status 404 while fetching image layer "
            "(x): no rule");
  EXPECT_FALSE(missing.facts.has_value());
  Answer(Sends(401, {}));
  Got unauthorized;
  EXPECT_THAT(End(Layer(1), unauthorized), StartsWith("UNAUTHENTICATED"));
  Answer(Sends(206, {"abc"}));
  Got unasked;
  EXPECT_THAT(End(Layer(3), unasked), StartsWith("FAILED_PRECONDITION"));
  Answer(Refused());
  Got refused;
  EXPECT_EQ(End(Layer(3), refused),
            "UNAVAILABLE CONNECTION_FAILED : Server error: Status 0 while fetching image layer "
            "(x): refused");
  EXPECT_THAT(SentSince(), SizeIs(4));
}

TEST_F(V1LayerReaderTest, AnEndlessErrorIsCutOff) {
  Response endless = Sends(500, std::vector<std::string>(100, std::string(1024, 'x')));
  endless.stalls = true;
  Answer(endless);
  Got got;
  Read(Layer(3), got);
  ASSERT_TRUE(got.status.has_value());
  EXPECT_EQ(got.status->code(), absl::StatusCode::kUnavailable);
}

TEST_F(V1LayerReaderTest, ACallCanBeGivenUpWhileItHoldsAPart) {
  Answer(Sends(200, {"abc", "def"}));
  Got got;
  got.hold = true;
  const auto cancellation = std::make_shared<Cancellation>();
  Read(Layer(6), got, {absl::InfiniteFuture(), cancellation});
  EXPECT_EQ(got.bytes, "abc");
  cancellation->Cancel();
  ASSERT_TRUE(got.status.has_value());
  EXPECT_EQ(got.status->code(), absl::StatusCode::kCancelled);
  got.resume = nullptr;
}

TEST_F(V1LayerReaderTest, ChecksTheAddressFirst) {
  V1LayerAddress id = Layer(1);
  id.image_id = "../x";
  Got bad_id;
  EXPECT_THAT(End(id, bad_id), StartsWith("INVALID_ARGUMENT FIELD_INVALID image_id"));
  V1LayerAddress registry = Layer(1);
  registry.registry = "r.example";
  Got bad_registry;
  EXPECT_THAT(End(registry, bad_registry), StartsWith("INVALID_ARGUMENT FIELD_INVALID registry"));
  EXPECT_THAT(SentSince(), IsEmpty());
}

}  // namespace
}  // namespace registryd
