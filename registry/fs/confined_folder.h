#ifndef REGISTRYD_REGISTRY_FS_CONFINED_FOLDER_H_
#define REGISTRYD_REGISTRY_FS_CONFINED_FOLDER_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {

// How paths are kept beneath a folder. The answers are the same; Linux before
// 5.6, and some sandboxes, have only the second.
enum class Confinement {
  kKernel,  // openat2(2) with RESOLVE_BENEATH; the walk where that is missing.
  kWalk,    // One component at a time, links resolved here.
};

// A folder that nothing opened through it can leave. Symbolic links are followed
// as long as each stays inside: an absolute link, or one whose `..` climbs above
// the folder, is refused before its target is touched. The folder's own path is
// the operator's, and is followed wherever it leads.
//
// Every function reports failure as an errno value; EXDEV means that the path
// leads out. Immutable and thread-safe.
class ConfinedFolder {
 public:
  // Opens the folder itself. On failure `*error` is set and valid() is false.
  ConfinedFolder(const std::string& path, int* error,
                 Confinement confinement = Confinement::kKernel);

  bool valid() const { return root_.valid(); }

  // Opens `path`, relative to the folder, with open(2)'s `flags` (O_CLOEXEC is
  // added). Invalid, with `*error` set, when that fails.
  FileDescriptor Open(absl::string_view path, int flags, int* error) const;

  // Names in the folder `path` ("." for the folder itself), sorted, without `.`
  // and `..`. Returns an errno value, 0 for success.
  int List(absl::string_view path, std::vector<std::string>* names) const;

 private:
  FileDescriptor OpenByWalk(absl::string_view path, int flags, int* error) const;

  const Confinement confinement_;
  FileDescriptor root_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_FS_CONFINED_FOLDER_H_
