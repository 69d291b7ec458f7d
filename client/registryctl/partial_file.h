#ifndef REGISTRYD_CLIENT_REGISTRYCTL_PARTIAL_FILE_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_PARTIAL_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd::registryctl {

// A file that comes in parts, perhaps over several runs of the program. Until it is
// complete, its bytes stand in a file beside it, and `path` is as it was.
class PartialFile {
 public:
  // Goes on with the file at `part_path`, or makes it. ABORTED: another process writes
  // it. Other errors are the system's, and name the file.
  static absl::StatusOr<std::unique_ptr<PartialFile>> Open(std::string path, std::string part_path);
  // Keeps what was written.
  ~PartialFile();

  PartialFile(const PartialFile&) = delete;
  PartialFile& operator=(const PartialFile&) = delete;

  // How many bytes there are.
  int64_t size() const { return size_; }
  const std::string& part_path() const { return part_path_; }

  // Writes `bytes` behind those that are there.
  absl::Status Append(absl::string_view bytes);

  // All bytes are there: puts them onto the disk, and the file in the place of `path`.
  absl::Status Complete();

 private:
  PartialFile(std::string path, std::string part_path, int file, int64_t size);

  const std::string path_;
  const std::string part_path_;
  const int file_;
  int64_t size_;
};

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_PARTIAL_FILE_H_
