#include "registry/config/state_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "registry/base/error.h"

namespace registryd {
namespace {

using Json = nlohmann::ordered_json;

constexpr char kName[] = "service-config.json";
// In the same folder, so that it can be renamed. One name: what a killed process
// left behind is removed by the next.
constexpr char kTemporaryName[] = "service-config.json.new";

constexpr char kVersion[] = "version";
constexpr char kSettings[] = "settings";
constexpr char kNondistributable[] = "allow-nondistributable-artifacts";
constexpr char kMirrors[] = "registry-mirrors";
constexpr char kInsecure[] = "insecure-registries";

// Far above what any configuration needs.
constexpr size_t kMaxBytes = size_t{64} << 20;

std::string ErrnoText() { return std::strerror(errno); }

absl::Status NotReadable(absl::string_view path) {
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kSettingInvalid,
               absl::StrCat("cannot read the saved configuration: ", path, ": ", ErrnoText()));
}

absl::Status Corrupt(absl::string_view path, absl::string_view what) {
  return Error(absl::StatusCode::kDataLoss, Reason::kSettingInvalid,
               absl::StrCat("the saved configuration is damaged: ", path, ": ", what,
                            "; move it away to start from the configuration file"));
}

absl::Status NotWritten(absl::string_view path, absl::string_view step) {
  return Error(absl::StatusCode::kUnavailable, Reason::kStateNotWritten,
               absl::StrCat("cannot ", step, " ", path, ": ", ErrnoText()));
}

FileDescriptor OpenFolder(const std::string& folder) {
  return FileDescriptor(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

// Reads to the end, at most kMaxBytes + 1 bytes. False with errno on failure.
bool ReadAll(int fd, std::string& text) {
  char buffer[1 << 14];
  while (text.size() <= kMaxBytes) {
    const ssize_t got = read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break;
    text.append(buffer, static_cast<size_t>(got));
  }
  return true;
}

// False with errno on failure.
bool WriteAll(int fd, absl::string_view text) {
  while (!text.empty()) {
    const ssize_t put = write(fd, text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    text.remove_prefix(static_cast<size_t>(put));
  }
  return true;
}

// Writes `text` to a new file and brings it to the disk. False with errno.
bool WriteFile(int folder, const char* name, absl::string_view text) {
  FileDescriptor file(
      openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!file.valid() || !WriteAll(file.get(), text) || fsync(file.get()) != 0) return false;
  return close(file.Release()) == 0;
}

bool ReadList(const Json& document, const char* key, std::vector<std::string>& list) {
  const auto found = document.find(key);
  if (found == document.end() || !found->is_array()) return false;
  for (const Json& item : *found) {
    if (!item.is_string()) return false;
    list.push_back(item.get<std::string>());
  }
  return true;
}

bool ReadOptions(const Json& object, ServiceOptions& options) {
  return object.is_object() &&
         ReadList(object, kNondistributable, options.allow_nondistributable_artifacts) &&
         ReadList(object, kMirrors, options.mirrors) &&
         ReadList(object, kInsecure, options.insecure_registries);
}

Json OptionsJson(const ServiceOptions& options) {
  return {
      {kNondistributable, options.allow_nondistributable_artifacts},
      {kMirrors, options.mirrors},
      {kInsecure, options.insecure_registries},
  };
}

bool ReadState(const Json& document, SavedState& state) {
  if (!ReadOptions(document, state.options)) return false;
  const auto version = document.find(kVersion);
  if (version == document.end() || !version->is_number_unsigned()) return false;
  state.version = version->get<uint64_t>();
  const auto settings = document.find(kSettings);
  return state.version > 0 &&
         (settings == document.end() || ReadOptions(*settings, state.settings));
}

absl::StatusOr<std::string> Print(const SavedState& state) {
  Json document = {{kVersion, state.version}};
  document.update(OptionsJson(state.options));
  document[kSettings] = OptionsJson(state.settings);
  // The library reports text that is not UTF-8 by an exception alone.
  try {
    return absl::StrCat(document.dump(2), "\n");
  } catch (const nlohmann::json::type_error&) {
    return FieldError(Reason::kFieldInvalid, "options", "the options hold text that is not UTF-8");
  }
}

}  // namespace

StateFile::StateFile(std::string folder)
    : folder_(std::move(folder)), path_(absl::StrCat(folder_, "/", kName)) {}

absl::Status StateFile::Lock() {
  FileDescriptor folder = OpenFolder(folder_);
  if (!folder.valid()) return NotReadable(folder_);
  if (flock(folder.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return Error(absl::StatusCode::kFailedPrecondition, Reason::kSettingInvalid,
                 absl::StrCat("another registryd keeps its configuration in ", folder_,
                              "; give each a folder of its own"));
  }
  lock_ = std::move(folder);
  return absl::OkStatus();
}

absl::StatusOr<std::optional<SavedState>> StateFile::Load() const {
  const FileDescriptor folder = OpenFolder(folder_);
  if (!folder.valid()) return NotReadable(folder_);
  // Not blocking, should it be a pipe.
  const FileDescriptor file(
      openat(folder.get(), kName, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  if (!file.valid() && errno == ENOENT) return std::nullopt;
  if (!file.valid()) return NotReadable(path_);

  struct stat info;
  if (fstat(file.get(), &info) != 0) return NotReadable(path_);
  if (!S_ISREG(info.st_mode)) return Corrupt(path_, "not a regular file");
  std::string text;
  if (!ReadAll(file.get(), text)) return NotReadable(path_);
  if (text.size() > kMaxBytes) return Corrupt(path_, "too large");

  const Json document = Json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
  if (document.is_discarded()) return Corrupt(path_, "not JSON");
  SavedState state;
  if (!ReadState(document, state)) return Corrupt(path_, "not a version and three lists of text");
  return state;
}

absl::Status StateFile::Save(const SavedState& state) const {
  const absl::StatusOr<std::string> text = Print(state);
  if (!text.ok()) return text.status();
  const FileDescriptor folder = OpenFolder(folder_);
  if (!folder.valid()) return NotWritten(folder_, "open");

  unlinkat(folder.get(), kTemporaryName, 0);
  absl::Status status;
  if (!WriteFile(folder.get(), kTemporaryName, *text)) {
    status = NotWritten(absl::StrCat(folder_, "/", kTemporaryName), "write");
  } else if (renameat(folder.get(), kTemporaryName, folder.get(), kName) != 0) {
    status = NotWritten(path_, "replace");
  }
  if (!status.ok()) {
    unlinkat(folder.get(), kTemporaryName, 0);
    return status;
  }
  // Until the folder is on the disk the name may still mean the old file.
  if (fsync(folder.get()) != 0) return NotWritten(folder_, "flush");
  return absl::OkStatus();
}

absl::Status StateFile::CheckWritable() const {
  if (faccessat(AT_FDCWD, folder_.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return absl::OkStatus();
  return NotWritten(folder_, "write to");
}

}  // namespace registryd
