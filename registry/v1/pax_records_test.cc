#include "registry/v1/pax_records.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/v1/test_tar.h"

namespace registryd {
namespace {

constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();

struct TextCase {
  const char* name;
  absl::string_view text;
  std::optional<int64_t> want;
};

class PaxNumberTest : public testing::TestWithParam<TextCase> {};

TEST_P(PaxNumberTest, Parses) { EXPECT_EQ(ParsePaxNumber(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    All, PaxNumberTest,
    testing::Values(
        TextCase{"Zero", "0", 0}, TextCase{"LeadingZeros", "007", 7}, TextCase{"Plus", "+7", 7},
        TextCase{"Minus", "-7", -7}, TextCase{"Most", "9223372036854775807", kMost},
        TextCase{"Least", "-9223372036854775808", kLeast},
        TextCase{"TooLarge", "9223372036854775808", std::nullopt},
        TextCase{"TooSmall", "-9223372036854775809", std::nullopt},
        TextCase{"Empty", "", std::nullopt}, TextCase{"OnlyPlus", "+", std::nullopt},
        TextCase{"OnlyMinus", "-", std::nullopt}, TextCase{"PlusMinus", "+-1", std::nullopt},
        TextCase{"PlusPlus", "++1", std::nullopt}, TextCase{"SpaceBefore", " 1", std::nullopt},
        TextCase{"SpaceAfter", "1 ", std::nullopt}, TextCase{"Underscore", "1_0", std::nullopt},
        TextCase{"Hex", "0x1", std::nullopt},
        TextCase{"Nul", absl::string_view("1\0", 2), std::nullopt}),
    [](const auto& c) { return std::string(c.param.name); });

class PaxTimeTest : public testing::TestWithParam<TextCase> {};

TEST_P(PaxTimeTest, RoundsDown) { EXPECT_EQ(ParsePaxTime(GetParam().text), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(
    All, PaxTimeTest,
    testing::Values(
        TextCase{"Whole", "12", 12}, TextCase{"Fraction", "12.9", 12},
        TextCase{"PointAtEnd", "12.", 12}, TextCase{"Before1970", "-12", -12},
        TextCase{"FractionBefore1970", "-12.1", -13}, TextCase{"JustBefore1970", "-0.5", -1},
        TextCase{"ZeroFractionBefore1970", "-12.000", -12},
        TextCase{"NanosecondBefore1970", "-12.000000001", -13},
        TextCase{"BeyondNanoseconds", "-12.0000000009", -12},
        TextCase{"Wraps", "-9223372036854775808.1", kMost},
        TextCase{"NoSeconds", ".5", std::nullopt}, TextCase{"OnlyMinus", "-.5", std::nullopt},
        TextCase{"TwoPoints", "1.5.", std::nullopt}, TextCase{"Letter", "1.5x", std::nullopt},
        TextCase{"LetterBeyondNanoseconds", "1.000000000x", std::nullopt},
        TextCase{"SignInFraction", "1.-5", std::nullopt}, TextCase{"Empty", "", std::nullopt}),
    [](const auto& c) { return std::string(c.param.name); });

struct BadCase {
  const char* name;
  absl::string_view body;
};

class BadPaxRecordsTest : public testing::TestWithParam<BadCase> {};

TEST_P(BadPaxRecordsTest, AreRefused) {
  const auto records = ParsePaxRecords(GetParam().body);
  EXPECT_EQ(records.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(records.status()), Reason::kFieldInvalid);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadPaxRecordsTest,
    testing::Values(BadCase{"NoSpace", "abc"}, BadCase{"NoLength", " a=b\n"},
                    BadCase{"LengthNoNumber", "x a=b\n"}, BadCase{"LengthTooShort", "5 a=b\n"},
                    BadCase{"LengthTooLong", "7 a=b\n"}, BadCase{"LengthOfNothing", "4 a=\n"},
                    BadCase{"LengthWithinItself", "000006 a=b\n"}, BadCase{"Negative", "-6 a=b\n"},
                    BadCase{"LengthHuge", "9223372036854775807 a=b\n"},
                    BadCase{"LengthBeyondAnyNumber", "99999999999999999999 a=b\n"},
                    BadCase{"NoNewline", "6 a=bc"}, BadCase{"NoEquals", "6 abc\n"},
                    BadCase{"NoKey", "6 =bc\n"},
                    BadCase{"NulInKey", absl::string_view("7 a\0=b\n", 7)},
                    BadCase{"NulInPath", absl::string_view("11 path=a\0\n", 11)},
                    BadCase{"SecondIsBad", "6 a=b\n6 a=b"},
                    BadCase{"SparseOutOfTurn", "25 GNU.sparse.numbytes=1\n"},
                    BadCase{"SparseComma", "25 GNU.sparse.offset=1,2\n"}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(PaxRecordsTest, KnownAndOthers) {
  const std::string others = PaxRecord("comment", "hello") + PaxRecord("SCHILY.xattr.user.a", "b");
  const auto records = ParsePaxRecords(PaxRecord("path", "a=b") + others);
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->Find("path"), "a=b");
  EXPECT_EQ(records->Find("comment"), "");
  EXPECT_EQ(records->known.size(), 1);
  EXPECT_EQ(records->other_bytes, others.size());
  EXPECT_TRUE(records->any);
}

TEST(PaxRecordsTest, NoRecords) {
  const auto records = ParsePaxRecords("");
  ASSERT_TRUE(records.ok());
  EXPECT_FALSE(records->any);
}

TEST(PaxRecordsTest, TheLastOfAKeyCounts) {
  const auto records = ParsePaxRecords(PaxRecord("path", "a") + PaxRecord("path", "b"));
  ASSERT_TRUE(records.ok());
  EXPECT_EQ(records->Find("path"), "b");
}

TEST(PaxRecordsTest, LengthMayHaveASign) {
  const auto records = ParsePaxRecords("+10 path=a\n+11 path=bc\n");
  EXPECT_FALSE(records.ok());
  const auto counted = ParsePaxRecords("+11 path=a\n");
  ASSERT_TRUE(counted.ok());
  EXPECT_EQ(counted->Find("path"), "a");
}

TEST(PaxRecordsTest, PairsBecomeAMap) {
  const auto records =
      ParsePaxRecords(PaxRecord("GNU.sparse.offset", "0") + PaxRecord("GNU.sparse.numbytes", "5") +
                      PaxRecord("GNU.sparse.offset", "9") + PaxRecord("GNU.sparse.numbytes", "1"));
  ASSERT_TRUE(records.ok()) << records.status();
  EXPECT_EQ(records->Find("GNU.sparse.map"), "0,5,9,1");
}

TEST(MergePaxRecordsTest, WritesOverEveryField) {
  TarHeader header;
  header.name = "short";
  header.mode = 0644;
  const auto records =
      ParsePaxRecords(PaxRecord("path", "long") + PaxRecord("linkpath", "link") +
                      PaxRecord("uname", "u") + PaxRecord("gname", "g") + PaxRecord("uid", "1") +
                      PaxRecord("gid", "2") + PaxRecord("size", "3") + PaxRecord("mtime", "4.5") +
                      PaxRecord("atime", "5.5") + PaxRecord("ctime", "6.5"));
  ASSERT_TRUE(records.ok()) << records.status();
  ASSERT_TRUE(MergePaxRecords(*records, header).ok());
  EXPECT_EQ(header.name, "long");
  EXPECT_EQ(header.linkname, "link");
  EXPECT_EQ(header.uname, "u");
  EXPECT_EQ(header.gname, "g");
  EXPECT_EQ(header.uid, 1);
  EXPECT_EQ(header.gid, 2);
  EXPECT_EQ(header.size, 3);
  EXPECT_EQ(header.mtime, 4);
  EXPECT_EQ(header.mode, 0644);
  EXPECT_TRUE(header.has_pax_records);
}

TEST(MergePaxRecordsTest, AnEmptyValueChangesNothing) {
  for (const char* key : {"path", "linkpath", "uname", "uid", "size", "mtime", "atime"}) {
    TarHeader header;
    header.name = header.linkname = header.uname = "kept";
    header.uid = header.size = header.mtime = 7;
    const auto records = ParsePaxRecords(PaxRecord(key, ""));
    ASSERT_TRUE(records.ok()) << key;
    EXPECT_TRUE(MergePaxRecords(*records, header).ok()) << key;
    EXPECT_EQ(header.name + header.linkname + header.uname, "keptkeptkept") << key;
    EXPECT_EQ(header.uid + header.size + header.mtime, 21) << key;
  }
}

TEST(MergePaxRecordsTest, RefusesWhatIsNoNumberAndMergesTheRest) {
  for (const char* key : {"uid", "gid", "size", "mtime", "atime", "ctime"}) {
    TarHeader header;
    const auto records = ParsePaxRecords(PaxRecord(key, "x") + PaxRecord("path", "p"));
    ASSERT_TRUE(records.ok()) << key;
    const absl::Status status = MergePaxRecords(*records, header);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << key;
    EXPECT_EQ(header.name, "p") << key;
  }
}

}  // namespace
}  // namespace registryd
