#ifndef REGISTRYD_REGISTRY_V1_TAR_READER_H_
#define REGISTRYD_REGISTRY_V1_TAR_READER_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "registry/v1/pax_records.h"
#include "registry/v1/tar_header.h"
#include "registry/v1/tar_sparse.h"

namespace registryd {

// Reads a tar archive that comes in pieces of any size, and accepts what Go's
// archive/tar does (1.20 and later): the same entries with the same fields, and an error
// where it has one. Names, records and maps of an entry are kept (each at most
// kMaxTarExtension, whatever a length field says), data is not. Not thread-safe.
class TarReader {
 public:
  // Learns of the entries in the archive's order.
  class Receiver {
   public:
    virtual ~Receiver() = default;

    // The next entry, a pax global header included. An error ends the reading.
    virtual absl::Status OnEntry(const TarHeader& header) = 0;

    // The next bytes of the last entry, with the zeros of holes in sparse files.
    virtual void OnData(absl::string_view bytes) = 0;
  };

  // Of all sparse files of an archive: their holes cost the sender nothing. The reference
  // knows no limit.
  static constexpr int64_t kMaxHoleBytes = int64_t{256} << 20;

  // `receiver` outlives this object.
  explicit TarReader(Receiver& receiver) : receiver_(receiver) {}
  TarReader(const TarReader&) = delete;
  TarReader& operator=(const TarReader&) = delete;

  // Returns the receiver's error, or INVALID_ARGUMENT (FIELD_INVALID) if this is no tar
  // archive; from then on always. Bytes after the end of the archive are passed over.
  absl::Status Write(absl::string_view bytes);

  // No more will come. INVALID_ARGUMENT (FIELD_INVALID) if that cuts an entry.
  absl::Status Finish();

 private:
  // What the next bytes are.
  enum class State {
    kHeader,     // A block that begins an entry, or of zeros.
    kEndBlock,   // After one of zeros: another ends the archive.
    kExtension,  // The body of an extended header.
    kSparseMap,  // A block of a sparse file's map.
    kData,
    kPadding,
    kDone,
  };

  absl::Status Take(absl::string_view& bytes);
  absl::Status OnBlock();
  absl::Status OnHeader(TarHeader header);
  absl::Status OnExtension();
  absl::Status OnGlobalHeader();
  absl::Status OnFile(TarHeader header);
  absl::Status OnSparseMapBlock();
  absl::Status StartData();
  void NextRun();
  void SendZeros(int64_t count);
  void EndBody();
  void ForgetExtensions();

  Receiver& receiver_;
  absl::Status status_;
  State state_ = State::kHeader;
  std::string buffer_;  // The block or the extension that is not complete yet.

  TarHeader header_;  // The entry's, or of what extends the next one.
  // What extends the next entry, and the formats that all of its headers conform to.
  PaxRecords records_;
  std::string long_name_;
  std::string long_link_;
  unsigned formats_ = kTarAnyFormat;

  SparseMapReader sparse_map_;
  bool is_sparse_ = false;
  // Of the entry's data: what the archive holds of it, and the file's size.
  std::vector<SparseFragment> fragments_;
  int64_t file_size_ = 0;
  // Where the reading is.
  size_t next_fragment_ = 0;
  int64_t position_ = 0;  // In the file.
  int64_t run_ = 0;       // Bytes of the fragment that are to come.

  int64_t stored_ = 0;      // Bytes of the body that are to come,
  int64_t padding_ = 0;     // and after them, to the block's end.
  int64_t hole_bytes_ = 0;  // Of all sparse files so far.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_TAR_READER_H_
