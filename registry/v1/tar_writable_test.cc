#include "registry/v1/tar_writable.h"

#include <cstdint>
#include <string>

#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// A file that every format takes, and what a case makes of it.
template <typename Change>
TarHeader Header(Change change) {
  TarHeader header;
  header.typeflag = kTarFile;
  header.name = "f";
  change(header);
  return header;
}

struct Case {
  const char* name;
  TarHeader header;
  bool want;
};

class TarWritableTest : public testing::TestWithParam<Case> {};

TEST_P(TarWritableTest, AsTheReference) {
  const absl::Status status = CheckTarWritable(GetParam().header);
  EXPECT_EQ(status.ok(), GetParam().want) << status;
  if (!GetParam().want) {
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
  }
}

constexpr auto kCaseName = [](const auto& c) { return std::string(c.param.name); };

INSTANTIATE_TEST_SUITE_P(
    Names, TarWritableTest,
    testing::Values(Case{"Plain", Header([](TarHeader&) {}), true},
                    Case{"Empty", Header([](TarHeader& h) { h.name = ""; }), true},
                    Case{"FileWithSlash", Header([](TarHeader& h) { h.name = "f/"; }), false},
                    Case{"DirectoryWithSlash", Header([](TarHeader& h) {
                           h.name = "f/";
                           h.typeflag = kTarDirectory;
                         }),
                         true},
                    Case{"FifoWithSlash", Header([](TarHeader& h) {
                           h.name = "f/";
                           h.typeflag = kTarFifo;
                         }),
                         false},
                    Case{"LinkWithSlash", Header([](TarHeader& h) {
                           h.name = "f/";
                           h.typeflag = '1';
                         }),
                         true},
                    Case{"Nul", Header([](TarHeader& h) { h.name = std::string("a\0b", 3); }),
                         false},
                    Case{"NotAsciiOfUstar", Header([](TarHeader& h) {
                           h.name = "\xc3\xa9";
                           h.formats = kTarUstar;
                         }),
                         false},
                    Case{"NotAsciiOfGnu", Header([](TarHeader& h) {
                           h.name = "\xc3\xa9";
                           h.formats = kTarGnu;
                         }),
                         true}),
    kCaseName);

TarHeader LongUstarName(const std::string& name) {
  return Header([&](TarHeader& h) {
    h.name = name;
    h.formats = kTarUstar;
    h.typeflag = kTarDirectory;
  });
}

INSTANTIATE_TEST_SUITE_P(
    SplitNames, TarWritableTest,
    testing::Values(Case{"Longest",
                         LongUstarName(std::string(155, 'p') + "/" + std::string(100, 'n')), true},
                    Case{"PrefixTooLong", LongUstarName(std::string(156, 'p') + "/n"), false},
                    Case{"NameTooLong", LongUstarName("p/" + std::string(101, 'n')), false},
                    Case{"NoSlash", LongUstarName(std::string(101, 'n')), false},
                    Case{"OnlyLeadingSlash", LongUstarName("/" + std::string(100, 'n')), false},
                    Case{"SlashAtEnd", LongUstarName("p/" + std::string(99, 'n') + "/"), true},
                    Case{"OnlySlashAtEnd", LongUstarName(std::string(120, 'n') + "/"), false}),
    kCaseName);

INSTANTIATE_TEST_SUITE_P(
    Numbers, TarWritableTest,
    testing::Values(
        Case{"LargestOctalMode", Header([](TarHeader& h) {
               h.mode = 07777777;
               h.formats = kTarUstar;
             }),
             true},
        Case{"ModeTooLargeForUstar", Header([](TarHeader& h) {
               h.mode = 010000000;
               h.formats = kTarUstar;
             }),
             false},
        Case{"ModeTooLargeForPax", Header([](TarHeader& h) {
               h.mode = 010000000;
               h.formats = kTarPax;
             }),
             false},
        Case{"ModeForGnu", Header([](TarHeader& h) { h.mode = 010000000; }), true},
        Case{"LargestModeForGnu", Header([](TarHeader& h) { h.mode = (int64_t{1} << 56) - 1; }),
             true},
        Case{"ModeTooLargeForAll", Header([](TarHeader& h) { h.mode = int64_t{1} << 56; }), false},
        Case{"SmallestModeForGnu", Header([](TarHeader& h) { h.mode = -(int64_t{1} << 56); }),
             true},
        Case{"ModeTooSmallForAll", Header([](TarHeader& h) { h.mode = -(int64_t{1} << 56) - 1; }),
             false},
        Case{"UidOnlyForPax", Header([](TarHeader& h) { h.uid = int64_t{1} << 56; }), true},
        Case{"UidForPaxButModeForGnu", Header([](TarHeader& h) {
               h.uid = int64_t{1} << 56;
               h.mode = -1;
             }),
             false},
        Case{"DeviceForGnuButRecordsForPax", Header([](TarHeader& h) {
               h.devmajor = -1;
               h.has_pax_records = true;
             }),
             false},
        Case{"TimeBefore1970OfUstar", Header([](TarHeader& h) {
               h.mtime = -1;
               h.formats = kTarUstar;
             }),
             false},
        Case{"NoTimeOfUstar", Header([](TarHeader& h) {
               h.mtime = kTarNoTime;
               h.formats = kTarUstar;
             }),
             true}),
    kCaseName);

TarHeader PaxOfSize(size_t name, size_t others) {
  return Header([&](TarHeader& h) {
    h.name = std::string(name, 'n');
    h.has_pax_records = true;
    h.other_pax_bytes = others;
  });
}

// "1048576 path=" and a newline go with the name.
constexpr size_t kLargestName = kMaxTarExtension - 14;

INSTANTIATE_TEST_SUITE_P(Extensions, TarWritableTest,
                         testing::Values(Case{"LargestRecord", PaxOfSize(kLargestName, 0), true},
                                         Case{"RecordTooLarge", PaxOfSize(kLargestName + 1, 0),
                                              false},
                                         Case{"RecordsTooLarge", PaxOfSize(kLargestName, 1), false},
                                         Case{"GnuKnowsNoLimit", Header([](TarHeader& h) {
                                                h.name = std::string(kMaxTarExtension, 'n');
                                                h.formats = kTarGnu;
                                              }),
                                              true}),
                         kCaseName);

}  // namespace
}  // namespace registryd
