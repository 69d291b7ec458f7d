#ifndef REGISTRYD_REGISTRY_V1_TAR_WRITABLE_H_
#define REGISTRYD_REGISTRY_V1_TAR_WRITABLE_H_

#include "absl/status/status.h"
#include "registry/v1/tar_header.h"

namespace registryd {

// Docker Engine writes the archive anew while it sums it, and fails for an entry that
// Go's archive/tar can read but not write: with a number or a text that no format takes,
// or a file's name that ends in a slash.
//
// Returns INVALID_ARGUMENT (FIELD_INVALID) for such entries.
absl::Status CheckTarWritable(const TarHeader& header);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_TAR_WRITABLE_H_
