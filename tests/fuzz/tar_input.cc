#include "tests/fuzz/tar_input.h"

#include <cstdio>

#include "registry/v1/tar_header.h"
#include "tests/fuzz/input.h"

namespace registryd {
namespace {

// What is in a block of ustar or GNU tar.
constexpr size_t kMagic = 257;
constexpr size_t kChecksum = 148;
constexpr size_t kChecksumBytes = 8;
// Larger archives teach nothing new.
constexpr size_t kMaxArchive = 64 << 10;

void FixChecksum(char* block) {
  unsigned sum = kChecksumBytes * ' ';
  for (size_t i = 0; i < kTarBlockSize; ++i) {
    if (i < kChecksum || i >= kChecksum + kChecksumBytes)
      sum += static_cast<unsigned char>(block[i]);
  }
  std::snprintf(block + kChecksum, kChecksumBytes, "%06o", sum);
  block[kChecksum + kChecksumBytes - 1] = ' ';
}

}  // namespace

std::string ExpandTar(absl::string_view bytes, bool fix_checksums) {
  std::string archive;
  for (FuzzInput parts(bytes); !parts.empty() && archive.size() < kMaxArchive;) {
    const uint8_t byte = parts.Byte();
    if (byte != 0) {
      archive.push_back(static_cast<char>(byte));
      continue;
    }
    const size_t count = parts.Byte();
    archive.append(count > 0 ? count : kTarBlockSize - archive.size() % kTarBlockSize, '\0');
  }
  for (size_t block = 0; fix_checksums && block + kTarBlockSize <= archive.size();
       block += kTarBlockSize) {
    if (archive.compare(block + kMagic, 5, "ustar") == 0) FixChecksum(&archive[block]);
  }
  return archive;
}

}  // namespace registryd
