#ifndef REGISTRYD_REGISTRY_V1_PAX_RECORDS_H_
#define REGISTRYD_REGISTRY_V1_PAX_RECORDS_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/v1/tar_header.h"

namespace registryd {

// The records of an extended header (POSIX pax): "LENGTH KEY=VALUE\n" each.
struct PaxRecords {
  // Those that mean something here: the fields of a header, the times, GNU.sparse.*. The
  // last of a key counts.
  std::map<std::string, std::string, std::less<>> known;
  // All others, as they stand in the archive.
  size_t other_bytes = 0;
  // There is a record.
  bool any = false;

  // The value, or empty.
  absl::string_view Find(absl::string_view key) const;
};

// `body` is that of an extended header. The pairs GNU.sparse.offset and .numbytes of old
// archives become the one GNU.sparse.map of newer ones.
// INVALID_ARGUMENT (FIELD_INVALID) for what Go's archive/tar refuses.
absl::StatusOr<PaxRecords> ParsePaxRecords(absl::string_view body);

// Writes `records` over the fields of `header`; an empty value changes nothing.
// INVALID_ARGUMENT (FIELD_INVALID) if a value is no number; all others are taken over.
absl::Status MergePaxRecords(const PaxRecords& records, TarHeader& header);

// A decimal number with an optional sign, as Go's strconv.ParseInt takes it. nullopt for
// anything else or too large.
std::optional<int64_t> ParsePaxNumber(absl::string_view text);

// Seconds since 1970, rounded down, of "SECONDS" or "SECONDS.FRACTION".
std::optional<int64_t> ParsePaxTime(absl::string_view text);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_PAX_RECORDS_H_
