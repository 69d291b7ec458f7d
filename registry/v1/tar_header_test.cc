#include "registry/v1/tar_header.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/v1/test_tar.h"

namespace registryd {
namespace {

struct NumberCase {
  const char* name;
  std::string field;
  std::optional<int64_t> want;
};

std::string Field(absl::string_view bytes, size_t size) {
  std::string field(bytes);
  field.resize(size);
  return field;
}

class TarNumberTest : public testing::TestWithParam<NumberCase> {};

TEST_P(TarNumberTest, Parses) { EXPECT_EQ(ParseTarNumber(GetParam().field), GetParam().want); }

INSTANTIATE_TEST_SUITE_P(Octal, TarNumberTest,
                         testing::Values(NumberCase{"Digits", Field("0000644", 8), 0644},
                                         NumberCase{"WithoutNul", "77777777", 077777777},
                                         NumberCase{"Longest", "777777777777", 0777777777777},
                                         NumberCase{"Empty", "", 0},
                                         NumberCase{"Nuls", Field("", 8), 0},
                                         NumberCase{"Spaces", "        ", 0},
                                         NumberCase{"SpacesAround", "  17 ", 017},
                                         NumberCase{"NulsBefore",
                                                    std::string("\0\0"
                                                                "12",
                                                                4),
                                                    012},
                                         NumberCase{"EndsAtNul",
                                                    std::string("12\0"
                                                                "99",
                                                                5),
                                                    012},
                                         NumberCase{"Eight", Field("8", 8), std::nullopt},
                                         NumberCase{"Minus", Field("-1", 8), std::nullopt},
                                         NumberCase{"Plus", Field("+1", 8), std::nullopt},
                                         NumberCase{"SpaceWithin", Field("1 2", 8), std::nullopt},
                                         NumberCase{"Hex", Field("0x1", 8), std::nullopt}),
                         [](const auto& c) { return std::string(c.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Base256, TarNumberTest,
    testing::Values(
        NumberCase{"Zero", Field("\x80", 8), 0},
        NumberCase{"One", std::string("\x80\0\0\0\0\0\0\1", 8), 1},
        NumberCase{"MinusOne", std::string(8, '\xff'), -1},
        NumberCase{"MostOf8", "\xbf" + std::string(7, '\xff'), 0x3fffffffffffffff},
        NumberCase{"LeastOf8", Field("\xc0", 8), -0x4000000000000000},
        NumberCase{"Most", std::string("\x80\0\0\0\x7f", 5) + std::string(7, '\xff'),
                   std::numeric_limits<int64_t>::max()},
        NumberCase{"Least", std::string("\xff\xff\xff\xff\x80", 5) + Field("", 7),
                   std::numeric_limits<int64_t>::min()},
        NumberCase{"TooLarge", std::string("\x80\0\0\0\x80", 5) + Field("", 7), std::nullopt},
        NumberCase{"TooSmall", std::string("\xff\xff\xff\xff\x7f", 5) + Field("", 7), std::nullopt},
        NumberCase{"FarTooLarge", std::string("\x80\1", 2) + Field("", 10), std::nullopt}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(TarBlockTest, ReadsEveryField) {
  const auto header = ParseTarBlock(TestTar("bin/sh", '3')
                                        .Mode(04755)
                                        .Size(7)
                                        .Mtime(1234)
                                        .Linkname("target")
                                        .Bytes(108, "0000017")
                                        .Bytes(116, "0000020")
                                        .Bytes(265, "root")
                                        .Bytes(297, "wheel")
                                        .Bytes(329, "0000005")
                                        .Bytes(337, "0000006")
                                        .Block());
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->name, "bin/sh");
  EXPECT_EQ(header->typeflag, '3');
  EXPECT_EQ(header->mode, 04755);
  EXPECT_EQ(header->size, 7);
  EXPECT_EQ(header->mtime, 1234);
  EXPECT_EQ(header->linkname, "target");
  EXPECT_EQ(header->uid, 017);
  EXPECT_EQ(header->gid, 020);
  EXPECT_EQ(header->uname, "root");
  EXPECT_EQ(header->gname, "wheel");
  EXPECT_EQ(header->devmajor, 5);
  EXPECT_EQ(header->devminor, 6);
}

TEST(TarBlockTest, NamesMayFillTheirFields) {
  const std::string name(100, 'n');
  const std::string linkname(100, 'l');
  const auto header = ParseTarBlock(TestTar(name).Linkname(linkname).Block());
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->name, name);
  EXPECT_EQ(header->linkname, linkname);
}

struct FlavourCase {
  const char* name;
  TestTar block;
  std::string want_name;
  unsigned want_formats;
};

class TarFlavourTest : public testing::TestWithParam<FlavourCase> {};

TEST_P(TarFlavourTest, NameAndFormats) {
  const auto header = ParseTarBlock(GetParam().block.Block());
  ASSERT_TRUE(header.ok()) << header.status();
  EXPECT_EQ(header->name, GetParam().want_name);
  EXPECT_EQ(header->formats, GetParam().want_formats);
}

// Numbers of ustar end in NUL, those of devices included, or it is not POSIX's.
TestTar Ustar() { return TestTar("f"); }
TestTar Gnu() { return TestTar("f").Magic(kGnu); }

INSTANTIATE_TEST_SUITE_P(
    All, TarFlavourTest,
    testing::Values(
        FlavourCase{"V7", TestTar("f").Magic(kV7).Bytes(345, "p"), "f", kTarNoFormat},
        FlavourCase{"UnknownMagic", TestTar("f").Magic("ustar12x").Bytes(345, "p"), "f",
                    kTarNoFormat},
        FlavourCase{"Ustar", Ustar(), "f", kTarUstar | kTarPax},
        FlavourCase{"UstarOfAnyVersion", Ustar().Bytes(263, "xx"), "f", kTarUstar | kTarPax},
        FlavourCase{"UstarPrefix", Ustar().Bytes(345, "p/q"), "p/q/f", kTarUstar | kTarPax},
        FlavourCase{"UstarNotAscii", Ustar().Bytes(0, "\xc3\xa9"), "\xc3\xa9", kTarNoFormat},
        FlavourCase{"UstarNumberWithoutNul", Ustar().Bytes(100, "00000644"), "f", kTarNoFormat},
        FlavourCase{"Schily", Ustar().Bytes(345, "p").Bytes(508, absl::string_view("tar\0", 4)),
                    "p/f", kTarNoFormat},
        FlavourCase{"Gnu", Gnu(), "f", kTarGnu},
        FlavourCase{"GnuTimes", Gnu().Bytes(345, "00000000001").Bytes(357, "00000000001"), "f",
                    kTarGnu},
        FlavourCase{"GnuPrefixForTimes", Gnu().Bytes(345, "prefix"), "prefix/f", kTarNoFormat},
        FlavourCase{"GnuNeitherPrefixNorTimes", Gnu().Bytes(345, "pr\xc3\xa9"), "f", kTarNoFormat}),
    [](const auto& c) { return std::string(c.param.name); });

TEST(TarBlockTest, RefusesWhatIsNoNumber) {
  for (const size_t field : {100, 108, 116, 124, 136, 329, 337}) {
    const auto header = ParseTarBlock(TestTar("f").Bytes(field, "9").Block());
    EXPECT_EQ(header.status().code(), absl::StatusCode::kInvalidArgument) << field;
    EXPECT_EQ(ReasonOf(header.status()), Reason::kFieldInvalid) << field;
  }
}

TEST(TarBlockTest, DevicesOfV7AreNotLookedAt) {
  EXPECT_TRUE(ParseTarBlock(TestTar("f").Magic(kV7).Bytes(329, "9").Block()).ok());
}

TEST(TarBlockTest, ChecksumOfSignedBytes) {
  // Each of the 4 bytes counts 256 less.
  std::string block = TestTar("\xc3\xa9\xc3\xa9").Block();
  const int64_t sum = *ParseTarNumber(block.substr(148, 8)) - 4 * 256;
  for (size_t i = 0; i < 6; ++i) {
    block[148 + i] = static_cast<char>('0' + ((sum >> (3 * (5 - i))) & 7));
  }
  EXPECT_TRUE(ParseTarBlock(block).ok());
}

TEST(TarBlockTest, EveryByteCountsInTheChecksum) {
  const std::string good = TestTar("f").Block();
  ASSERT_TRUE(ParseTarBlock(good).ok());
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    // What follows the NUL of the checksum is no part of it.
    EXPECT_EQ(ParseTarBlock(bad).ok(), i == 155) << i;
  }
}

TEST(TarHeaderTest, HeaderOnlyTypes) {
  for (int type = 0; type < 256; ++type) {
    const bool want = type >= '1' && type <= '6';
    EXPECT_EQ(IsTarHeaderOnly(static_cast<char>(type)), want) << type;
  }
}

}  // namespace
}  // namespace registryd
