#ifndef REGISTRYD_REGISTRY_CONFIG_INDEX_INFO_H_
#define REGISTRYD_REGISTRY_CONFIG_INDEX_INFO_H_

#include <string>
#include <vector>

#include "absl/strings/cord.h"

namespace registryd {

// What is configured for one registry index. Mirrors Docker's registry.IndexInfo.
struct IndexInfo {
  // "docker.io", or HOST[:PORT].
  std::string name;
  // Base URLs, each ending in '/', in the order to try them. Only on docker.io. Copies
  // share their text.
  std::vector<absl::Cord> mirrors;
  // False: TLS is not verified, and plain HTTP is tried.
  bool secure = true;
  // This is Docker Hub.
  bool official = false;

  friend bool operator==(const IndexInfo& a, const IndexInfo& b) {
    return a.name == b.name && a.mirrors == b.mirrors && a.secure == b.secure &&
           a.official == b.official;
  }
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_CONFIG_INDEX_INFO_H_
