#include "registry/v1/tar_sparse.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

namespace registryd {
namespace {

// Of the old map: entries of two numbers, and a byte that tells whether more follow.
constexpr size_t kNumberSize = 12;
constexpr size_t kEntrySize = 2 * kNumberSize;
constexpr size_t kMapOffset = 386;
constexpr size_t kMapEntries = 4;
constexpr size_t kRealSizeOffset = 483;
constexpr size_t kBlockEntries = kTarBlockSize / kEntrySize;

absl::Status InvalidMap() { return InvalidLayer("invalid tar header: bad map of a sparse file"); }

}  // namespace

void SparseMapReader::Clear() { *this = SparseMapReader(); }

absl::Status SparseMapReader::StartOld(absl::string_view block, TarHeader& header) {
  Clear();
  if (!IsGnuTarBlock(block)) return InvalidMap();
  const std::optional<int64_t> size = ParseTarNumber(block.substr(kRealSizeOffset, kNumberSize));
  if (!size.has_value()) return InvalidMap();
  header.size = *size;
  bytes_ = kMapEntries * kEntrySize + 1;
  return AddOld(block.substr(kMapOffset), kMapEntries);
}

absl::Status SparseMapReader::AddOld(absl::string_view entries, size_t count) {
  for (size_t i = 0; i < count; ++i) {
    const absl::string_view entry = entries.substr(i * kEntrySize, kEntrySize);
    if (entry[0] == '\0') break;
    const std::optional<int64_t> offset = ParseTarNumber(entry.substr(0, kNumberSize));
    const std::optional<int64_t> length = ParseTarNumber(entry.substr(kNumberSize));
    if (!offset.has_value() || !length.has_value()) return InvalidMap();
    fragments_.push_back({*offset, *length});
  }
  wants_block_ = entries[count * kEntrySize] != '\0';
  return absl::OkStatus();
}

absl::StatusOr<bool> SparseMapReader::StartPax(const PaxRecords& records, TarHeader& header) {
  Clear();
  const absl::string_view major = records.Find("GNU.sparse.major");
  const absl::string_view minor = records.Find("GNU.sparse.minor");
  const absl::string_view map = records.Find("GNU.sparse.map");
  const bool is_text = major == "1" && minor == "0";
  const bool has_no_version = major.empty() && minor.empty();
  const bool is_record =
      (major == "0" && (minor == "0" || minor == "1")) || (has_no_version && !map.empty());
  if (!is_text && !is_record) return false;

  const absl::string_view name = records.Find("GNU.sparse.name");
  if (!name.empty()) header.name = std::string(name);
  absl::string_view size = records.Find("GNU.sparse.size");
  if (size.empty()) size = records.Find("GNU.sparse.realsize");
  if (!size.empty()) {
    const std::optional<int64_t> number = ParsePaxNumber(size);
    if (!number.has_value()) return InvalidMap();
    header.size = *number;
  }
  if (is_text) {
    is_in_data_ = true;
    wants_block_ = true;
    return true;
  }

  const std::optional<int64_t> count = ParsePaxNumber(records.Find("GNU.sparse.numblocks"));
  if (!count.has_value()) return InvalidMap();
  const auto commas = static_cast<int64_t>(std::count(map.begin(), map.end(), ','));
  const int64_t numbers = map.empty() ? 0 : commas + 1;
  if (*count < 0 || numbers % 2 != 0 || numbers / 2 != *count) return InvalidMap();
  const absl::Status parsed = ParseMap(map, ',', static_cast<size_t>(*count));
  if (!parsed.ok()) return parsed;
  return true;
}

// `map` has numbers for `count` fragments at least.
absl::Status SparseMapReader::ParseMap(absl::string_view map, char separator, size_t count) {
  const auto next = [&]() -> std::optional<int64_t> {
    const size_t end = map.find(separator);
    const std::optional<int64_t> number = ParsePaxNumber(map.substr(0, end));
    map.remove_prefix(end == absl::string_view::npos ? map.size() : end + 1);
    return number;
  };
  fragments_.reserve(count);
  for (size_t i = 0; i < count; ++i) {
    const std::optional<int64_t> offset = next();
    const std::optional<int64_t> length = next();
    if (!offset.has_value() || !length.has_value()) return InvalidMap();
    fragments_.push_back({*offset, *length});
  }
  return absl::OkStatus();
}

absl::Status SparseMapReader::AddBlock(absl::string_view block) {
  const size_t bytes = bytes_ + block.size();
  if (is_in_data_ ? bytes > kMaxTarExtension : bytes >= kMaxTarExtension) {
    return InvalidLayer("map of a sparse file too long");
  }
  bytes_ = bytes;
  return is_in_data_ ? AddText(block) : AddOld(block, kBlockEntries);
}

absl::Status SparseMapReader::AddText(absl::string_view block) {
  text_.append(block.data(), block.size());
  newlines_ += static_cast<size_t>(std::count(block.begin(), block.end(), '\n'));
  if (newlines_ == 0) return absl::OkStatus();
  const absl::string_view text = text_;
  if (!count_.has_value()) {
    const size_t end = text.find('\n');
    const std::optional<int64_t> count = ParsePaxNumber(text.substr(0, end));
    if (!count.has_value() || *count < 0) return InvalidMap();
    // More than a map can hold.
    if (*count > static_cast<int64_t>(kMaxTarExtension)) return InvalidMap();
    count_ = static_cast<size_t>(*count);
    map_begin_ = end + 1;
  }
  if (newlines_ - 1 < 2 * *count_) return absl::OkStatus();
  wants_block_ = false;
  return ParseMap(text.substr(map_begin_), '\n', *count_);
}

absl::StatusOr<std::vector<SparseFragment>> SparseMapReader::Finish(int64_t size) {
  if (size < 0) return InvalidMap();
  int64_t end = 0;
  for (const SparseFragment& fragment : fragments_) {
    if (fragment.offset < end || fragment.length < 0) return InvalidMap();
    if (fragment.offset > std::numeric_limits<int64_t>::max() - fragment.length) {
      return InvalidMap();
    }
    end = fragment.end();
    if (end > size) return InvalidMap();
  }
  text_.clear();
  return std::move(fragments_);
}

}  // namespace registryd
