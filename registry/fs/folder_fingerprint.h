#ifndef REGISTRYD_REGISTRY_FS_FOLDER_FINGERPRINT_H_
#define REGISTRYD_REGISTRY_FS_FOLDER_FINGERPRINT_H_

#include <sys/stat.h>

#include <optional>
#include <string>

namespace registryd {

// What identifies a file's content without reading it: device, inode, size,
// modification and change time in nanoseconds. Bytes to compare, not to show.
std::string FileFingerprint(const struct stat& status);

// The fingerprints and names of all that is in `folder` and its subfolders down
// to `depth` levels; links are not followed. Of a subfolder that cannot be listed,
// what can be known of it. Empty if `folder` does not exist; nullopt if it cannot be
// listed, so that what changes in it is not seen.
std::optional<std::string> FolderFingerprint(const std::string& folder, int depth);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_FS_FOLDER_FINGERPRINT_H_
