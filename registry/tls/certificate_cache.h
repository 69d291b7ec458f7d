#ifndef REGISTRYD_REGISTRY_TLS_CERTIFICATE_CACHE_H_
#define REGISTRYD_REGISTRY_TLS_CERTIFICATE_CACHE_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/base/published.h"
#include "registry/tls/certificate_store.h"

namespace registryd {

// Hosts and what was read for them. Finding takes no lock; a change copies the
// part of the table that the host falls in. Bounded: where a part is full, its
// entry that was not touched for the longest time makes room. Thread-safe.
class CertificateCache {
 public:
  struct Entry {
    Entry(CertificateStore::Answer answer, std::string fingerprint, absl::Time now)
        : answer(std::make_shared<const CertificateStore::Answer>(std::move(answer))),
          fingerprint(std::move(fingerprint)),
          checked(absl::ToUnixNanos(now)),
          touched(absl::ToUnixNanos(now)) {}

    const std::shared_ptr<const CertificateStore::Answer> answer;
    const std::string fingerprint;
    // When the answer was last known to be that of the disk.
    mutable std::atomic<int64_t> checked;
    // Whether somebody is about to look.
    mutable std::atomic<bool> checking{false};
    // When it was last of use, roughly.
    mutable std::atomic<int64_t> touched;
  };
  using Pointer = std::shared_ptr<const Entry>;

  // Holds `max_entries`, rounded up to a multiple of the number of parts.
  explicit CertificateCache(size_t max_entries);

  // nullptr if there is none.
  Pointer Find(absl::string_view host) const;

  void Put(absl::string_view host, Pointer entry);
  void Erase(absl::string_view host);

  std::vector<std::string> Hosts() const;
  size_t size() const;

 private:
  using Map = absl::flat_hash_map<std::string, Pointer>;
  struct Part {
    Published<Map> map{std::make_shared<const Map>()};
    absl::Mutex writing;
  };
  static constexpr size_t kParts = 32;

  Part& PartOf(absl::string_view host) const;

  const size_t max_entries_per_part_;
  const std::unique_ptr<std::array<Part, kParts>> parts_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_CERTIFICATE_CACHE_H_
