#include "registry/v1/tarsum.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "registry/v1/tar_writable.h"

namespace registryd {
namespace {

// Up to so many entries the order within the reference is known, see TarSum::Sort.
constexpr size_t kFewEntries = 12;

// Equal for names of the same path: "a", "./a", "/b/../a/".
Sha256::Digest PathDigest(absl::string_view name) {
  std::vector<absl::string_view> parts;
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  Sha256 hash;
  hash.Update(absl::StrJoin(parts, "/"));
  return hash.Finish();
}

std::string Hex(const Sha256::Digest& digest) {
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

}  // namespace

TarSum::TarSum(size_t max_entries) : max_entries_(max_entries), reader_(*this) {}

absl::Status TarSum::Write(absl::string_view bytes) { return reader_.Write(bytes); }

absl::StatusOr<std::string> TarSum::Finish(absl::string_view json) {
  const absl::Status status = reader_.Finish();
  if (!status.ok()) return status;
  EndEntry();
  Sort();
  Sha256 layer;
  layer.Update(json);
  for (const Sha256::Digest& digest : digests_) layer.Update(Hex(digest));
  return absl::StrCat("tarsum+sha256:", layer.HexDigest());
}

absl::Status TarSum::OnEntry(const TarHeader& header) {
  EndEntry();
  if (digests_.size() == max_entries_) return InvalidLayer("too many entries");
  const absl::Status writable = CheckTarWritable(header);
  if (!writable.ok()) return writable;
  if (paths_.size() <= kFewEntries) paths_.push_back(PathDigest(header.name));
  // The owner's names stay empty, as they were with a Go before 1.10.
  entry_.Update("name");
  entry_.Update(header.name);
  entry_.Update(absl::StrCat("mode", header.mode, "uid", header.uid, "gid", header.gid, "size",
                             header.size, "mtime", header.mtime, "typeflag"));
  entry_.Update(absl::string_view(&header.typeflag, 1));
  entry_.Update("linkname");
  entry_.Update(header.linkname);
  entry_.Update(absl::StrCat("unamegnamedevmajor", header.devmajor, "devminor", header.devminor));
  in_entry_ = true;
  return absl::OkStatus();
}

void TarSum::EndEntry() {
  if (in_entry_) digests_.push_back(entry_.Finish());
  in_entry_ = false;
}

// The reference orders entries by digest, but those of the same path by place. That is no
// order: it can have circles, and then the outcome is that of the algorithm that sorts.
// Go's is an insertion sort for a few entries, and differs from version to version for
// more; there the digest decides alone.
void TarSum::Sort() {
  if (digests_.size() > kFewEntries) {
    std::sort(digests_.begin(), digests_.end());
    return;
  }
  std::vector<size_t> order;
  const auto before = [&](size_t a, size_t b) {
    return paths_[a] == paths_[b] ? a < b : digests_[a] < digests_[b];
  };
  for (size_t entry = 0; entry < digests_.size(); ++entry) {
    order.push_back(entry);
    for (size_t at = entry; at > 0 && before(order[at], order[at - 1]); --at) {
      std::swap(order[at], order[at - 1]);
    }
  }
  std::deque<Sha256::Digest> sorted;
  for (const size_t entry : order) sorted.push_back(digests_[entry]);
  digests_ = std::move(sorted);
}

}  // namespace registryd
