#include "registry/base/timer_queue.h"

#include "absl/time/clock.h"

namespace registryd {

TimerQueue::TimerQueue() : thread_([this] { Run(); }) {}

TimerQueue::~TimerQueue() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  thread_.join();
  // Emptied without the lock: what callbacks own may call Cancel.
  absl::btree_map<std::pair<absl::Time, Id>, Callback> callbacks;
  absl::MutexLock lock(&mutex_);
  callbacks.swap(callbacks_);
  times_.clear();
}

TimerQueue::Id TimerQueue::Schedule(absl::Time when, Callback callback) {
  absl::MutexLock lock(&mutex_);
  const Id id = next_id_++;
  times_.emplace(id, when);
  const auto it = callbacks_.emplace(std::make_pair(when, id), std::move(callback)).first;
  if (it == callbacks_.begin()) changed_.Signal();
  return id;
}

bool TimerQueue::Cancel(Id id) {
  Callback callback;  // Destroyed after the lock is released.
  absl::MutexLock lock(&mutex_);
  const auto time = times_.find(id);
  if (time == times_.end()) return false;
  const auto it = callbacks_.find({time->second, id});
  callback = std::move(it->second);
  callbacks_.erase(it);
  times_.erase(time);
  return true;
}

void TimerQueue::Run() {
  while (true) {
    Callback callback;
    {
      absl::MutexLock lock(&mutex_);
      while (!stopping_ && (callbacks_.empty() || absl::Now() < callbacks_.begin()->first.first)) {
        changed_.WaitWithDeadline(
            &mutex_, callbacks_.empty() ? absl::InfiniteFuture() : callbacks_.begin()->first.first);
      }
      if (stopping_) return;
      const auto first = callbacks_.begin();
      times_.erase(first->first.second);
      callback = std::move(first->second);
      callbacks_.erase(first);
    }
    std::move(callback)();
  }
}

}  // namespace registryd
