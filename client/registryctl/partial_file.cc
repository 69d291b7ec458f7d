#include "client/registryctl/partial_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"

namespace registryd::registryctl {
namespace {

absl::Status SystemError(absl::string_view what, absl::string_view path) {
  return absl::ErrnoToStatus(errno, absl::StrCat(what, " ", path));
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartialFile>> PartialFile::Open(std::string path,
                                                               std::string part_path) {
  const int file = open(part_path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                        S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
  if (file < 0) return SystemError("cannot write", part_path);
  auto partial = absl::WrapUnique(new PartialFile(std::move(path), std::move(part_path), file, 0));
  if (flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return SystemError("cannot lock", partial->part_path_);
    return absl::AbortedError(
        absl::StrCat(partial->part_path_, " is being written by another process"));
  }
  struct stat facts;
  if (fstat(file, &facts) != 0) return SystemError("cannot read", partial->part_path_);
  if (!S_ISREG(facts.st_mode)) {
    return absl::FailedPreconditionError(absl::StrCat(partial->part_path_, " is no regular file"));
  }
  partial->size_ = facts.st_size;
  return partial;
}

PartialFile::PartialFile(std::string path, std::string part_path, int file, int64_t size)
    : path_(std::move(path)), part_path_(std::move(part_path)), file_(file), size_(size) {}

PartialFile::~PartialFile() { close(file_); }

absl::Status PartialFile::Append(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return SystemError("cannot write", part_path_);
    size_ += written;
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status PartialFile::Complete() {
  if (fsync(file_) != 0) return SystemError("cannot write", part_path_);
  if (std::rename(part_path_.c_str(), path_.c_str()) != 0) {
    return SystemError("cannot write", path_);
  }
  return absl::OkStatus();
}

}  // namespace registryd::registryctl
