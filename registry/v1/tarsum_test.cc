#include "registry/v1/tarsum.h"

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/v1/test_tar.h"

namespace registryd {
namespace {

constexpr absl::string_view kJson = "{\"id\":\"x\"}";

absl::StatusOr<std::string> Sum(absl::string_view layer, absl::string_view json = kJson) {
  TarSum sum;
  const absl::Status status = sum.Write(layer);
  if (!status.ok()) return status;
  return sum.Finish(json);
}

std::string File(absl::string_view name, absl::string_view body) {
  return TestTar(name).With(body);
}

// Computed by pkg/tarsum of Docker Engine 19.03.
struct Case {
  const char* name;
  std::string layer;
  const char* want;
};

class TarSumLayerTest : public testing::TestWithParam<Case> {};

TEST_P(TarSumLayerTest, AsTheReference) {
  const auto sum = Sum(GetParam().layer);
  ASSERT_TRUE(sum.ok()) << sum.status();
  EXPECT_EQ(*sum, absl::StrCat("tarsum+sha256:", GetParam().want));
}

INSTANTIATE_TEST_SUITE_P(
    All, TarSumLayerTest,
    testing::Values(
        Case{"Empty", "", "5e2b92cc57ce618dfbb54844a31775e4b95c6fb552ee6bf5a068133c12d2ad90"},
        Case{"EndOnly", TarEnd(),
             "5e2b92cc57ce618dfbb54844a31775e4b95c6fb552ee6bf5a068133c12d2ad90"},
        Case{"OneFile", TestTar("bin/sh").Mode(0755).Mtime(1500000000).With("#!") + TarEnd(),
             "600dfb89f2f18c2930855069d7b9f2925a3045fc9e7a2a65296c338203a3b1b3"},
        Case{"Owner", TestTar("f").Bytes(108, "0001750").Bytes(265, "root").Block() + TarEnd(),
             "a10aa9aadda25f6133b3dcc31ca30757c11233aba86070ce1b067290a06d1d90"},
        Case{
            "Device",
            TestTar("dev/null", '3').Bytes(329, "0000001").Bytes(337, "0000003").Block() + TarEnd(),
            "43c6e587cd828faf4ad21d5c094b929afa1d50dbc070889568ced3d2acf845e8"},
        Case{"Links",
             TestTar("a", '1').Linkname("b").Block() + TestTar("c", '2').Linkname("../d").Block() +
                 TarEnd(),
             "8897ada191ff37be516ed4d0d56e5da482250e51ecd3939be77f8ce4f1f9c07d"},
        Case{"PaxTimeAndName",
             PaxEntry(PaxRecord("path", std::string(300, 'p')) + PaxRecord("mtime", "-1.5")) +
                 File("f", "data") + TarEnd(),
             "9721702f68bf7d40a9f67090eb4cc289cec987495bf06538b53fbf17e9f75dfe"},
        Case{"GlobalHeader", TestTar("g", 'g').With(PaxRecord("comment", "c")) + File("f", "x"),
             "0f99ca6a29be3e5a986070c0a6650740f88692bf88893d1499e6b60f908d499c"},
        Case{"BytesAfterTheEnd", File("f", "x") + TarEnd() + "rest",
             "016452f85fa98166e5b0ef09531077a2e8e67e688018a65a535093c265996f4f"},
        Case{"SamePathKeepsItsOrder",
             File("same", "1") + File("./same", "2") + File("/a/../same", "3") + File("z", "4") +
                 TarEnd(),
             "96fd15802032dccbb67e8d5de87312c44eccfc1eb1c33ee84dad68321a56b981"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(TarSumTest, TheOrderOfEntriesDoesNotMatter) {
  EXPECT_EQ(*Sum(File("a", "1") + File("b", "2") + TarEnd()),
            *Sum(File("b", "2") + File("a", "1") + TarEnd()));
}

TEST(TarSumTest, TheOrderOfEntriesOfOnePathDoes) {
  EXPECT_NE(*Sum(File("a", "1") + File("a", "2") + TarEnd()),
            *Sum(File("a", "2") + File("a", "1") + TarEnd()));
}

TEST(TarSumTest, ManyEntriesAreInTheOrderOfTheirDigests) {
  for (const int count : {12, 13, 100}) {
    std::string forward;
    std::string backward;
    for (int i = 0; i < count; ++i) {
      const std::string file = File(absl::StrCat("f", i), absl::StrCat(i));
      forward = forward + file;
      backward = file + backward;
    }
    EXPECT_EQ(*Sum(forward), *Sum(backward)) << count;
  }
}

TEST(TarSumTest, JsonCountsByteForByte) {
  EXPECT_NE(*Sum(TarEnd(), "{}"), *Sum(TarEnd(), "{} "));
  EXPECT_EQ(*Sum(TarEnd(), ""),
            "tarsum+sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(TarSumTest, OwnersNamesDoNotCount) {
  EXPECT_EQ(*Sum(TestTar("f").Block()), *Sum(TestTar("f").Bytes(265, "u").Bytes(297, "g").Block()));
}

TEST(TarSumTest, PiecesMakeNoDifference) {
  const std::string layer = File("a", std::string(1000, 'x')) + File("b", "2") + TarEnd();
  TarSum sum;
  for (const char& byte : layer) ASSERT_TRUE(sum.Write(absl::string_view(&byte, 1)).ok());
  EXPECT_EQ(*sum.Finish(kJson), *Sum(layer));
}

void ExpectRefused(absl::string_view layer) {
  const auto sum = Sum(layer);
  EXPECT_EQ(sum.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(sum.status()), Reason::kFieldInvalid);
}

TEST(TarSumTest, RefusesWhatTheReferenceRefuses) {
  ExpectRefused("\x1f\x8b");                           // Compressed.
  ExpectRefused(File("f", "x").substr(0, 512));        // Cut off,
  ExpectRefused(File("f", "x").substr(0, 600 - 200));  // anywhere.
  ExpectRefused(File("f/", "x") + TarEnd());           // Can be read, not written.
}

TEST(TarSumTest, EntriesAreBounded) {
  TarSum sum(/*max_entries=*/2);
  EXPECT_TRUE(sum.Write(File("a", "") + File("b", "")).ok());
  EXPECT_FALSE(sum.Write(File("c", "")).ok());
  EXPECT_FALSE(sum.Finish(kJson).ok());
}

}  // namespace
}  // namespace registryd
