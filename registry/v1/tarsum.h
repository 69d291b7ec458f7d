#ifndef REGISTRYD_REGISTRY_V1_TARSUM_H_
#define REGISTRYD_REGISTRY_V1_TARSUM_H_

#include <cstddef>
#include <deque>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/tls/sha256.h"
#include "registry/v1/tar_header.h"
#include "registry/v1/tar_reader.h"

namespace registryd {

// TarSum version 0 of one layer: the checksum that a V1 registry asks for besides that of
// the bytes. It depends on the entries of the archive and the image's JSON, not on how
// the archive is laid out. As pkg/tarsum of Docker Engine 19.03 computes it, errors
// included:
//
//   entry   SHA-256 of the header's fields as text, and the data;
//   layer   SHA-256 of the JSON and the entries' digests in hex, sorted.
//
// Constant memory, but for 32 bytes an entry. Not thread-safe; one layer only.
class TarSum : private TarReader::Receiver {
 public:
  // An archive with more entries is refused. The reference knows no limit.
  static constexpr size_t kMaxEntries = size_t{1} << 20;

  explicit TarSum(size_t max_entries = kMaxEntries);
  TarSum(const TarSum&) = delete;
  TarSum& operator=(const TarSum&) = delete;

  // The layer's next bytes, an uncompressed tar archive. What comes after the archive's
  // end is no part of the sum.
  //
  // Returns INVALID_ARGUMENT (FIELD_INVALID) if this is no tar archive, if the reference
  // would refuse to pass it on, or beyond a limit; from then on always.
  absl::Status Write(absl::string_view bytes);

  // The layer is complete. `json` is the image's, byte for byte. Once only.
  //
  // Returns "tarsum+sha256:" and 64 hex digits. INVALID_ARGUMENT (FIELD_INVALID) as
  // Write, or if the archive is cut off.
  absl::StatusOr<std::string> Finish(absl::string_view json);

 private:
  absl::Status OnEntry(const TarHeader& header) override;
  void OnData(absl::string_view bytes) override { entry_.Update(bytes); }

  void EndEntry();
  void Sort();

  const size_t max_entries_;
  TarReader reader_;
  bool in_entry_ = false;
  Sha256 entry_;
  // In the order of the archive.
  std::deque<Sha256::Digest> digests_;
  // The digests of the paths of the first entries, see Sort().
  std::vector<Sha256::Digest> paths_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_TARSUM_H_
