#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/v1/v1_layer_reader.h"
#include "registry/v1/v1_layer_reader_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

using V1LayerResumeTest = V1LayerReaderTest;

TEST_F(V1LayerResumeTest, ResumesWithTheByteThatCameLast) {
  Answer(Cut(Sends(200, {"abcd"})));
  Answer(Sends(206, {"efghij"}, {{"Content-Range", "bytes 4-9/10"}}));
  GotLayer got;
  EXPECT_EQ(End(Layer(10), got), "OK");
  EXPECT_EQ(got.bytes, "abcdefghij");
  EXPECT_THAT(got.offsets, ElementsAre(0, 4));
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", url_),
                                       absl::StrCat("GET ", url_, " Range:bytes=4-10")));
}

TEST_F(V1LayerResumeTest, ARangeNeedNotSayWhichItIs) {
  Answer(Cut(Sends(200, {"abcd"})));
  Answer(Sends(206, {"ef"}, {}));
  GotLayer got;
  EXPECT_EQ(End(Layer(6), got), "OK");
  EXPECT_EQ(got.bytes, "abcdef");
}

TEST_F(V1LayerResumeTest, ResumesFiveTimesAndNoMore) {
  Answer(Cut(Sends(200, {"a"})));
  for (const char* const byte : {"b", "c", "d", "e"}) Answer(Cut(Sends(206, {byte})));
  Answer(Sends(206, {"fg"}));
  GotLayer five;
  EXPECT_EQ(End(Layer(7), five), "OK");
  EXPECT_EQ(five.bytes, "abcdefg");
  EXPECT_THAT(SentSince(), SizeIs(6));

  Answer(Cut(Sends(200, {"a"})));
  for (const char* const byte : {"b", "c", "d", "e", "f"}) Answer(Cut(Sends(206, {byte})));
  GotLayer six;
  EXPECT_EQ(End(Layer(7), six), "UNAVAILABLE CONNECTION_FAILED : cut");
  EXPECT_EQ(six.bytes, "abcdef");
  EXPECT_EQ(transport_.replies_left(), 0u);
  EXPECT_THAT(SentSince(), SizeIs(12));
}

TEST_F(V1LayerResumeTest, AResumptionThatBringsNothingIsTriedAgainAfterAPause) {
  Answer(Cut(Sends(200, {"ab"})));
  Answer(Refused());
  Answer(Refused());
  Answer(Sends(206, {"cd"}));
  V1LayerAddress layer = Layer(4);
  layer.resume_delay = absl::Milliseconds(1);
  GotLayer got;
  EXPECT_EQ(End(layer, got), "OK");
  EXPECT_EQ(got.bytes, "abcd");
  EXPECT_THAT(SentSince(), SizeIs(4));
}

TEST_F(V1LayerResumeTest, APauseEndsWithTheCallAndWithTheSession) {
  for (const bool by_caller : {true, false}) {
    Answer(Cut(Sends(200, {"ab"})));
    Answer(Refused());
    V1LayerAddress layer = Layer(4);
    layer.resume_delay = absl::Hours(1);
    const auto cancellation = std::make_shared<Cancellation>();
    GotLayer got;
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

TEST_F(V1LayerResumeTest, ABreakBeforeTheFirstByteAsksForTheWholeAgain) {
  Answer(Cut(Sends(200, {})));
  Answer(Sends(200, {"abc"}));
  GotLayer got;
  EXPECT_EQ(End(Layer(3), got), "OK");
  EXPECT_EQ(got.bytes, "abc");
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", url_), absl::StrCat("GET ", url_)));
}

TEST_F(V1LayerResumeTest, ABreakIsFinalWithoutRangesOrSize) {
  struct Case {
    int64_t size;
    std::vector<HttpHeader> headers;
  };
  for (const Case& c :
       {Case{0, {{"Accept-Ranges", "bytes"}}}, Case{-1, {{"Accept-Ranges", "bytes"}}}, Case{6, {}},
        Case{6, {{"Accept-Ranges", "none"}}}}) {
    Answer(Cut(Sends(200, {"abc"}, c.headers)));
    GotLayer got;
    EXPECT_EQ(End(Layer(c.size), got), "UNAVAILABLE CONNECTION_FAILED : cut");
    EXPECT_EQ(got.bytes, "abc");
  }
  EXPECT_THAT(SentSince(), SizeIs(4));
}

TEST_F(V1LayerResumeTest, WhatNoNewTryMendsIsFinal) {
  for (const auto& [code, reason] :
       {std::make_pair(absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed),
        std::make_pair(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge)}) {
    Response response = Sends(200, {"abc"});
    response.status = Error(code, reason, "no");
    Answer(response);
    GotLayer got;
    EXPECT_THAT(End(Layer(6), got), StartsWith(absl::StatusCodeToString(code)));
  }
  EXPECT_THAT(SentSince(), SizeIs(2));
}

TEST_F(V1LayerResumeTest, AResumptionHasToBeARange) {
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
    GotLayer got;
    EXPECT_THAT(End(Layer(6), got), StartsWith(c.want));
    EXPECT_EQ(got.bytes, "abc");
  }
}

TEST_F(V1LayerResumeTest, ABreakAfterTheLastByteIsNoLoss) {
  Answer(Cut(Sends(200, {"abc"})));
  Answer(Sends(416, {"no such range"}));
  GotLayer got;
  EXPECT_EQ(End(Layer(3), got), "OK");
  EXPECT_EQ(got.bytes, "abc");
  EXPECT_THAT(SentSince().back(), HasSubstr("Range:bytes=3-3"));
}

TEST_F(V1LayerResumeTest, ARangeThatEndsBeforeTheLayerIsABreak) {
  Answer(Cut(Sends(200, {"abc"})));
  Answer(Sends(206, {"de"}, {{"Content-Range", "bytes 3-4/10"}, {"Content-Length", "2"}}));
  Answer(Sends(206, {"fghij"}, {{"Content-Range", "bytes 5-9/10"}, {"Content-Length", "5"}}));
  GotLayer resumed;
  EXPECT_EQ(End(Layer(10), resumed), "OK");
  EXPECT_EQ(resumed.bytes, "abcdefghij");

  V1LayerAddress rest = Layer(0);
  rest.offset = 3;
  Answer(Sends(206, {"de"}, {{"Content-Range", "bytes 3-4/10"}, {"Content-Length", "2"}}));
  GotLayer final;
  EXPECT_EQ(End(rest, final),
            "UNAVAILABLE CONNECTION_FAILED : the layer ended after 5 bytes of 10");
  EXPECT_EQ(final.bytes, "de");
}

TEST_F(V1LayerResumeTest, AnEndWithinWhatIsPassedOverIsABreak) {
  V1LayerAddress layer = Layer(10);
  layer.offset = 5;
  Answer(Sends(200, {"abc"}, {}));
  GotLayer got;
  EXPECT_EQ(End(layer, got), "UNAVAILABLE CONNECTION_FAILED : the layer ended after 3 bytes of 10");
}

TEST_F(V1LayerResumeTest, AnEndThatIsNoSignOfCompletenessIsABreak) {
  Answer(Sends(200, {"abc"}));
  Answer(Sends(206, {"def"}));
  GotLayer resumed;
  EXPECT_EQ(End(Layer(6), resumed), "OK");
  EXPECT_EQ(resumed.bytes, "abcdef");
  Answer(Sends(200, {"abc"}, {}));
  GotLayer not_resumed;
  EXPECT_EQ(End(Layer(6), not_resumed),
            "UNAVAILABLE CONNECTION_FAILED : the layer ended after 3 bytes of 6");
  Answer(Sends(200, {"abc"}, {{"Content-Length", "3"}, {"Accept-Ranges", "bytes"}}));
  GotLayer announced;
  EXPECT_EQ(End(Layer(6), announced), "OK");
}

}  // namespace
}  // namespace registryd
