#ifndef REGISTRYD_CLIENT_TESTING_TEMPORARY_FOLDER_H_
#define REGISTRYD_CLIENT_TESTING_TEMPORARY_FOLDER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace registryd::client {

// A folder for one test, removed with all that it holds. Its path is short
// enough for Unix sockets, which the test runner's own folder need not be.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // The path of `name` within the folder.
  std::string Path(absl::string_view name) const;

  // Writes a file and returns its path.
  std::string Write(absl::string_view name, absl::string_view content) const;

 private:
  std::string path_;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_TESTING_TEMPORARY_FOLDER_H_
