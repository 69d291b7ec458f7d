#include "registry/v1/tar_sparse.h"

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/v1/test_tar.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::FieldsAre;
using testing::IsEmpty;

PaxRecords Records(const std::string& body) { return *ParsePaxRecords(body); }

std::string Version(absl::string_view major, absl::string_view minor) {
  return PaxRecord("GNU.sparse.major", major) + PaxRecord("GNU.sparse.minor", minor);
}

// A map of 1.0, of which `text` is the beginning.
absl::Status ReadText(const std::string& text, SparseMapReader& reader) {
  TarHeader header;
  const absl::StatusOr<bool> started = reader.StartPax(Records(Version("1", "0")), header);
  if (!started.ok()) return started.status();
  const std::string blocks = Padded(text);
  for (size_t at = 0; at < blocks.size() && reader.wants_block(); at += kTarBlockSize) {
    const absl::Status status =
        reader.AddBlock(absl::string_view(blocks).substr(at, kTarBlockSize));
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

TEST(SparseMapTest, NoneWithoutRecords) {
  SparseMapReader reader;
  TarHeader header;
  for (const std::string& body :
       {std::string(), PaxRecord("path", "a"), Version("2", "0"), Version("1", "1"),
        Version("", "1"), PaxRecord("GNU.sparse.name", "a"), PaxRecord("GNU.sparse.map", "")}) {
    const absl::StatusOr<bool> started = reader.StartPax(Records(body), header);
    ASSERT_TRUE(started.ok()) << body;
    EXPECT_FALSE(*started) << body;
    EXPECT_EQ(header.name, "") << body;
  }
}

TEST(SparseMapTest, RecordSetsNameAndSize) {
  const std::string map = PaxRecord("GNU.sparse.map", "0,5,10,2") +
                          PaxRecord("GNU.sparse.numblocks", "2") +
                          PaxRecord("GNU.sparse.name", "real");
  for (const std::string& body :
       {map + PaxRecord("GNU.sparse.size", "20"), map + PaxRecord("GNU.sparse.realsize", "20"),
        map + PaxRecord("GNU.sparse.size", "20") + Version("0", "0"),
        map + PaxRecord("GNU.sparse.size", "20") + Version("0", "1")}) {
    SparseMapReader reader;
    TarHeader header;
    const absl::StatusOr<bool> started = reader.StartPax(Records(body), header);
    ASSERT_TRUE(started.ok()) << started.status();
    EXPECT_TRUE(*started);
    EXPECT_FALSE(reader.wants_block());
    EXPECT_EQ(header.name, "real");
    EXPECT_EQ(header.size, 20);
    const auto fragments = reader.Finish(header.size);
    ASSERT_TRUE(fragments.ok());
    EXPECT_THAT(*fragments, ElementsAre(FieldsAre(0, 5), FieldsAre(10, 2)));
  }
}

TEST(SparseMapTest, BadRecordsAreRefused) {
  const std::string two = PaxRecord("GNU.sparse.numblocks", "2");
  for (const std::string& body :
       {PaxRecord("GNU.sparse.map", "0,5"), two + PaxRecord("GNU.sparse.map", "0,5"),
        two + PaxRecord("GNU.sparse.map", "0,5,7"), two + PaxRecord("GNU.sparse.map", "0,5,7,"),
        two + PaxRecord("GNU.sparse.map", "0,5,7,x"), two + Version("0", "1"),
        PaxRecord("GNU.sparse.numblocks", "-1") + PaxRecord("GNU.sparse.map", "0,5"),
        PaxRecord("GNU.sparse.numblocks", "9223372036854775807") + Version("0", "1"),
        PaxRecord("GNU.sparse.numblocks", "0") + PaxRecord("GNU.sparse.size", "x") +
            Version("0", "1")}) {
    SparseMapReader reader;
    TarHeader header;
    EXPECT_FALSE(reader.StartPax(Records(body), header).ok()) << body;
  }
}

TEST(SparseMapTest, NothingButAHole) {
  SparseMapReader reader;
  TarHeader header;
  const std::string body = PaxRecord("GNU.sparse.numblocks", "0") + Version("0", "1");
  ASSERT_TRUE(*reader.StartPax(Records(body), header));
  EXPECT_THAT(*reader.Finish(100), IsEmpty());
}

TEST(SparseMapTest, TextEndsWithTheBlockOfItsLastLine) {
  SparseMapReader reader;
  ASSERT_TRUE(ReadText("2\n0\n5\n10\n2\n", reader).ok());
  EXPECT_FALSE(reader.wants_block());
  EXPECT_TRUE(reader.is_in_data());
  EXPECT_THAT(*reader.Finish(20), ElementsAre(FieldsAre(0, 5), FieldsAre(10, 2)));
}

TEST(SparseMapTest, TextOverManyBlocks) {
  std::string text = absl::StrCat(1000, "\n");
  for (int i = 0; i < 1000; ++i) absl::StrAppend(&text, 10 * i, "\n", 5, "\n");
  SparseMapReader reader;
  ASSERT_TRUE(ReadText(text, reader).ok());
  EXPECT_FALSE(reader.wants_block());
  EXPECT_EQ(reader.Finish(10000)->size(), 1000);
}

TEST(SparseMapTest, BadTextIsRefused) {
  for (const char* text : {"x\n", "-1\n", "\n", "9223372036854775808\n", "4611686018427387904\n",
                           "1\n0\nx\n", "1\n\n5\n"}) {
    SparseMapReader reader;
    EXPECT_FALSE(ReadText(text, reader).ok()) << text;
  }
}

TEST(SparseMapTest, TextIsBounded) {
  SparseMapReader reader;
  EXPECT_TRUE(ReadText(std::string(kMaxTarExtension, '0'), reader).ok());
  EXPECT_TRUE(reader.wants_block());
  EXPECT_FALSE(reader.AddBlock(std::string(kTarBlockSize, '0')).ok());
}

std::string OldEntry(absl::string_view offset, absl::string_view length) {
  std::string entry(24, '\0');
  entry.replace(0, offset.size(), offset.data(), offset.size());
  entry.replace(12, length.size(), length.data(), length.size());
  return entry;
}

TestTar OldBlock() { return TestTar("f", kTarGnuSparse).Magic(kGnu).Bytes(483, "00000000024"); }

TEST(SparseMapTest, OldMapInTheBlock) {
  SparseMapReader reader;
  TarHeader header;
  const std::string block = OldBlock().Bytes(386, OldEntry("0", "5") + OldEntry("12", "2")).Block();
  ASSERT_TRUE(reader.StartOld(block, header).ok());
  EXPECT_EQ(header.size, 20);
  EXPECT_FALSE(reader.wants_block());
  EXPECT_THAT(*reader.Finish(20), ElementsAre(FieldsAre(0, 5), FieldsAre(10, 2)));
}

TEST(SparseMapTest, OldMapGoesOnInBlocksOutsideTheData) {
  SparseMapReader reader;
  TarHeader header;
  ASSERT_TRUE(reader.StartOld(OldBlock().Bytes(482, "\1").Block(), header).ok());
  EXPECT_TRUE(reader.wants_block());
  EXPECT_FALSE(reader.is_in_data());
  std::string block = Padded(OldEntry("1", "2"));
  block[504] = '\1';
  ASSERT_TRUE(reader.AddBlock(block).ok());
  EXPECT_TRUE(reader.wants_block());
  ASSERT_TRUE(reader.AddBlock(Padded(OldEntry("4", "1"))).ok());
  EXPECT_FALSE(reader.wants_block());
  EXPECT_THAT(*reader.Finish(20), ElementsAre(FieldsAre(1, 2), FieldsAre(4, 1)));
}

TEST(SparseMapTest, OldMapIsBounded) {
  SparseMapReader reader;
  TarHeader header;
  ASSERT_TRUE(reader.StartOld(OldBlock().Bytes(482, "\1").Block(), header).ok());
  std::string block(kTarBlockSize, '\0');
  block[504] = '\1';
  size_t blocks = 0;
  while (blocks < kMaxTarExtension && reader.AddBlock(block).ok()) ++blocks;
  // With the 97 bytes of the first it stays below.
  EXPECT_EQ(blocks, kMaxTarExtension / kTarBlockSize - 1);
}

TEST(SparseMapTest, BadOldMapsAreRefused) {
  TarHeader header;
  for (const TestTar& block :
       {OldBlock().Magic(kUstar), OldBlock().Bytes(483, "x"),
        OldBlock().Bytes(386, OldEntry("x", "1")), OldBlock().Bytes(386, OldEntry("1", "x"))}) {
    SparseMapReader reader;
    EXPECT_FALSE(reader.StartOld(block.Block(), header).ok());
  }
}

TEST(SparseMapTest, FragmentsMustBeInOrderWithinTheFile) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  struct {
    const char* map;
    int64_t size;
    bool want;
  } cases[] = {
      {"1\n0\n20\n", 20, true},
      {"1\n0\n21\n", 20, false},
      {"1\n20\n0\n", 20, true},
      {"1\n21\n0\n", 20, false},
      {"2\n0\n5\n5\n5\n", 20, true},
      {"2\n0\n5\n4\n5\n", 20, false},
      {"2\n5\n5\n0\n5\n", 20, false},
      {"1\n-1\n5\n", 20, false},
      {"1\n5\n-1\n", 20, false},
      {"1\n1\n9223372036854775807\n", kMost, false},
      {"1\n0\n9223372036854775807\n", kMost, true},
      {"0\n", 0, true},
      {"0\n", -1, false},
  };
  for (const auto& c : cases) {
    SparseMapReader reader;
    ASSERT_TRUE(ReadText(c.map, reader).ok()) << c.map;
    EXPECT_EQ(reader.Finish(c.size).ok(), c.want) << c.map;
  }
}

}  // namespace
}  // namespace registryd
