#include "client/read_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace registryd::client {

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  const auto failure = [&path] {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", path));
  };
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return failure();
  const absl::Cleanup closer = [file] { close(file); };
  std::string content;
  char block[4096];
  for (;;) {
    const ssize_t got = read(file, block, sizeof(block));
    if (got == 0) return content;
    if (got > 0) content.append(block, got);
    if (got < 0 && errno != EINTR) return failure();
  }
}

}  // namespace registryd::client
