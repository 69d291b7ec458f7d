#ifndef REGISTRYD_REGISTRY_V1_TAR_HEADER_H_
#define REGISTRYD_REGISTRY_V1_TAR_HEADER_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd {

// Archives are made of blocks of this size.
inline constexpr size_t kTarBlockSize = 512;

// The most that a header may take beyond its block: names and records of extended
// headers, maps of sparse files.
inline constexpr size_t kMaxTarExtension = size_t{1} << 20;

// The flavours of tar, one bit each: which of them an entry conforms to.
enum TarFormat : unsigned {
  kTarNoFormat = 0,
  kTarUstar = 1,
  kTarPax = 2,
  kTarGnu = 4,
  kTarAnyFormat = kTarUstar | kTarPax | kTarGnu,
};

// What `typeflag` tells of an entry. Others are files.
inline constexpr char kTarLegacyFile = '\0';
inline constexpr char kTarFile = '0';
inline constexpr char kTarCharacterDevice = '3';
inline constexpr char kTarBlockDevice = '4';
inline constexpr char kTarDirectory = '5';
inline constexpr char kTarFifo = '6';
inline constexpr char kTarPaxHeader = 'x';
inline constexpr char kTarPaxGlobalHeader = 'g';
inline constexpr char kTarGnuSparse = 'S';
inline constexpr char kTarGnuLongName = 'L';
inline constexpr char kTarGnuLongLink = 'K';

// The mtime of a header that has none: Go's zero time, the first of January of year 1.
inline constexpr int64_t kTarNoTime = -62135596800;

// One entry, as Go's archive/tar reads it.
struct TarHeader {
  char typeflag = kTarLegacyFile;
  std::string name;
  std::string linkname;
  int64_t size = 0;  // Bytes; of a sparse file with its holes. Of links and the like, anything.
  int64_t mode = 0;
  int64_t uid = 0;
  int64_t gid = 0;
  int64_t mtime = 0;  // Seconds since 1970, rounded down.
  std::string uname;
  std::string gname;
  int64_t devmajor = 0;
  int64_t devminor = 0;

  unsigned formats = kTarNoFormat;  // Those of TarFormat.
  // An extended header (POSIX pax) had records for this entry,
  bool has_pax_records = false;
  // of which those that are no field of this struct take so many bytes.
  size_t other_pax_bytes = 0;
};

// Links, devices, directories, FIFOs: no data follows, whatever `size` says.
bool IsTarHeaderOnly(char typeflag);

// Whether the block that is `kTarBlockSize` long has the magic of GNU tar.
bool IsGnuTarBlock(absl::string_view block);

// A number in octal, or in base 256 if the first bit is set. Nothing but NULs and spaces
// is 0. nullopt if it is no number or too large.
std::optional<int64_t> ParseTarNumber(absl::string_view field);

// The fields of a block of `kTarBlockSize` bytes: of V7, POSIX ustar, GNU or Schily's tar.
// INVALID_ARGUMENT (FIELD_INVALID) if its checksum is wrong or a number is none.
absl::StatusOr<TarHeader> ParseTarBlock(absl::string_view block);

// The error of everything that is wrong with an archive.
absl::Status InvalidLayer(absl::string_view what);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_TAR_HEADER_H_
