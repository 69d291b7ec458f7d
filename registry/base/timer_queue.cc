#include "registry/base/timer_queue.h"

#include <algorithm>

namespace registryd {

TimerQueue::TimerQueue() : thread_([this] { Run(); }) {}

TimerQueue::~TimerQueue() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    changed_.notify_one();
  }
  thread_.join();
  // Emptied without the lock: what callbacks own may call Cancel.
  absl::btree_map<std::pair<absl::Time, Id>, Callback> callbacks;
  std::lock_guard<std::mutex> lock(mutex_);
  callbacks.swap(callbacks_);
  times_.clear();
}

TimerQueue::Id TimerQueue::Schedule(absl::Time when, Callback callback) {
  // By how much the clock was set. The moment between the two looks is cut off: it must not
  // change the order.
  const absl::Time now = absl::Now();
  when -= absl::Trunc(now - Now(), absl::Milliseconds(1));
  std::lock_guard<std::mutex> lock(mutex_);
  const Id id = next_id_++;
  times_.emplace(id, when);
  const auto it = callbacks_.emplace(std::make_pair(when, id), std::move(callback)).first;
  if (it == callbacks_.begin()) changed_.notify_one();
  return id;
}

bool TimerQueue::Cancel(Id id) {
  Callback callback;  // Destroyed after the lock is released.
  std::lock_guard<std::mutex> lock(mutex_);
  const auto time = times_.find(id);
  if (time == times_.end()) return false;
  const auto it = callbacks_.find({time->second, id});
  callback = std::move(it->second);
  callbacks_.erase(it);
  times_.erase(time);
  return true;
}

void TimerQueue::Run() {
  constexpr absl::Duration kLongest = absl::Hours(1);  // A wait without an end would overflow.
  while (true) {
    Callback callback;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      while (!stopping_) {
        absl::Duration left = kLongest;
        if (!callbacks_.empty()) left = std::min(left, callbacks_.begin()->first.first - Now());
        if (left <= absl::ZeroDuration()) break;
        changed_.wait_for(lock, absl::ToChronoNanoseconds(left));
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
