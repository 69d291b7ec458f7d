#ifndef REGISTRYD_REGISTRY_V1_TAR_SPARSE_H_
#define REGISTRYD_REGISTRY_V1_TAR_SPARSE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/v1/pax_records.h"
#include "registry/v1/tar_header.h"

namespace registryd {

// A run of bytes of a sparse file that the archive holds; between them are holes.
struct SparseFragment {
  int64_t offset = 0;
  int64_t length = 0;

  int64_t end() const { return offset + length; }
};

// The map of a sparse file, in any of GNU tar's four ways to write it:
//
//   old    in the block, and blocks that follow it; the type is kTarGnuSparse
//   0.0    pax records, a pair for each fragment (ParsePaxRecords makes 0.1 of them)
//   0.1    one pax record
//   1.0    text in blocks before the data, counted as part of it
//
// Bounded by kMaxTarExtension. Not thread-safe; each Start begins a new map.
class SparseMapReader {
 public:
  // A map of the old kind: in `block`, of whose fields `header` was made. Sets the size.
  absl::Status StartOld(absl::string_view block, TarHeader& header);

  // If `records` have a map of the other kinds, sets name and size. Returns whether they
  // have.
  absl::StatusOr<bool> StartPax(const PaxRecords& records, TarHeader& header);

  // Whether there are blocks to come for AddBlock.
  bool wants_block() const { return wants_block_; }
  // Whether those are part of what the header counts as data.
  bool is_in_data() const { return is_in_data_; }

  absl::Status AddBlock(absl::string_view block);

  // The complete map, of a file of `size` bytes; once only. Returns INVALID_ARGUMENT
  // (FIELD_INVALID) if fragments overlap, are not in order, or reach beyond the file.
  absl::StatusOr<std::vector<SparseFragment>> Finish(int64_t size);

 private:
  void Clear();
  absl::Status AddOld(absl::string_view entries, size_t count);
  absl::Status AddText(absl::string_view block);
  absl::Status ParseMap(absl::string_view map, char separator, size_t count);

  std::vector<SparseFragment> fragments_;
  bool wants_block_ = false;
  bool is_in_data_ = false;
  size_t bytes_ = 0;             // Of the map so far.
  std::string text_;             // Likewise, of 1.0;
  size_t newlines_ = 0;          // the lines in it;
  size_t map_begin_ = 0;         // where the first fragment is, after the
  std::optional<size_t> count_;  // number of them.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_TAR_SPARSE_H_
