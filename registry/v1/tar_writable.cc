#include "registry/v1/tar_writable.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace registryd {
namespace {

constexpr size_t kNameSize = 100;
constexpr size_t kPrefixSize = 155;
constexpr size_t kOwnerSize = 32;
constexpr size_t kNumberSize = 8;
constexpr size_t kLongNumberSize = 12;

bool IsAsciiText(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c != '\0' && absl::ascii_isascii(static_cast<unsigned char>(c));
  });
}

// In octal digits that a NUL ends.
bool FitsOctal(int64_t number, size_t size) {
  return number >= 0 && number < int64_t{1} << (3 * (size - 1));
}

// In two's complement after one byte that marks it.
bool FitsBase256(int64_t number, size_t size) {
  if (size > sizeof(number)) return true;
  const int64_t limit = int64_t{1} << (8 * (size - 1));
  return number >= -limit && number < limit;
}

// Whether ustar can have the name in two parts, as prefix and name.
bool IsSplittable(absl::string_view name) {
  if (!IsAsciiText(name)) return false;
  absl::string_view head = name.substr(0, kPrefixSize + 1);
  if (name.size() <= kPrefixSize + 1) head = absl::StripSuffix(head, "/");
  const size_t slash = head.rfind('/');
  if (slash == absl::string_view::npos || slash == 0) return false;
  const size_t rest = name.size() - slash - 1;
  return rest > 0 && rest <= kNameSize;
}

size_t RecordSize(absl::string_view key, absl::string_view value) {
  const size_t size = absl::StrCat(" ", key, "=").size() + value.size() + 1;
  return size + absl::StrCat(size + absl::StrCat(size).size()).size();
}

// What is left of the formats while a header's fields are looked at.
class FormatChoice {
 public:
  void Text(absl::string_view text, size_t size, absl::string_view key) {
    const bool is_path = key == "path" || key == "linkpath";
    const bool is_long = text.size() > size;
    if (absl::StrContains(text, '\0') || (is_long && !is_path)) formats_ &= ~kTarGnu;
    if (IsAsciiText(text) && !is_long) return;
    if (key != "path" || !is_long || !IsSplittable(text)) formats_ &= ~kTarUstar;
    pax_bytes_ += RecordSize(key, text);
  }

  // `has_record`: there is a pax record for it.
  void Number(int64_t number, size_t size, bool has_record) {
    if (!FitsBase256(number, size)) formats_ &= ~kTarGnu;
    if (FitsOctal(number, size)) return;
    formats_ &= ~kTarUstar;
    if (!has_record) formats_ &= ~kTarPax;
  }

  void Keep(unsigned formats) { formats_ &= formats; }

  unsigned formats() const { return formats_; }
  size_t pax_bytes() const { return pax_bytes_; }

 private:
  unsigned formats_ = kTarAnyFormat;
  size_t pax_bytes_ = 0;
};

FormatChoice Choose(const TarHeader& header) {
  FormatChoice choice;
  choice.Text(header.name, kNameSize, "path");
  choice.Text(header.linkname, kNameSize, "linkpath");
  choice.Text(header.uname, kOwnerSize, "uname");
  choice.Text(header.gname, kOwnerSize, "gname");
  choice.Number(header.mode, kNumberSize, /*has_record=*/false);
  choice.Number(header.uid, kNumberSize, /*has_record=*/true);
  choice.Number(header.gid, kNumberSize, /*has_record=*/true);
  choice.Number(header.size, kLongNumberSize, /*has_record=*/true);
  choice.Number(header.devmajor, kNumberSize, /*has_record=*/false);
  choice.Number(header.devminor, kNumberSize, /*has_record=*/false);
  if (header.mtime != kTarNoTime) {
    choice.Number(header.mtime, kLongNumberSize, /*has_record=*/true);
  }
  if (header.has_pax_records || header.typeflag == kTarPaxGlobalHeader) choice.Keep(kTarPax);
  // As it was read, if that is known. What conforms to pax may also be written as ustar.
  if ((header.formats & kTarPax) != 0) {
    choice.Keep(header.formats | kTarUstar);
  } else if (header.formats != kTarNoFormat) {
    choice.Keep(header.formats);
  }
  return choice;
}

bool IsFileLike(char typeflag) {
  return typeflag == kTarFile || typeflag == kTarCharacterDevice || typeflag == kTarBlockDevice ||
         typeflag == kTarFifo || typeflag == kTarGnuSparse;
}

}  // namespace

absl::Status CheckTarWritable(const TarHeader& header) {
  if (IsFileLike(header.typeflag) && absl::EndsWith(header.name, "/")) {
    return InvalidLayer("cannot encode header: a file's name ends in a slash");
  }
  // No record may have one either.
  if (absl::StrContains(header.name, '\0')) {
    return InvalidLayer("cannot encode header: NUL in a name");
  }
  const FormatChoice choice = Choose(header);
  if (choice.formats() == kTarNoFormat) {
    return InvalidLayer("cannot encode header: no format takes all of its fields");
  }
  const bool is_written_as_pax =
      (choice.formats() & kTarUstar) == 0 && (choice.formats() & kTarPax) != 0;
  if (is_written_as_pax && choice.pax_bytes() + header.other_pax_bytes > kMaxTarExtension) {
    return InvalidLayer("header field too long");
  }
  return absl::OkStatus();
}

}  // namespace registryd
