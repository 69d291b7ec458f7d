#ifndef REGISTRYD_REGISTRY_FS_TEMPORARY_FOLDER_H_
#define REGISTRYD_REGISTRY_FS_TEMPORARY_FOLDER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd {

// A folder for one test, removed with what is in it. Paths are relative to it.
// Aborts on errors. Not thread-safe.
class TemporaryFolder {
 public:
  TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  ~TemporaryFolder();

  const std::string& path() const { return path_; }
  std::string Path(absl::string_view name) const;

  void MakeFolder(absl::string_view name) const;  // And its parents.
  void Write(absl::string_view name, absl::string_view content) const;
  void Link(absl::string_view target, absl::string_view name) const;
  void Rename(absl::string_view from, absl::string_view to) const;
  void Remove(absl::string_view name) const;  // With what is in it.

 private:
  std::string path_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_FS_TEMPORARY_FOLDER_H_
