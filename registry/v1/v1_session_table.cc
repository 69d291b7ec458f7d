#include "registry/v1/v1_session_table.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// Between two looks at the sessions, at least.
constexpr absl::Duration kMinSweepDelay = absl::Milliseconds(1);

absl::Status NotFound() {
  return Error(absl::StatusCode::kNotFound, Reason::kSessionNotFound,
               "no such session: it was deleted, was idle for too long, or never was");
}

absl::Status ShuttingDown() {
  return Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown, "the service is stopping");
}

}  // namespace

class V1SessionTable::Place::Hold {
 public:
  Hold(std::shared_ptr<State> state, absl::string_view caller)
      : state_(std::move(state)), caller_(caller) {}
  Hold(const Hold&) = delete;
  Hold& operator=(const Hold&) = delete;
  ~Hold();

  const std::string& caller() const { return caller_; }

 private:
  const std::shared_ptr<State> state_;
  const std::string caller_;
};

// Shared by the table and what it handed out. Sessions are closed, and places freed,
// without the lock.
class V1SessionTable::State : public std::enable_shared_from_this<State> {
 public:
  State(const V1SessionTableOptions& options, TimerQueue& timers, const Clock& clock, NewId new_id)
      : options_(options), timers_(timers), clock_(clock), new_id_(std::move(new_id)) {}

  absl::StatusOr<Place> Reserve(absl::string_view caller);
  void Free(const std::string& caller);
  absl::StatusOr<std::string> Add(Place place, const std::shared_ptr<V1Session>& session);
  absl::StatusOr<std::shared_ptr<V1Session>> Find(absl::string_view id, absl::string_view caller);
  absl::Status Delete(absl::string_view id, absl::string_view caller);
  void CallEnded(const std::string& id);
  // All of them: those with calls too.
  void Drain(bool all);
  size_t size() const;

 private:
  struct Entry {
    std::shared_ptr<V1Session> session;
    std::shared_ptr<Place::Hold> place;
    size_t calls = 0;
    absl::Time idle_since;
  };
  using Sessions = absl::flat_hash_map<std::string, Entry>;

  // One call's hold on a session.
  class Lease {
   public:
    Lease(std::shared_ptr<State> state, std::string id, std::shared_ptr<V1Session> session)
        : state_(std::move(state)), id_(std::move(id)), session_(std::move(session)) {}
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    ~Lease() { state_->CallEnded(id_); }

   private:
    const std::shared_ptr<State> state_;
    const std::string id_;
    const std::shared_ptr<V1Session> session_;
  };

  static void Close(std::vector<Entry> entries) {
    for (const Entry& entry : entries) entry.session->Close();
  }

  absl::Status CheckLimits(absl::string_view caller) const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  bool IsExpired(const Entry& entry, absl::Time now) const {
    return entry.calls == 0 && now - entry.idle_since >= options_.idle_timeout;
  }
  // The session of that id and caller, if it has not expired.
  Sessions::iterator FindEntry(absl::string_view id, absl::string_view caller)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Entry> TakeExpired() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ArmTimer() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Sweep();

  const V1SessionTableOptions options_;
  TimerQueue& timers_;
  const Clock& clock_;
  mutable absl::Mutex mutex_;
  NewId new_id_ ABSL_GUARDED_BY(mutex_);
  Sessions sessions_ ABSL_GUARDED_BY(mutex_);
  // By caller, and of all: sessions, and those being opened.
  absl::flat_hash_map<std::string, size_t> places_ ABSL_GUARDED_BY(mutex_);
  size_t all_places_ ABSL_GUARDED_BY(mutex_) = 0;
  TimerQueue::Id timer_ ABSL_GUARDED_BY(mutex_) = 0;  // 0: none.
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
};

V1SessionTable::Place::Hold::~Hold() { state_->Free(caller_); }

absl::Status V1SessionTable::State::CheckLimits(absl::string_view caller) const {
  const auto of_caller = places_.find(caller);
  if (of_caller != places_.end() && of_caller->second >= options_.max_per_caller) {
    return Error(
        absl::StatusCode::kResourceExhausted, Reason::kOverloaded,
        absl::StrCat("too many sessions: the caller has ", options_.max_per_caller, " of them"));
  }
  if (all_places_ >= options_.max_sessions) {
    return Error(absl::StatusCode::kResourceExhausted, Reason::kOverloaded,
                 absl::StrCat("too many sessions: all callers together have ",
                              options_.max_sessions, " of them"));
  }
  return absl::OkStatus();
}

absl::StatusOr<V1SessionTable::Place> V1SessionTable::State::Reserve(absl::string_view caller) {
  std::vector<Entry> expired;
  {
    absl::MutexLock lock(&mutex_);
    if (!CheckLimits(caller).ok()) expired = TakeExpired();
  }
  Close(std::move(expired));
  absl::MutexLock lock(&mutex_);
  if (draining_) return ShuttingDown();
  if (absl::Status status = CheckLimits(caller); !status.ok()) return status;
  ++places_[caller];
  ++all_places_;
  return Place(std::make_shared<Place::Hold>(shared_from_this(), caller));
}

void V1SessionTable::State::Free(const std::string& caller) {
  absl::MutexLock lock(&mutex_);
  const auto of_caller = places_.find(caller);
  if (--of_caller->second == 0) places_.erase(of_caller);
  --all_places_;
}

absl::StatusOr<std::string> V1SessionTable::State::Add(Place place,
                                                       const std::shared_ptr<V1Session>& session) {
  absl::MutexLock lock(&mutex_);
  if (draining_) return ShuttingDown();
  absl::StatusOr<std::string> id = new_id_();
  if (!id.ok()) return id;
  const auto [entry, is_new] = sessions_.try_emplace(*id);
  if (!is_new) {
    return Error(absl::StatusCode::kInternal, Reason::kInternal, "a session's id came twice");
  }
  entry->second = {session, std::move(place.hold_), /*calls=*/0, clock_.Now()};
  ArmTimer();
  return id;
}

V1SessionTable::State::Sessions::iterator V1SessionTable::State::FindEntry(
    absl::string_view id, absl::string_view caller) {
  const auto found = sessions_.find(id);
  const bool is_there = found != sessions_.end() && found->second.place->caller() == caller &&
                        !IsExpired(found->second, clock_.Now());
  return is_there ? found : sessions_.end();
}

absl::StatusOr<std::shared_ptr<V1Session>> V1SessionTable::State::Find(absl::string_view id,
                                                                       absl::string_view caller) {
  absl::MutexLock lock(&mutex_);
  const auto found = FindEntry(id, caller);
  if (found == sessions_.end()) return NotFound();
  Entry& entry = found->second;
  auto lease = std::make_shared<Lease>(shared_from_this(), found->first, entry.session);
  ++entry.calls;
  V1Session* const session = entry.session.get();
  return std::shared_ptr<V1Session>(std::move(lease), session);
}

absl::Status V1SessionTable::State::Delete(absl::string_view id, absl::string_view caller) {
  std::vector<Entry> deleted;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = FindEntry(id, caller);
    if (found == sessions_.end()) return NotFound();
    deleted.push_back(std::move(found->second));
    sessions_.erase(found);
  }
  Close(std::move(deleted));
  return absl::OkStatus();
}

void V1SessionTable::State::CallEnded(const std::string& id) {
  std::vector<Entry> ended;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = sessions_.find(id);
    if (found == sessions_.end() || --found->second.calls > 0) return;
    if (draining_) {
      ended.push_back(std::move(found->second));
      sessions_.erase(found);
    } else {
      found->second.idle_since = clock_.Now();
      ArmTimer();
    }
  }
  Close(std::move(ended));
}

void V1SessionTable::State::Drain(bool all) {
  std::vector<Entry> ended;
  {
    absl::MutexLock lock(&mutex_);
    draining_ = true;
    absl::erase_if(sessions_, [&](auto& item) {
      if (!all && item.second.calls > 0) return false;
      ended.push_back(std::move(item.second));
      return true;
    });
    if (timer_ != 0) timers_.Cancel(std::exchange(timer_, 0));
  }
  Close(std::move(ended));
}

std::vector<V1SessionTable::State::Entry> V1SessionTable::State::TakeExpired() {
  std::vector<Entry> expired;
  absl::erase_if(sessions_, [&, now = clock_.Now()](auto& item) {
    if (!IsExpired(item.second, now)) return false;
    expired.push_back(std::move(item.second));
    return true;
  });
  return expired;
}

// Sessions that become idle later also expire later: the timer that is set comes in time.
void V1SessionTable::State::ArmTimer() {
  if (timer_ != 0) return;
  absl::Time first = absl::InfiniteFuture();
  for (const auto& [id, entry] : sessions_) {
    if (entry.calls == 0) first = std::min(first, entry.idle_since + options_.idle_timeout);
  }
  if (first == absl::InfiniteFuture()) return;
  const absl::Duration delay = std::max(first - clock_.Now(), kMinSweepDelay);
  timer_ = timers_.Schedule(absl::Now() + delay, [weak = weak_from_this()] {
    if (const auto state = weak.lock()) state->Sweep();
  });
}

void V1SessionTable::State::Sweep() {
  std::vector<Entry> expired;
  {
    absl::MutexLock lock(&mutex_);
    if (draining_) return;
    timer_ = 0;
    expired = TakeExpired();
    ArmTimer();
  }
  Close(std::move(expired));
}

size_t V1SessionTable::State::size() const {
  absl::MutexLock lock(&mutex_);
  return sessions_.size();
}

V1SessionTable::V1SessionTable(const V1SessionTableOptions& options, TimerQueue& timers,
                               const Clock& clock, NewId new_id)
    : options_(options),
      state_(std::make_shared<State>(options, timers, clock, std::move(new_id))) {}

V1SessionTable::~V1SessionTable() { state_->Drain(/*all=*/true); }

absl::StatusOr<V1SessionTable::Place> V1SessionTable::Reserve(absl::string_view caller) {
  return state_->Reserve(caller);
}

absl::StatusOr<std::string> V1SessionTable::Add(Place place, std::shared_ptr<V1Session> session) {
  absl::StatusOr<std::string> id = state_->Add(std::move(place), session);
  if (!id.ok()) session->Close();
  return id;
}

absl::StatusOr<std::shared_ptr<V1Session>> V1SessionTable::Find(absl::string_view id,
                                                                absl::string_view caller) {
  return state_->Find(id, caller);
}

absl::Status V1SessionTable::Delete(absl::string_view id, absl::string_view caller) {
  return state_->Delete(id, caller);
}

void V1SessionTable::Drain() { state_->Drain(/*all=*/false); }

size_t V1SessionTable::size() const { return state_->size(); }

}  // namespace registryd
