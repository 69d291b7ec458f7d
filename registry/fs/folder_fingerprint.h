#ifndef REGISTRYD_REGISTRY_FS_FOLDER_FINGERPRINT_H_
#define REGISTRYD_REGISTRY_FS_FOLDER_FINGERPRINT_H_

#include <sys/stat.h>

#include <string>

namespace registryd {

// What identifies a file's content without reading it: device, inode, size,
// modification and change time in nanoseconds. Bytes to compare, not to show.
std::string FileFingerprint(const struct stat& status);

// The fingerprints and names of all that is in `folder` and its subfolders down
// to `depth` levels; links are not followed. Of a folder that cannot be read,
// what can be known of it; empty if it does not exist.
std::string FolderFingerprint(const std::string& folder, int depth);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_FS_FOLDER_FINGERPRINT_H_
