#include "registry/v1/tar_header.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// Where a field is within the block.
struct Field {
  size_t offset;
  size_t size;
};

constexpr Field kName = {0, 100};
constexpr Field kMode = {100, 8};
constexpr Field kUid = {108, 8};
constexpr Field kGid = {116, 8};
constexpr Field kSize = {124, 12};
constexpr Field kMtime = {136, 12};
constexpr Field kChecksum = {148, 8};
constexpr size_t kTypeflag = 156;
constexpr Field kLinkname = {157, 100};
constexpr Field kMagicAndVersion = {257, 8};
constexpr Field kUname = {265, 32};
constexpr Field kGname = {297, 32};
constexpr Field kDevmajor = {329, 8};
constexpr Field kDevminor = {337, 8};
// Of one flavour each:
constexpr Field kUstarPrefix = {345, 155};
constexpr Field kSchilyPrefix = {345, 131};
constexpr Field kSchilyAtime = {476, 12};
constexpr Field kSchilyCtime = {488, 12};
constexpr Field kSchilyTrailer = {508, 4};
constexpr Field kGnuAtime = {345, 12};
constexpr Field kGnuCtime = {357, 12};

constexpr absl::string_view kUstarMagic("ustar\0", 6);
constexpr absl::string_view kGnuMagicAndVersion("ustar  \0", 8);
constexpr absl::string_view kSchilyMagic("tar\0", 4);
constexpr absl::string_view kBlanks(" \0", 2);

enum class Flavour { kV7, kUstar, kSchily, kGnu };

bool IsAscii(absl::string_view text) {
  for (const char c : text) {
    if (!absl::ascii_isascii(static_cast<unsigned char>(c))) return false;
  }
  return true;
}

std::optional<int64_t> ParseOctal(absl::string_view field) {
  const size_t begin = field.find_first_not_of(kBlanks);
  if (begin == absl::string_view::npos) return 0;
  field = field.substr(begin, field.find_last_not_of(kBlanks) + 1 - begin);
  field = field.substr(0, field.find('\0'));
  int64_t number = 0;  // At most 12 digits of 3 bits.
  for (const char c : field) {
    if (c < '0' || c > '7') return std::nullopt;
    number = number * 8 + (c - '0');
  }
  return number;
}

// Two's complement with a first byte of 1, sign and 6 bits.
std::optional<int64_t> ParseBase256(absl::string_view field) {
  const uint8_t inversion = (field[0] & 0x40) != 0 ? 0xff : 0;
  uint64_t number = 0;
  for (size_t i = 0; i < field.size(); ++i) {
    uint8_t byte = static_cast<uint8_t>(field[i]) ^ inversion;
    if (i == 0) byte &= 0x7f;
    if (number >> 56 != 0) return std::nullopt;
    number = number << 8 | byte;
  }
  if (number >> 63 != 0) return std::nullopt;
  return static_cast<int64_t>(inversion != 0 ? ~number : number);
}

// Reads fields, and remembers whether one of them was not good.
class BlockReader {
 public:
  explicit BlockReader(absl::string_view block) : block_(block) {}

  absl::string_view Bytes(Field field) const { return block_.substr(field.offset, field.size); }

  std::string Text(Field field) const {
    const absl::string_view bytes = Bytes(field);
    return std::string(bytes.substr(0, bytes.find('\0')));
  }

  int64_t Number(Field field) {
    const std::optional<int64_t> number = ParseTarNumber(Bytes(field));
    if (!number.has_value()) ok_ = false;
    return number.value_or(0);
  }

  bool ok() const { return ok_; }

 private:
  const absl::string_view block_;
  bool ok_ = true;
};

// POSIX sums the bytes unsigned, Sun's tar did signed. The checksum counts as blanks.
bool HasChecksum(const BlockReader& reader, absl::string_view block) {
  int64_t with_unsigned = 0;
  int64_t with_signed = 0;
  for (size_t i = 0; i < block.size(); ++i) {
    const bool is_checksum = i >= kChecksum.offset && i < kChecksum.offset + kChecksum.size;
    const char byte = is_checksum ? ' ' : block[i];
    with_unsigned += static_cast<unsigned char>(byte);
    with_signed += static_cast<signed char>(byte);
  }
  const std::optional<int64_t> checksum = ParseOctal(reader.Bytes(kChecksum));
  return checksum.has_value() && (*checksum == with_unsigned || *checksum == with_signed);
}

Flavour FlavourOf(const BlockReader& reader) {
  if (reader.Bytes(kMagicAndVersion) == kGnuMagicAndVersion) return Flavour::kGnu;
  if (!absl::StartsWith(reader.Bytes(kMagicAndVersion), kUstarMagic)) return Flavour::kV7;
  return reader.Bytes(kSchilyTrailer) == kSchilyMagic ? Flavour::kSchily : Flavour::kUstar;
}

// As POSIX wants it: ASCII throughout, and a NUL after each number.
bool IsStrictUstar(const BlockReader& reader, absl::string_view block) {
  if (!IsAscii(block)) return false;
  for (const Field field : {kSize, kMode, kUid, kGid, kMtime, kDevmajor, kDevminor}) {
    if (reader.Bytes(field).back() != '\0') return false;
  }
  return true;
}

// Whether the times that GNU tar has where others have a prefix are none.
bool HasBadGnuTimes(const BlockReader& reader) {
  for (const Field field : {kGnuAtime, kGnuCtime}) {
    const absl::string_view bytes = reader.Bytes(field);
    if (bytes[0] != '\0' && !ParseTarNumber(bytes).has_value()) return true;
  }
  return false;
}

// The fields that only some flavours have. Returns what goes before the name.
std::string ReadFlavour(BlockReader& reader, absl::string_view block, Flavour flavour,
                        TarHeader& header) {
  if (flavour == Flavour::kV7) return "";
  header.uname = reader.Text(kUname);
  header.gname = reader.Text(kGname);
  header.devmajor = reader.Number(kDevmajor);
  header.devminor = reader.Number(kDevminor);
  if (flavour == Flavour::kUstar) {
    if (IsStrictUstar(reader, block)) header.formats = kTarUstar | kTarPax;
    return reader.Text(kUstarPrefix);
  }
  if (flavour == Flavour::kSchily) {
    reader.Number(kSchilyAtime);
    reader.Number(kSchilyCtime);
    return reader.Text(kSchilyPrefix);
  }
  if (HasBadGnuTimes(reader)) {
    // Go before 1.8 wrote a prefix into archives that it called GNU's.
    const std::string prefix = reader.Text(kUstarPrefix);
    return IsAscii(prefix) ? prefix : "";
  }
  header.formats = kTarGnu;
  return "";
}

}  // namespace

bool IsTarHeaderOnly(char typeflag) { return typeflag >= '1' && typeflag <= '6'; }

bool IsGnuTarBlock(absl::string_view block) {
  return FlavourOf(BlockReader(block)) == Flavour::kGnu;
}

std::optional<int64_t> ParseTarNumber(absl::string_view field) {
  if (!field.empty() && (field[0] & 0x80) != 0) return ParseBase256(field);
  return ParseOctal(field);
}

absl::StatusOr<TarHeader> ParseTarBlock(absl::string_view block) {
  BlockReader reader(block);
  if (!HasChecksum(reader, block)) return InvalidLayer("invalid tar header: wrong checksum");
  TarHeader header;
  header.typeflag = block[kTypeflag];
  header.name = reader.Text(kName);
  header.linkname = reader.Text(kLinkname);
  header.size = reader.Number(kSize);
  header.mode = reader.Number(kMode);
  header.uid = reader.Number(kUid);
  header.gid = reader.Number(kGid);
  header.mtime = reader.Number(kMtime);
  const std::string prefix = ReadFlavour(reader, block, FlavourOf(reader), header);
  if (!reader.ok()) return InvalidLayer("invalid tar header: a field is no number");
  if (!prefix.empty()) header.name = absl::StrCat(prefix, "/", header.name);
  return header;
}

absl::Status InvalidLayer(absl::string_view what) {
  return FieldError(Reason::kFieldInvalid, "chunk", absl::StrCat("the layer: ", what));
}

}  // namespace registryd
