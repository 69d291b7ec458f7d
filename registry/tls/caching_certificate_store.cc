#include "registry/tls/caching_certificate_store.h"

#include <algorithm>
#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "registry/base/error.h"
#include "registry/base/pending_call.h"
#include "registry/base/published.h"
#include "registry/tls/certificate_cache.h"

namespace registryd {
namespace {

// certs.d/HOST, and a level below it for volumes as Kubernetes mounts them.
constexpr int kWatchedLevels = 2;
// A host that changes during each of so many reads is taken as it is.
constexpr int kMaxReadings = 3;
// Calls that wait for one host, before those that ended are let go.
constexpr size_t kPruneEvery = 64;
// Touching an entry more often than that only moves cache lines about.
constexpr absl::Duration kTouchInterval = absl::Seconds(1);

using Certificates = std::shared_ptr<const HostCertificates>;
using Entry = CertificateCache::Entry;

// Or of a future that the clock has been set back from: then nobody knows how old.
bool OlderThan(const std::atomic<int64_t>& nanos, absl::Duration age, absl::Time now) {
  const absl::Time then = absl::FromUnixNanos(nanos.load(std::memory_order_relaxed));
  return now - then > age || WasSetBack(then, now);
}

// Says nothing about the folder; the next try may succeed.
bool IsTransient(const absl::Status& status) { return absl::IsUnavailable(status); }

}  // namespace

// What tasks of the executor share with the store, and may outlive it with.
class CachingCertificateStore::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(CertsDirectory directory, Executor& executor, TimerQueue& timers, const Clock& clock,
       CachingCertificateStoreOptions options)
      : directory_(std::move(directory)),
        executor_(executor),
        timers_(timers),
        clock_(clock),
        options_(options),
        cache_(options.max_entries) {}

  const CertsDirectory& directory() const { return directory_; }

  std::shared_ptr<const Answer> Cached(absl::string_view host);
  void Get(absl::string_view host, const CallContext& context, Callback done);
  Stats stats() const;

  // Lists certs.d anew.
  void RefreshNames();
  // Makes every answer that of the disk. Called after a change.
  void RefreshAll();

 private:
  using Call = PendingCall<Certificates>;
  using Names = absl::flat_hash_set<std::string>;

  // The answer, if it takes no disk. Sees to it that it does not grow old.
  std::shared_ptr<const Answer> Find(absl::string_view host);
  // Whether certs.d, as it was listed, has a folder for `host`.
  bool MayHaveFolder(absl::string_view host) const;
  // Runs `task` with this object, if that still exists. False if there is no room.
  template <typename Task>
  bool Submit(Task task);
  // Reads for those who wait for `host`.
  void Load(const std::string& host);
  // Reads again if the fingerprint says so.
  void Revalidate(const std::string& host);
  // Reads, and makes what was read the answer unless it is a transient failure.
  Answer ReadInto(const std::string& host);
  std::vector<std::shared_ptr<Call>> TakeFlight(const std::string& host);

  const CertsDirectory directory_;
  Executor& executor_;
  TimerQueue& timers_;
  const Clock& clock_;
  const CachingCertificateStoreOptions options_;
  const std::shared_ptr<const Answer> nothing_ =
      std::make_shared<const Answer>(std::make_shared<const HostCertificates>());

  // Grows with each change that is seen; a read that spans one is done again.
  std::atomic<uint64_t> generation_{0};
  CertificateCache cache_;

  // Null: certs.d cannot be listed, so that any host may have a folder.
  Published<Names> names_;
  std::atomic<int64_t> names_checked_{0};
  std::atomic<bool> names_checking_{false};
  absl::Mutex listing_;  // One at a time, so that the newest list stays.

  std::atomic<uint64_t> hits_{0};
  std::atomic<uint64_t> misses_{0};
  std::atomic<uint64_t> reloads_{0};

  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::vector<std::shared_ptr<Call>>> flights_
      ABSL_GUARDED_BY(mutex_);
};

bool CachingCertificateStore::Core::MayHaveFolder(absl::string_view host) const {
  const auto& names = names_.Get();
  return names == nullptr || names->contains(host);
}

template <typename Task>
bool CachingCertificateStore::Core::Submit(Task task) {
  return executor_.Submit([weak = weak_from_this(), task = std::move(task)] {
    if (const auto core = weak.lock()) task(*core);
  });
}

std::shared_ptr<const CertificateStore::Answer> CachingCertificateStore::Core::Find(
    absl::string_view host) {
  if (absl::Status status = CertsDirectory::CheckHost(host); !status.ok()) {
    return std::make_shared<const Answer>(std::move(status));
  }
  const absl::Time now = clock_.Now();
  if (OlderThan(names_checked_, options_.revalidate_after, now) &&
      !names_checking_.exchange(true)) {
    if (!Submit([](Core& core) { core.RefreshNames(); })) names_checking_ = false;
  }
  if (host.empty() || !MayHaveFolder(host)) return nothing_;

  const CertificateCache::Pointer entry = cache_.Find(host);
  if (entry == nullptr) return nullptr;
  if (!entry->answer->ok() && OlderThan(entry->checked, options_.error_lifetime, now)) {
    return nullptr;
  }
  if (OlderThan(entry->checked, options_.revalidate_after, now) &&
      !entry->checking.exchange(true)) {
    if (!Submit([host = std::string(host)](Core& core) { core.Revalidate(host); })) {
      entry->checking = false;
    }
  }
  if (OlderThan(entry->touched, kTouchInterval, now)) entry->touched = absl::ToUnixNanos(now);
  return entry->answer;
}

std::shared_ptr<const CertificateStore::Answer> CachingCertificateStore::Core::Cached(
    absl::string_view host) {
  auto answer = Find(host);
  if (answer != nullptr) hits_.fetch_add(1, std::memory_order_relaxed);
  return answer;
}

void CachingCertificateStore::Core::Get(absl::string_view host, const CallContext& context,
                                        Callback done) {
  if (const auto answer = Cached(host)) return std::move(done)(*answer);
  misses_.fetch_add(1, std::memory_order_relaxed);
  auto call = Call::Start(context, timers_, std::move(done));
  if (call->finished()) return;
  std::string name(host);
  {
    absl::MutexLock lock(&mutex_);
    const auto [it, first] = flights_.try_emplace(name);
    auto& calls = it->second;
    // A read that hangs must not collect the calls that gave up on it.
    if (calls.size() % kPruneEvery == kPruneEvery - 1) {
      calls.erase(std::remove_if(calls.begin(), calls.end(),
                                 [](const auto& waiting) { return waiting->finished(); }),
                  calls.end());
    }
    calls.push_back(std::move(call));
    if (!first) return;
  }
  if (Submit([name](Core& core) { core.Load(name); })) return;
  for (const auto& refused : TakeFlight(name)) {
    refused->Finish(Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                          "too many certificate folders are waiting to be read"));
  }
}

void CachingCertificateStore::Core::Load(const std::string& host) {
  {
    absl::MutexLock lock(&mutex_);
    auto it = flights_.find(host);
    if (it == flights_.end()) return;
    if (std::all_of(it->second.begin(), it->second.end(),
                    [](const auto& call) { return call->finished(); })) {
      flights_.erase(it);
      return;
    }
  }
  const Answer answer = ReadInto(host);
  for (const auto& call : TakeFlight(host)) call->Finish(answer);
}

std::vector<std::shared_ptr<PendingCall<Certificates>>> CachingCertificateStore::Core::TakeFlight(
    const std::string& host) {
  absl::MutexLock lock(&mutex_);
  auto it = flights_.find(host);
  if (it == flights_.end()) return {};
  auto calls = std::move(it->second);
  flights_.erase(it);
  return calls;
}

CertificateStore::Answer CachingCertificateStore::Core::ReadInto(const std::string& host) {
  for (int reading_number = 1;; ++reading_number) {
    const uint64_t generation = generation_;
    CertsDirectory::Reading reading = directory_.Read(host);
    const auto& answer = reading.certificates;
    if (!answer.ok() && IsTransient(answer.status())) return answer;
    if (cache_.Find(host) != nullptr) reloads_.fetch_add(1, std::memory_order_relaxed);
    cache_.Put(host,
               std::make_shared<const Entry>(answer, std::move(reading.fingerprint), clock_.Now()));
    // RefreshAll may not have seen the entry, if it began before Put.
    if (!MayHaveFolder(host)) cache_.Erase(host);
    if (generation == generation_ || reading_number == kMaxReadings) return answer;
  }
}

void CachingCertificateStore::Core::Revalidate(const std::string& host) {
  const CertificateCache::Pointer entry = cache_.Find(host);
  if (entry == nullptr) return;
  if (directory_.Fingerprint(host) != entry->fingerprint) (void)ReadInto(host);
  // Of use only if the entry is still there.
  entry->checked = absl::ToUnixNanos(clock_.Now());
  entry->checking = false;
}

void CachingCertificateStore::Core::RefreshNames() {
  absl::MutexLock lock(&listing_);
  const auto hosts = directory_.Hosts();
  names_.Set(hosts.ok() ? std::make_shared<const Names>(hosts->begin(), hosts->end()) : nullptr);
  names_checked_ = absl::ToUnixNanos(clock_.Now());
  names_checking_ = false;
}

void CachingCertificateStore::Core::RefreshAll() {
  ++generation_;
  RefreshNames();
  for (const std::string& host : cache_.Hosts()) {
    if (MayHaveFolder(host)) {
      Revalidate(host);
    } else {
      cache_.Erase(host);
    }
  }
}

CachingCertificateStore::Stats CachingCertificateStore::Core::stats() const {
  return {hits_, misses_, reloads_, cache_.size()};
}

CachingCertificateStore::CachingCertificateStore(CertsDirectory directory, Executor& executor,
                                                 TimerQueue& timers, FolderWatcher& watcher,
                                                 const Clock& clock,
                                                 CachingCertificateStoreOptions options)
    : core_(std::make_shared<Core>(std::move(directory), executor, timers, clock, options)) {
  const std::string& path = core_->directory().path();
  if (!path.empty()) {
    watch_ = watcher.Add(path, kWatchedLevels, [core = core_.get()] { core->RefreshAll(); });
  }
  core_->RefreshNames();
}

CachingCertificateStore::~CachingCertificateStore() = default;

void CachingCertificateStore::Get(absl::string_view host, const CallContext& context,
                                  Callback done) {
  core_->Get(host, context, std::move(done));
}

std::shared_ptr<const CertificateStore::Answer> CachingCertificateStore::Cached(
    absl::string_view host) {
  return core_->Cached(host);
}

CachingCertificateStore::Stats CachingCertificateStore::stats() const { return core_->stats(); }

}  // namespace registryd
