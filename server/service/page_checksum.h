#ifndef REGISTRYD_SERVER_SERVICE_PAGE_CHECKSUM_H_
#define REGISTRYD_SERVER_SERVICE_PAGE_CHECKSUM_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace registryd {

// FNV-1a of a request's fields, for page tokens: the same on every machine, so that a
// token outlives a restart. No protection from callers who mean it; a page that they make
// up is one they may have.
inline uint64_t PageChecksum(absl::string_view fields) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : fields) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_PAGE_CHECKSUM_H_
