#ifndef REGISTRYD_REGISTRY_NET_DNS_CACHE_H_
#define REGISTRYD_REGISTRY_NET_DNS_CACHE_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/base/clock.h"
#include "registry/base/published.h"
#include "registry/net/dns_resolver.h"

namespace registryd {

// What is known about host names, good and bad, each for its time: the table
// inside CachingDnsResolver. Names are compared byte by byte. Thread-safe; a
// thread that finds a name again, in a part of the table that has not changed,
// takes no lock.
//
// The table is an array of shards, each an immutable map that a change replaces:
// a change costs a copy of one shard, some 64 entries.
class DnsCache {
 public:
  struct Entry {
    Entry(absl::StatusOr<DnsAnswer> result, absl::Time made, absl::Time fresh_until,
          absl::Time usable_until)
        : result(std::move(result)),
          made(made),
          fresh_until(fresh_until),
          usable_until(usable_until) {}

    // Neither over, nor of a future that the clock has been set back from.
    bool IsUsable(absl::Time now) const { return now < usable_until && !WasSetBack(made, now); }

    const absl::StatusOr<DnsAnswer> result;
    const absl::Time made;
    // When to ask again, and when to forget. Fresh is never longer than usable.
    const absl::Time fresh_until;
    const absl::Time usable_until;
    // Somebody asks again already. The entry's replacement begins anew.
    mutable std::atomic<bool> refreshing{false};
    // Found since it was stored: such entries are the last to make room.
    mutable std::atomic<bool> used{false};
  };

  // Holds at most `max_entries`, at least 1.
  explicit DnsCache(size_t max_entries);

  // What is usable at `now`; nullptr when nothing is. Valid until this thread's
  // next Find.
  const Entry* Find(absl::string_view host, absl::Time now) const;

  // Stores `entry`, in place of one of that name. Makes room where there is none:
  // entries that are no longer usable go first, then those never found, then
  // those to be forgotten soonest.
  void Store(absl::string_view host, std::shared_ptr<const Entry> entry, absl::Time now);

  // Entries held, some perhaps no longer usable.
  size_t size() const { return size_.load(std::memory_order_relaxed); }

 private:
  static constexpr size_t kMaxShards = 256;

  using Map = absl::flat_hash_map<std::string, std::shared_ptr<const Entry>>;
  struct Shard {
    absl::Mutex writing;
    Published<Map, kMaxShards> map{std::make_shared<const Map>()};
  };

  Shard& ShardOf(absl::string_view host) const;

  std::vector<std::unique_ptr<Shard>> shards_;
  size_t max_entries_per_shard_;
  std::atomic<size_t> size_{0};
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_DNS_CACHE_H_
