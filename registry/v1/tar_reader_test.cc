#include "registry/v1/tar_reader.h"

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/v1/test_tar.h"

namespace registryd {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

class Recorder : public TarReader::Receiver {
 public:
  absl::Status OnEntry(const TarHeader& header) override {
    headers.push_back(header);
    data.emplace_back();
    return refusal;
  }
  void OnData(absl::string_view bytes) override { data.back().append(bytes.data(), bytes.size()); }

  std::vector<std::pair<std::string, std::string>> Files() const {
    std::vector<std::pair<std::string, std::string>> files;
    for (size_t i = 0; i < headers.size(); ++i) files.emplace_back(headers[i].name, data[i]);
    return files;
  }

  std::vector<TarHeader> headers;
  std::vector<std::string> data;
  absl::Status refusal;
};

// Reads `archive` in pieces of `piece` bytes.
absl::Status Read(absl::string_view archive, Recorder& recorder, size_t piece = 4096) {
  TarReader reader(recorder);
  for (size_t at = 0; at < archive.size(); at += piece) {
    const absl::Status status = reader.Write(archive.substr(at, piece));
    if (!status.ok()) return status;
  }
  return reader.Finish();
}

void ExpectRefused(absl::string_view archive) {
  Recorder recorder;
  const absl::Status status = Read(archive, recorder);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(status), "chunk");
}

std::string File(absl::string_view name, absl::string_view body) {
  return TestTar(name).With(body);
}

TEST(TarReaderTest, FilesOfAllSizesAroundABlock) {
  std::string archive;
  std::vector<std::pair<std::string, std::string>> want;
  for (const size_t size : {0, 1, 511, 512, 513, 1024, 5000}) {
    want.emplace_back(absl::StrCat("f", size), std::string(size, 'x'));
    archive += File(want.back().first, want.back().second);
  }
  Recorder recorder;
  ASSERT_TRUE(Read(archive + TarEnd(), recorder).ok());
  EXPECT_EQ(recorder.Files(), want);
}

TEST(TarReaderTest, PiecesOfAnySizeMakeNoDifference) {
  const std::string archive =
      PaxEntry(PaxRecord("path", "long")) + File("f", std::string(700, 'x')) +
      TestTar("L", 'L').With(std::string(600, 'n')) + File("g", "data") + TarEnd();
  Recorder whole;
  ASSERT_TRUE(Read(archive, whole, archive.size()).ok());
  for (const size_t piece : {1, 2, 3, 511, 512, 513, 1000}) {
    Recorder recorder;
    ASSERT_TRUE(Read(archive, recorder, piece).ok()) << piece;
    EXPECT_EQ(recorder.Files(), whole.Files()) << piece;
  }
}

TEST(TarReaderTest, DataIsPassedOnAsItComes) {
  Recorder recorder;
  TarReader reader(recorder);
  ASSERT_TRUE(reader.Write(TestTar("f").Size(int64_t{1} << 32).Block()).ok());
  ASSERT_TRUE(reader.Write("abc").ok());
  EXPECT_THAT(recorder.data, ElementsAre("abc"));
}

// What the archive is cut to, in bytes, and whether that is an end to the reference.
TEST(TarReaderTest, WhereAnArchiveMayEnd) {
  const std::string archive =
      PaxEntry(PaxRecord("path", "p")) + File("f", "12345") + TestTar("d", '5').Block() + TarEnd();
  // Block and records of the pax header, block and data of the file, the directory, zeros.
  const size_t pax_body = 512 + PaxRecord("path", "p").size();
  const size_t file_body = 1024 + 512 + 5;
  for (size_t size = 0; size <= archive.size(); ++size) {
    Recorder recorder;
    const bool is_block_begin = size % 512 == 0 && size != 512 && size != 1536;
    const bool is_padding = (size >= pax_body && size < 1024) || (size >= file_body && size < 2048);
    const absl::Status status = Read(archive.substr(0, size), recorder);
    EXPECT_EQ(status.ok(), is_block_begin || is_padding) << size;
    EXPECT_EQ(absl::StrContains(status.message(), "unexpected EOF"), !status.ok()) << size;
  }
}

TEST(TarReaderTest, WhatFollowsTheEndIsPassedOver) {
  Recorder recorder;
  EXPECT_TRUE(Read(File("f", "x") + TarEnd() + "garbage" + File("g", "y"), recorder).ok());
  EXPECT_THAT(recorder.Files(), ElementsAre(Pair("f", "x")));
}

TEST(TarReaderTest, OneBlockOfZerosIsAnEndOnlyAtTheEnd) {
  Recorder recorder;
  EXPECT_TRUE(Read(File("f", "x") + std::string(512, '\0'), recorder).ok());
  ExpectRefused(File("f", "x") + std::string(512, '\0') + File("g", "y") + TarEnd());
}

TEST(TarReaderTest, NoArchiveAtAll) {
  Recorder recorder;
  EXPECT_TRUE(Read("", recorder).ok());
  EXPECT_TRUE(Read(TarEnd(), recorder).ok());
  EXPECT_THAT(recorder.headers, IsEmpty());
  ExpectRefused("\x1f\x8b");
  ExpectRefused(std::string(1024, 'x'));
}

TEST(TarReaderTest, AnErrorStays) {
  Recorder recorder;
  TarReader reader(recorder);
  EXPECT_FALSE(reader.Write(std::string(512, 'x')).ok());
  EXPECT_FALSE(reader.Write(File("f", "x") + TarEnd()).ok());
  EXPECT_FALSE(reader.Finish().ok());
  EXPECT_THAT(recorder.headers, IsEmpty());
}

TEST(TarReaderTest, TheReceiverMayRefuse) {
  Recorder recorder;
  recorder.refusal = absl::AbortedError("enough");
  EXPECT_EQ(Read(File("f", "x") + File("g", "y") + TarEnd(), recorder), recorder.refusal);
  EXPECT_EQ(recorder.headers.size(), 1);
}

TEST(TarReaderTest, HeaderOnlyTypesHaveNoDataWhateverTheirSize) {
  for (const char type : {'1', '2', '3', '4', '5', '6'}) {
    Recorder recorder;
    const std::string archive = TestTar("l", type).Size(1000).Block() + File("f", "x") + TarEnd();
    ASSERT_TRUE(Read(archive, recorder).ok()) << type;
    EXPECT_EQ(recorder.headers[0].size, 1000) << type;
    EXPECT_THAT(recorder.Files(), ElementsAre(Pair("l", ""), Pair("f", "x"))) << type;
  }
}

TEST(TarReaderTest, SizeBelowZero) {
  const std::string below = "\xff" + std::string(11, '\xff');
  ExpectRefused(TestTar("f").Bytes(124, below).Block() + TarEnd());
  Recorder recorder;
  EXPECT_TRUE(Read(TestTar("d", '5').Bytes(124, below).Block() + TarEnd(), recorder).ok());
  EXPECT_EQ(recorder.headers[0].size, -1);
  ExpectRefused(PaxEntry(PaxRecord("size", "-1")) + File("f", "") + TarEnd());
}

TEST(TarReaderTest, LegacyTypeIsAFileOrADirectory) {
  Recorder recorder;
  // The directory's size counts for nothing.
  const std::string archive =
      TestTar("f", '\0').With("x") + TestTar("d/", '\0').Size(1000).Block() + TarEnd();
  ASSERT_TRUE(Read(archive, recorder).ok());
  EXPECT_EQ(recorder.headers[0].typeflag, '0');
  EXPECT_EQ(recorder.headers[1].typeflag, '5');
  EXPECT_THAT(recorder.Files(), ElementsAre(Pair("f", "x"), Pair("d/", "")));
}

TEST(TarReaderTest, ExtensionsAreForTheNextEntryOnly) {
  Recorder recorder;
  const std::string archive = PaxEntry(PaxRecord("path", "pax") + PaxRecord("uid", "7")) +
                              File("f", "x") + File("g", "y") + TestTar("", 'L').With("gnu") +
                              TestTar("", 'K').With(absl::string_view("link\0x", 6)) +
                              TestTar("h", '2').Block() + TestTar("i", '2').Block() + TarEnd();
  ASSERT_TRUE(Read(archive, recorder).ok());
  EXPECT_THAT(recorder.Files(),
              ElementsAre(Pair("pax", "x"), Pair("g", "y"), Pair("gnu", ""), Pair("i", "")));
  EXPECT_EQ(recorder.headers[0].uid, 7);
  EXPECT_EQ(recorder.headers[1].uid, 0);
  EXPECT_EQ(recorder.headers[2].linkname, "link");
  EXPECT_EQ(recorder.headers[3].linkname, "");
}

TEST(TarReaderTest, TheLastExtensionCountsAndGnuNamesGoFirst) {
  Recorder recorder;
  const std::string archive = PaxEntry(PaxRecord("path", "a") + PaxRecord("gid", "7")) +
                              PaxEntry(PaxRecord("path", "b")) + File("f", "") +
                              TestTar("", 'L').With("long") + PaxEntry(PaxRecord("path", "pax")) +
                              File("f", "") + TestTar("", 'L').With("long") +
                              TestTar("", 'L').With("") + File("f", "") + TarEnd();
  ASSERT_TRUE(Read(archive, recorder).ok());
  EXPECT_THAT(recorder.Files(), ElementsAre(Pair("b", ""), Pair("long", ""), Pair("f", "")));
  EXPECT_EQ(recorder.headers[0].gid, 0);
}

TEST(TarReaderTest, PaxSizeCounts) {
  Recorder recorder;
  const std::string archive =
      PaxEntry(PaxRecord("size", "5")) + TestTar("f").Block() + Padded("12345") + TarEnd();
  ASSERT_TRUE(Read(archive, recorder).ok());
  EXPECT_THAT(recorder.Files(), ElementsAre(Pair("f", "12345")));
}

TEST(TarReaderTest, GlobalHeaderIsAnEntryOfItsOwn) {
  Recorder recorder;
  const std::string records = PaxRecord("path", "global") + PaxRecord("uid", "7");
  const std::string archive = PaxEntry(PaxRecord("path", "lost")) +
                              TestTar("g", 'g').Mode(0644).Mtime(5).With(records) + File("f", "x") +
                              TarEnd();
  ASSERT_TRUE(Read(archive, recorder).ok());
  EXPECT_THAT(recorder.Files(), ElementsAre(Pair("global", ""), Pair("f", "x")));
  EXPECT_EQ(recorder.headers[0].typeflag, 'g');
  EXPECT_EQ(recorder.headers[0].mtime, kTarNoTime);
  EXPECT_EQ(recorder.headers[0].mode, 0);
  EXPECT_EQ(recorder.headers[0].uid, 0);
  EXPECT_EQ(recorder.headers[0].size, 0);
  EXPECT_EQ(recorder.headers[1].uid, 0);
}

TEST(TarReaderTest, GlobalHeaderMayHaveBadNumbersButNotBadRecords) {
  Recorder recorder;
  EXPECT_TRUE(Read(TestTar("g", 'g').With(PaxRecord("uid", "x")) + TarEnd(), recorder).ok());
  ExpectRefused(TestTar("g", 'g').With("x") + TarEnd());
}

TEST(TarReaderTest, ExtensionsAreBoundedBeforeTheyCome) {
  for (const char type : {'x', 'g', 'L', 'K'}) {
    Recorder recorder;
    TarReader reader(recorder);
    EXPECT_TRUE(reader.Write(TestTar("", type).Size(kMaxTarExtension).Block()).ok()) << type;
    ExpectRefused(TestTar("", type).Size(kMaxTarExtension + 1).Block());
  }
}

TEST(TarReaderTest, FormatsAreWhatAllHeadersConformTo) {
  struct {
    const char* name;
    std::string archive;
    unsigned want;
  } cases[] = {
      {"ustar", File("f", ""), kTarUstar},
      {"gnu", TestTar("f").Magic(kGnu).Block(), kTarGnu},
      {"v7", TestTar("f").Magic(kV7).Block(), kTarNoFormat},
      {"pax", PaxEntry("") + File("f", ""), kTarPax},
      {"pax and gnu", PaxEntry("") + TestTar("f").Magic(kGnu).Block(), kTarNoFormat},
      {"long name in ustar", TestTar("", 'L').With("n") + File("f", ""), kTarNoFormat},
      {"long name in gnu",
       TestTar("", 'L').Magic(kGnu).With("n") + TestTar("f").Magic(kGnu).Block(), kTarGnu},
  };
  for (const auto& c : cases) {
    Recorder recorder;
    ASSERT_TRUE(Read(c.archive + TarEnd(), recorder).ok()) << c.name;
    EXPECT_EQ(recorder.headers.back().formats, c.want) << c.name;
  }
}

// Sparse files: 5 bytes, a hole up to 10, 2 bytes, a hole up to 16.
constexpr absl::string_view kStored = "12345AB";
constexpr absl::string_view kWhole("12345\0\0\0\0\0AB\0\0\0\0", 16);

std::string SparseRecords(absl::string_view size) {
  return PaxEntry(PaxRecord("GNU.sparse.map", "0,5,10,2") + PaxRecord("GNU.sparse.numblocks", "2") +
                  PaxRecord("GNU.sparse.size", size) + PaxRecord("GNU.sparse.name", "real"));
}

std::string SparseText(char type = '0') {
  return PaxEntry(PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0") +
                  PaxRecord("GNU.sparse.realsize", "16") + PaxRecord("GNU.sparse.name", "real")) +
         TestTar("f", type).With(absl::StrCat(Padded("2\n0\n5\n10\n2\n"), kStored));
}

std::string OldSparse() {
  TestTar block("real", kTarGnuSparse);
  block.Magic(kGnu).Bytes(483, "00000000020");
  block.Bytes(386, "0").Bytes(398, "5").Bytes(410, "12").Bytes(422, "2");
  return block.With(kStored);
}

TEST(TarReaderTest, SparseFilesAreReadWithTheirHoles) {
  for (const std::string& sparse :
       {SparseRecords("16") + File("f", kStored), SparseText(), OldSparse()}) {
    for (const size_t piece : {1, 4096}) {
      Recorder recorder;
      ASSERT_TRUE(Read(sparse + File("next", "x") + TarEnd(), recorder, piece).ok());
      EXPECT_THAT(recorder.Files(),
                  ElementsAre(Pair("real", std::string(kWhole)), Pair("next", "x")));
      EXPECT_EQ(recorder.headers[0].size, 16);
    }
  }
}

TEST(TarReaderTest, SparseFilesThatAreNot) {
  ExpectRefused(SparseRecords("16") + File("f", "12345A") + TarEnd());
  ExpectRefused(SparseRecords("16") + File("f", "12345ABC") + TarEnd());
  ExpectRefused(SparseRecords("11") + File("f", kStored) + TarEnd());
  ExpectRefused(SparseRecords("16") + TestTar("d", '5').Block() + TarEnd());
  ExpectRefused(SparseText('2') + TarEnd());
}

TEST(TarReaderTest, AMapThatTheDataCutsOff) {
  const std::string records =
      PaxEntry(PaxRecord("GNU.sparse.major", "1") + PaxRecord("GNU.sparse.minor", "0"));
  ExpectRefused(records + File("f", "0\n") + TarEnd());
  ExpectRefused(records + File("f", "") + TarEnd());
  ExpectRefused(records + File("f", std::string(512, '0')) + TarEnd());
}

TEST(TarReaderTest, HolesAreBounded) {
  class Counter : public TarReader::Receiver {
   public:
    absl::Status OnEntry(const TarHeader&) override { return absl::OkStatus(); }
    void OnData(absl::string_view bytes) override { count += bytes.size(); }
    int64_t count = 0;
  };
  const auto hole = [](int64_t size) {
    return PaxEntry(PaxRecord("GNU.sparse.major", "0") + PaxRecord("GNU.sparse.minor", "1") +
                    PaxRecord("GNU.sparse.numblocks", "0") +
                    PaxRecord("GNU.sparse.size", absl::StrCat(size))) +
           File("f", "");
  };
  Counter counter;
  TarReader reader(counter);
  ASSERT_TRUE(reader.Write(hole(1)).ok());
  ASSERT_TRUE(reader.Write(hole(TarReader::kMaxHoleBytes - 1)).ok());
  EXPECT_EQ(counter.count, TarReader::kMaxHoleBytes);
  EXPECT_FALSE(reader.Write(hole(1)).ok());
  EXPECT_EQ(counter.count, TarReader::kMaxHoleBytes);
  ExpectRefused(hole(std::numeric_limits<int64_t>::max()));
}

}  // namespace
}  // namespace registryd
