#ifndef REGISTRYD_REGISTRY_FS_FILE_DESCRIPTOR_H_
#define REGISTRYD_REGISTRY_FS_FILE_DESCRIPTOR_H_

#include <unistd.h>

#include <utility>

namespace registryd {

// Owns a file descriptor and closes it. Not thread-safe.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int fd) : fd_(fd) {}
  FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.Release()) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  bool valid() const { return fd_ >= 0; }
  int get() const { return fd_; }

  // Gives up ownership.
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_FS_FILE_DESCRIPTOR_H_
