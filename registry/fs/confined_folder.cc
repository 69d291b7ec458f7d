#include "registry/fs/confined_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"

namespace registryd {
namespace {

// As the kernel's own limit.
constexpr int kMaxLinks = 40;
// A path with `..` in a link is refused with EAGAIN while something is being
// renamed nearby.
constexpr int kMaxTries = 16;

int OpenAt2(int folder, const std::string& path, int flags) {
  open_how how = {};
  how.flags = static_cast<uint64_t>(flags | O_CLOEXEC);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return static_cast<int>(syscall(SYS_openat2, folder, path.c_str(), &how, sizeof(how)));
}

// Pushes the components of `path` onto `pending`, whose back comes next.
void PushComponents(absl::string_view path, std::vector<std::string>* pending) {
  const std::vector<std::string> parts = absl::StrSplit(path, '/', absl::SkipEmpty());
  pending->insert(pending->end(), parts.rbegin(), parts.rend());
}

bool ReadLink(int link, std::string* target) {
  target->resize(PATH_MAX);
  const ssize_t length = readlinkat(link, "", target->data(), target->size());
  if (length < 0) return false;
  target->resize(static_cast<size_t>(length));
  return true;
}

}  // namespace

ConfinedFolder::ConfinedFolder(const std::string& path, int* error, Confinement confinement)
    : confinement_(confinement), root_(open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC)) {
  *error = root_.valid() ? 0 : errno;
}

FileDescriptor ConfinedFolder::Open(absl::string_view path, int flags, int* error) const {
  *error = 0;
  if (absl::StrContains(path, '\0')) {
    *error = EINVAL;
    return FileDescriptor();
  }
  if (confinement_ == Confinement::kWalk) return OpenByWalk(path, flags, error);
  const std::string copy(path);
  for (int tries = 0; tries < kMaxTries; ++tries) {
    FileDescriptor file(OpenAt2(root_.get(), copy, flags));
    if (file.valid()) return file;
    *error = errno;
    // Sandboxes that do not know openat2 answer EPERM.
    if (*error == ENOSYS || *error == EPERM) return OpenByWalk(path, flags, error);
    if (*error != EAGAIN && *error != EINTR) break;
  }
  return FileDescriptor();
}

FileDescriptor ConfinedFolder::OpenByWalk(absl::string_view path, int flags, int* error) const {
  const auto fail = [error](int code) {
    *error = code;
    return FileDescriptor();
  };
  *error = 0;
  if (path.empty()) return fail(ENOENT);
  if (path[0] == '/') return fail(EXDEV);

  std::vector<FileDescriptor> folders;  // The way down from the root, which is not in it.
  std::vector<std::string> pending;
  PushComponents(path, &pending);
  bool must_be_folder = absl::EndsWith(path, "/");
  int links = 0;
  while (!pending.empty()) {
    const std::string name = std::move(pending.back());
    pending.pop_back();
    const int here = folders.empty() ? root_.get() : folders.back().get();
    if (name == ".") continue;
    if (name == "..") {
      if (folders.empty()) return fail(EXDEV);
      folders.pop_back();
      continue;
    }
    FileDescriptor next(openat(here, name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    if (!next.valid()) return fail(errno);
    struct stat status;
    if (fstat(next.get(), &status) != 0) return fail(errno);
    if (S_ISLNK(status.st_mode)) {
      if (++links > kMaxLinks) return fail(ELOOP);
      std::string target;
      if (!ReadLink(next.get(), &target)) return fail(errno);
      if (target.empty()) return fail(ENOENT);
      if (target[0] == '/') return fail(EXDEV);
      if (pending.empty() && target.back() == '/') must_be_folder = true;
      PushComponents(target, &pending);
      continue;
    }
    if (S_ISDIR(status.st_mode)) {
      folders.push_back(std::move(next));
      continue;
    }
    if (!pending.empty() || must_be_folder) return fail(ENOTDIR);
    FileDescriptor file(openat(here, name.c_str(), flags | O_NOFOLLOW | O_CLOEXEC));
    return file.valid() ? std::move(file) : fail(errno);
  }
  FileDescriptor folder(
      openat(folders.empty() ? root_.get() : folders.back().get(), ".", flags | O_CLOEXEC));
  return folder.valid() ? std::move(folder) : fail(errno);
}

int ConfinedFolder::List(absl::string_view path, std::vector<std::string>* names) const {
  names->clear();
  int error = 0;
  FileDescriptor folder = Open(path, O_RDONLY | O_DIRECTORY, &error);
  if (!folder.valid()) return error;
  std::unique_ptr<DIR, int (*)(DIR*)> stream(fdopendir(folder.get()), closedir);
  if (stream == nullptr) return errno;
  folder.Release();
  for (;;) {
    errno = 0;
    const dirent* entry = readdir(stream.get());
    if (entry == nullptr) break;
    const absl::string_view name = entry->d_name;
    if (name != "." && name != "..") names->emplace_back(name);
  }
  if (errno != 0) return errno;
  std::sort(names->begin(), names->end());
  return 0;
}

}  // namespace registryd
