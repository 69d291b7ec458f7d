#include "registry/net/dns_cache.h"

#include <algorithm>
#include <tuple>

#include "absl/hash/hash.h"

namespace registryd {
namespace {

constexpr size_t kEntriesPerShard = 64;

}  // namespace

DnsCache::DnsCache(size_t max_entries) {
  max_entries = std::max<size_t>(1, max_entries);
  const size_t shards = std::clamp<size_t>(max_entries / kEntriesPerShard, 1, kMaxShards);
  for (size_t i = 0; i < shards; ++i) shards_.push_back(std::make_unique<Shard>());
  max_entries_per_shard_ = max_entries / shards;
}

const DnsCache::Entry* DnsCache::Find(absl::string_view host, absl::Time now) const {
  const Map& map = *ShardOf(host).map.Get();
  const auto it = map.find(host);
  if (it == map.end() || !it->second->IsUsable(now)) return nullptr;
  const Entry& entry = *it->second;
  // Written once, so that readers on many processors share the cache line.
  if (!entry.used.load(std::memory_order_relaxed)) {
    entry.used.store(true, std::memory_order_relaxed);
  }
  return &entry;
}

void DnsCache::Store(absl::string_view host, std::shared_ptr<const Entry> entry, absl::Time now) {
  Shard& shard = ShardOf(host);
  absl::MutexLock lock(&shard.writing);
  const auto old_map = shard.map.Get();
  auto map = std::make_shared<Map>();
  map->reserve(old_map->size() + 1);
  for (const auto& [name, old] : *old_map) {
    if (old->IsUsable(now) && name != host) map->emplace(name, old);
  }
  if (map->size() >= max_entries_per_shard_) {
    const auto worth = [](const auto& item) {
      return std::make_tuple(item.second->used.load(std::memory_order_relaxed),
                             item.second->usable_until);
    };
    map->erase(std::min_element(map->begin(), map->end(),
                                [&](const auto& a, const auto& b) { return worth(a) < worth(b); }));
  }
  map->emplace(host, std::move(entry));
  // The difference may be negative: unsigned numbers wrap around, and back.
  size_.fetch_add(map->size() - old_map->size(), std::memory_order_relaxed);
  shard.map.Set(std::move(map));
}

DnsCache::Shard& DnsCache::ShardOf(absl::string_view host) const {
  return *shards_[absl::HashOf(host) % shards_.size()];
}

}  // namespace registryd
