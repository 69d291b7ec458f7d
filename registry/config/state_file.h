#ifndef REGISTRYD_REGISTRY_CONFIG_STATE_FILE_H_
#define REGISTRYD_REGISTRY_CONFIG_STATE_FILE_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "registry/config/service_config.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {

// What outlives the process: the options that were last made current.
struct SavedState {
  uint64_t version = 0;  // At least 1.
  ServiceOptions options;
  // What the operator's settings said at that time. Where they say something else
  // now, they were changed after `options`.
  ServiceOptions settings = {};

  friend bool operator==(const SavedState& a, const SavedState& b) {
    return a.version == b.version && a.options == b.options && a.settings == b.settings;
  }
};

// Keeps one SavedState in a folder, as `service-config.json` with Docker's own
// names for the lists, readable by its owner alone.
//
// Whatever ends a Save, be it kill -9, a full disk or a loss of power, the file
// holds one whole state afterwards: the one before, or the one that was given.
// Once Save has returned OK it is the latter.
//
// Load and Save may not run at the same time, nor Save twice, in this or another
// process; otherwise thread-safe.
class StateFile {
 public:
  // `folder` has to exist; nothing is read or made here.
  explicit StateFile(std::string folder);

  // Keeps every other StateFile of this folder from locking it, in this process and in
  // others of this machine, for as long as this object lives. FAILED_PRECONDITION
  // (SETTING_INVALID) if another has; a file system without locks has none.
  absl::Status Lock();

  // nullopt if no state was ever saved. Errors: FAILED_PRECONDITION
  // (SETTING_INVALID) if the folder or the file cannot be read; DATA_LOSS
  // (SETTING_INVALID) if the file holds something else than a state.
  absl::StatusOr<std::optional<SavedState>> Load() const;

  // UNAVAILABLE (STATE_NOT_WRITTEN) on failure. The state before is then still
  // there and no temporary file is; only if the folder could not be brought to
  // the disk at the very end may it be the new one. INVALID_ARGUMENT
  // (FIELD_INVALID) for text that is not UTF-8.
  absl::Status Save(const SavedState& state) const;

  // Whether Save may write, as far as rights and a read-only file system say; writes
  // nothing. UNAVAILABLE (STATE_NOT_WRITTEN) if not.
  absl::Status CheckWritable() const;

  // For messages.
  const std::string& path() const { return path_; }

 private:
  const std::string folder_;
  const std::string path_;
  FileDescriptor lock_;  // The folder.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_CONFIG_STATE_FILE_H_
