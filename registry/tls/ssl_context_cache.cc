#include "registry/tls/ssl_context_cache.h"

#include <algorithm>

namespace registryd {

SslContextCache::SslContextCache(std::shared_ptr<const SystemRoots> roots,
                                 SslContextCacheOptions options)
    : roots_(std::move(roots)), options_(options) {}

absl::StatusOr<SslContext> SslContextCache::Get(absl::string_view host, const TlsConfig& config) {
  const bool shared =
      config.insecure_skip_verify ||
      (config.certificates->roots.empty() && config.certificates->client_certificates.empty());
  Key key{std::string(host), config.certificates};
  {
    absl::MutexLock lock(&mutex_);
    ++uses_;
    if (shared) {
      const SslContext& context = config.insecure_skip_verify ? insecure_ : plain_;
      if (context != nullptr) {
        ++stats_.hits;
        return context;
      }
    } else if (auto it = entries_.find(key); it != entries_.end()) {
      ++stats_.hits;
      it->second.last_used = uses_;
      return it->second.context;
    }
    ++stats_.misses;
  }
  // Without the lock: parsing takes a while. Two callers may both do it.
  absl::StatusOr<SslContext> made = MakeSslContext(*roots_, host, config);
  if (!made.ok()) return made;
  absl::MutexLock lock(&mutex_);
  if (shared) {
    SslContext& context = config.insecure_skip_verify ? insecure_ : plain_;
    if (context == nullptr) context = *made;
    return context;
  }
  Insert(std::move(key), {*made, uses_});
  return made;
}

void SslContextCache::Insert(Key key, Entry entry) {
  if (options_.max_entries == 0) return;
  if (entries_.size() >= options_.max_entries && !entries_.contains(key)) {
    entries_.erase(std::min_element(entries_.begin(), entries_.end(), [](auto& a, auto& b) {
      return a.second.last_used < b.second.last_used;
    }));
  }
  entries_.insert_or_assign(std::move(key), std::move(entry));
}

SslContextCache::Stats SslContextCache::stats() const {
  absl::MutexLock lock(&mutex_);
  Stats stats = stats_;
  stats.entries = entries_.size();
  return stats;
}

}  // namespace registryd
