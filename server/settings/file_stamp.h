#ifndef REGISTRYD_SERVER_SETTINGS_FILE_STAMP_H_
#define REGISTRYD_SERVER_SETTINGS_FILE_STAMP_H_

#include <string>

namespace registryd {

// Differs between two times when `path` is another file by then, was written to or has
// another mode or owner, links followed. Empty if there is none. Taken before a file is
// read, it tells later whether what was read is still what is there.
std::string FileStamp(const std::string& path);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_FILE_STAMP_H_
