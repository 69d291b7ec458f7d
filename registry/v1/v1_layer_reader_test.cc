#include "registry/v1/v1_layer_reader.h"

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
#include "registry/v1/v1_layer_reader_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

TEST_F(V1LayerReaderTest, PassesPartsOnInOrder) {
  Answer(Sends(200, {"abc", "de", "f"}, {{"Content-Length", "6"}}));
  GotLayer got;
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
    GotLayer got;
    EXPECT_EQ(End(Layer(c.known), got), "OK");
    EXPECT_EQ(got.facts->size, c.want);
    EXPECT_EQ(got.facts->resumable, c.resumable);
  }
}

TEST_F(V1LayerReaderTest, AnEmptyLayerIsALayer) {
  Answer(Sends(200, {}, {{"Content-Length", "0"}}));
  GotLayer got;
  EXPECT_EQ(End(Layer(0), got), "OK");
  EXPECT_EQ(got.facts->size, 0);
  EXPECT_THAT(got.offsets, IsEmpty());
}

TEST_F(V1LayerReaderTest, NothingIsReadBeforeThePartBeforeHasLeft) {
  Answer(Sends(200, {"abc", "def"}));
  GotLayer got;
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

TEST_F(V1LayerReaderTest, BeginsWithTheOffset) {
  Answer(Sends(206, {"def"}, {{"Content-Range", "bytes 3-5/6"}}));
  GotLayer known;
  EXPECT_EQ(End(Layer(6, 3), known), "OK");
  EXPECT_EQ(known.bytes, "def");
  EXPECT_THAT(known.offsets, ElementsAre(3));
  EXPECT_EQ(known.facts->size, 6);
  EXPECT_TRUE(known.facts->resumable);
  Answer(Sends(206, {"def"}, {{"Content-Range", "bytes 3-5/6"}}));
  GotLayer unknown;
  EXPECT_EQ(End(Layer(0, 3), unknown), "OK");
  EXPECT_EQ(unknown.facts->size, 6);
  EXPECT_THAT(SentSince(), ElementsAre(absl::StrCat("GET ", url_, " Range:bytes=3-6"),
                                       absl::StrCat("GET ", url_, " Range:bytes=3-")));
}

TEST_F(V1LayerReaderTest, DropsWhatARegistryWithoutRangesSendsBeforeTheOffset) {
  Answer(Sends(200, {"ab", "cd", "ef"}, {{"Content-Length", "6"}}));
  GotLayer got;
  EXPECT_EQ(End(Layer(6, 3), got), "OK");
  EXPECT_EQ(got.bytes, "def");
  EXPECT_THAT(got.offsets, ElementsAre(3, 4));
  EXPECT_FALSE(got.facts->resumable);
}

TEST_F(V1LayerReaderTest, AnOffsetAtTheEndBringsNothing) {
  Answer(Sends(416, {}, {{"Content-Range", "bytes */6"}}));
  GotLayer unknown;
  EXPECT_EQ(End(Layer(0, 6), unknown), "OK");
  EXPECT_EQ(unknown.facts->size, 6);
  Answer(Sends(200, {"abcdef"}, {{"Content-Length", "6"}}));
  GotLayer whole;
  EXPECT_EQ(End(Layer(6, 6), whole), "OK");
  EXPECT_THAT(whole.offsets, IsEmpty());
}

TEST_F(V1LayerReaderTest, AnOffsetBeyondTheEndIsOutOfRange) {
  GotLayer known;
  EXPECT_THAT(End(Layer(6, 7), known), StartsWith("OUT_OF_RANGE"));
  EXPECT_THAT(SentSince(), IsEmpty());
  Answer(Sends(416, {}, {{"Content-Range", "bytes */6"}}));
  GotLayer refused;
  EXPECT_THAT(End(Layer(0, 7), refused), StartsWith("OUT_OF_RANGE"));
  Answer(Sends(200, {"abcdef"}, {{"Content-Length", "6"}}));
  GotLayer dropped;
  EXPECT_THAT(End(Layer(0, 7), dropped), StartsWith("OUT_OF_RANGE"));
  EXPECT_THAT(dropped.offsets, IsEmpty());
  GotLayer negative;
  EXPECT_EQ(End(Layer(0, -1), negative),
            "INVALID_ARGUMENT FIELD_INVALID offset: offset -1 is negative");
}

TEST_F(V1LayerReaderTest, SaysWhyThereIsNoLayer) {
  Answer(Sends(404, {"no ", "rule"}));
  GotLayer missing;
  EXPECT_EQ(End(Layer(1), missing),
            "NOT_FOUND REGISTRY_NOT_FOUND : Server error: Status 404 while fetching image layer "
            "(x): no rule");
  EXPECT_FALSE(missing.facts.has_value());
  Answer(Sends(401, {}));
  GotLayer unauthorized;
  EXPECT_THAT(End(Layer(1), unauthorized), StartsWith("UNAUTHENTICATED"));
  Answer(Sends(206, {"abc"}));
  GotLayer unasked;
  EXPECT_THAT(End(Layer(3), unasked), StartsWith("FAILED_PRECONDITION"));
  Answer(Refused());
  GotLayer refused;
  EXPECT_EQ(End(Layer(3), refused),
            "UNAVAILABLE CONNECTION_FAILED : Server error: Status 0 while fetching image layer "
            "(x): refused");
  EXPECT_THAT(SentSince(), SizeIs(4));
}

TEST_F(V1LayerReaderTest, AnEndlessErrorIsCutOff) {
  Response endless = Sends(500, std::vector<std::string>(100, std::string(1024, 'x')));
  endless.stalls = true;
  Answer(endless);
  GotLayer got;
  Read(Layer(3), got);
  ASSERT_TRUE(got.status.has_value());
  EXPECT_EQ(got.status->code(), absl::StatusCode::kUnavailable);
}

TEST_F(V1LayerReaderTest, ACallCanBeGivenUpWhileItHoldsAPart) {
  Answer(Sends(200, {"abc", "def"}));
  GotLayer got;
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
  GotLayer bad_id;
  EXPECT_THAT(End(id, bad_id), StartsWith("INVALID_ARGUMENT FIELD_INVALID image_id"));
  V1LayerAddress registry = Layer(1);
  registry.registry = "r.example";
  GotLayer bad_registry;
  EXPECT_THAT(End(registry, bad_registry), StartsWith("INVALID_ARGUMENT FIELD_INVALID registry"));
  EXPECT_THAT(SentSince(), IsEmpty());
}

}  // namespace
}  // namespace registryd
