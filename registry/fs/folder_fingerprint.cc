#include "registry/fs/folder_fingerprint.h"

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

int64_t Nanoseconds(const timespec& time) {
  return static_cast<int64_t>(time.tv_sec) * 1000000000 + time.tv_nsec;
}

}  // namespace

std::string FileFingerprint(const struct stat& status) {
  return absl::StrCat(status.st_mode, ",", status.st_dev, ",", status.st_ino, ",", status.st_size,
                      ",", Nanoseconds(status.st_mtim), ",", Nanoseconds(status.st_ctim), ";");
}

std::optional<std::string> FolderFingerprint(const std::string& folder, int depth) {
  struct stat status;
  if (stat(folder.c_str(), &status) != 0) return "";
  std::string fingerprint = FileFingerprint(status);
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return std::nullopt;
  std::sort(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (lstat(path.c_str(), &status) != 0) continue;
    // No file name holds a '/': the parts cannot be mistaken for each other.
    absl::StrAppend(&fingerprint, name, "/", FileFingerprint(status));
    if (depth > 0 && S_ISDIR(status.st_mode)) {
      absl::StrAppend(&fingerprint, "{", FolderFingerprint(path, depth - 1).value_or(""), "}");
    }
  }
  return fingerprint;
}

}  // namespace registryd
