// Layers. The first byte says whether checksums are put right, the second how the archive
// is cut into pieces: which has no influence on what is read, or on the sum.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "registry/v1/tar_reader.h"
#include "registry/v1/tarsum.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"
#include "tests/fuzz/tar_input.h"

namespace registryd {
namespace {

// Holes in sparse files cost the sender nothing, and this test a second for each of the
// largest that are allowed: the receiver ends the reading before.
constexpr int64_t kMaxFileBytes = 256 << 10;

// What was read: a line for each entry, and how much data followed.
class Journal final : public TarReader::Receiver {
 public:
  absl::Status OnEntry(const TarHeader& header) override {
    FUZZ_CHECK(header.name.size() <= kMaxTarExtension);
    FUZZ_CHECK(header.linkname.size() <= kMaxTarExtension);
    if (header.size > kMaxFileBytes) {
      too_large_ = true;
      return absl::CancelledError("too large for this test");
    }
    absl::StrAppend(&text_, "\n", data_, " ", header.name, "|", header.linkname, "|", header.size,
                    "|", header.mode, "|", header.mtime, "|", header.formats);
    expected_ = IsTarHeaderOnly(header.typeflag) ? 0 : std::max<int64_t>(header.size, 0);
    data_ = 0;
    return absl::OkStatus();
  }

  void OnData(absl::string_view bytes) override {
    data_ += static_cast<int64_t>(bytes.size());
    FUZZ_CHECK(data_ <= expected_ || expected_ == 0);
  }

  bool too_large() const { return too_large_; }
  std::string Finish(const absl::Status& status) {
    return absl::StrCat(text_, "\n", data_, " ", status.message());
  }

 private:
  std::string text_;
  int64_t data_ = 0;
  int64_t expected_ = 0;
  bool too_large_ = false;
};

// Gives `archive` to `reader` in pieces of `piece` bytes.
template <typename Reader>
absl::Status Feed(Reader& reader, absl::string_view archive, size_t piece) {
  for (; !archive.empty(); archive.remove_prefix(std::min(piece, archive.size()))) {
    if (absl::Status status = reader.Write(archive.substr(0, piece)); !status.ok()) return status;
  }
  return absl::OkStatus();
}

std::string Read(absl::string_view archive, size_t piece, bool& too_large) {
  Journal journal;
  TarReader reader(journal);
  absl::Status status = Feed(reader, archive, piece);
  if (!status.ok()) FUZZ_CHECK(reader.Write("x") == status && !reader.Finish().ok());
  if (status.ok()) status = reader.Finish();
  too_large = journal.too_large();
  if (!status.ok() && !too_large) {
    CheckError(status, absl::StatusCode::kInvalidArgument, Reason::kFieldInvalid, 512);
  }
  return journal.Finish(status);
}

std::string Sum(absl::string_view archive, size_t piece) {
  TarSum sum;
  const absl::Status status = Feed(sum, archive, piece);
  if (!status.ok()) return std::string(status.message());
  const absl::StatusOr<std::string> digest = sum.Finish("{}");
  if (!digest.ok()) return std::string(digest.status().message());
  FUZZ_CHECK(digest->size() == std::string("tarsum+sha256:").size() + 64);
  return *digest;
}

}  // namespace

void FuzzOne(absl::string_view input) {
  FuzzInput parts(input);
  const bool fix_checksums = parts.Byte() % 2 == 1;
  const size_t piece = 1 + parts.Byte() * 3;
  const std::string archive = ExpandTar(parts.Rest(), fix_checksums);
  bool too_large = false;
  const std::string whole = Read(archive, archive.size() + 1, too_large);
  FUZZ_CHECK(Read(archive, piece, too_large) == whole);
  if (too_large) return;
  FUZZ_CHECK(Sum(archive, archive.size() + 1) == Sum(archive, piece));
}

}  // namespace registryd
