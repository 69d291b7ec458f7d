#include "registry/net/caching_dns_resolver.h"

#include <algorithm>
#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/pending_call.h"
#include "registry/net/dns_cache.h"

namespace registryd {

class CachingDnsResolver::Core : public std::enable_shared_from_this<Core> {
 public:
  using Call = PendingCall<DnsAnswer>;
  using Result = absl::StatusOr<DnsAnswer>;

  Core(DnsResolver& upstream, TimerQueue& timers, const Clock& clock,
       const CachingDnsResolverOptions& options)
      : upstream_(upstream),
        timers_(timers),
        clock_(clock),
        options_(options),
        cache_(options.max_entries) {}

  // What is known about `host`, if anything. Counts hits, and sees to a refresh.
  std::optional<Result> Find(absl::string_view host) {
    const absl::Time now = clock_.Now();
    const DnsCache::Entry* const entry = cache_.Find(host, now);
    if (entry == nullptr) return std::nullopt;
    (entry->result.ok() ? hits_ : negative_hits_).fetch_add(1, std::memory_order_relaxed);
    // Copied now: asking may change what this thread sees of the cache.
    Result result = entry->result;
    if (entry->fresh_until <= now && !entry->refreshing.exchange(true)) Ask(host, nullptr);
    return result;
  }

  void Wait(absl::string_view host, const CallContext& context, Callback done) {
    misses_.fetch_add(1, std::memory_order_relaxed);
    std::shared_ptr<Call> call = Call::Start(context, timers_, std::move(done));
    if (!call->finished()) Ask(host, std::move(call));
  }

  DnsCacheStats stats() const {
    DnsCacheStats stats;
    stats.hits = hits_.load(std::memory_order_relaxed);
    stats.negative_hits = negative_hits_.load(std::memory_order_relaxed);
    stats.misses = misses_.load(std::memory_order_relaxed);
    stats.entries = cache_.size();
    absl::MutexLock lock(&mutex_);
    stats.in_flight = waiting_.size();
    return stats;
  }

 private:
  // Asks the upstream for `host`, unless it is being asked. `call`, where there is
  // one, gets the answer.
  void Ask(absl::string_view host, std::shared_ptr<Call> call) {
    const absl::Time now = clock_.Now();
    {
      absl::ReleasableMutexLock lock(&mutex_);
      auto it = waiting_.find(host);
      const bool asked_already = it != waiting_.end();
      if (!asked_already && call != nullptr) {
        // The answer may have come since the caller looked. Answers are stored
        // before their question is forgotten, so it is in one of the two.
        if (const DnsCache::Entry* const entry = cache_.Find(host, now)) {
          Result result = entry->result;
          lock.Release();
          call->Finish(std::move(result));
          return;
        }
      }
      if (!asked_already) it = waiting_.try_emplace(host).first;
      if (call != nullptr) it->second.push_back(std::move(call));
      if (asked_already) return;
    }
    const CallContext context = {now + options_.query_timeout, nullptr};
    upstream_.Resolve(host, context,
                      [core = shared_from_this(), host = std::string(host)](Result result) {
                        core->Answer(host, std::move(result));
                      });
  }

  void Answer(const std::string& host, Result result) {
    if (absl::IsDeadlineExceeded(result.status())) {
      // The deadline was ours, not the callers'.
      result = Error(absl::StatusCode::kUnavailable, Reason::kDnsFailed,
                     absl::StrCat("look-up of ", host, " took too long"));
    }
    Remember(host, result);
    std::vector<std::shared_ptr<Call>> calls;
    {
      absl::MutexLock lock(&mutex_);
      const auto it = waiting_.find(host);
      calls = std::move(it->second);
      waiting_.erase(it);
    }
    for (const std::shared_ptr<Call>& call : calls) call->Finish(result);
  }

  void Remember(const std::string& host, const Result& result) {
    const absl::Time now = clock_.Now();
    if (result.ok()) {
      const absl::Time fresh_until = now + options_.positive_ttl;
      Store(host, result, fresh_until, fresh_until + options_.stale_ttl, now);
      return;
    }
    const absl::Time retry = now + options_.negative_ttl;
    const DnsCache::Entry* const old = cache_.Find(host, now);
    if (old != nullptr && old->result.ok() && !absl::IsNotFound(result.status())) {
      const absl::Time usable_until = old->usable_until;
      Store(host, Result(old->result), std::min(retry, usable_until), usable_until, now);
    } else if (ReasonOf(result.status()) != Reason::kOverloaded) {
      Store(host, result, retry, retry, now);
    }
  }

  void Store(const std::string& host, Result result, absl::Time fresh_until,
             absl::Time usable_until, absl::Time now) {
    cache_.Store(
        host, std::make_shared<DnsCache::Entry>(std::move(result), now, fresh_until, usable_until),
        now);
  }

  DnsResolver& upstream_;
  TimerQueue& timers_;
  const Clock& clock_;
  const CachingDnsResolverOptions options_;
  DnsCache cache_;

  std::atomic<uint64_t> hits_{0};
  std::atomic<uint64_t> negative_hits_{0};
  std::atomic<uint64_t> misses_{0};

  mutable absl::Mutex mutex_;
  // The names being asked for, and who waits for each: nobody, for a refresh.
  absl::flat_hash_map<std::string, std::vector<std::shared_ptr<Call>>> waiting_
      ABSL_GUARDED_BY(mutex_);
};

CachingDnsResolver::CachingDnsResolver(DnsResolver& upstream, TimerQueue& timers,
                                       const Clock& clock, const CachingDnsResolverOptions& options)
    : core_(std::make_shared<Core>(upstream, timers, clock, options)) {}

CachingDnsResolver::~CachingDnsResolver() = default;

void CachingDnsResolver::Resolve(absl::string_view host, const CallContext& context,
                                 Callback done) {
  if (DnsAnswer literal = AnswerLiteral(host)) {
    std::move(done)(std::move(literal));
  } else if (auto result = core_->Find(host)) {
    std::move(done)(*std::move(result));
  } else {
    core_->Wait(host, context, std::move(done));
  }
}

DnsAnswer CachingDnsResolver::Cached(absl::string_view host, bool* known_failure) {
  if (known_failure != nullptr) *known_failure = false;
  if (DnsAnswer literal = AnswerLiteral(host)) return literal;
  const auto result = core_->Find(host);
  if (!result.has_value()) return nullptr;
  if (result->ok()) return **result;
  if (known_failure != nullptr) *known_failure = true;
  return nullptr;
}

DnsCacheStats CachingDnsResolver::stats() const { return core_->stats(); }

}  // namespace registryd
