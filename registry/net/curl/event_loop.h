#ifndef REGISTRYD_REGISTRY_NET_CURL_EVENT_LOOP_H_
#define REGISTRYD_REGISTRY_NET_CURL_EVENT_LOOP_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace registryd {

// One thread that waits for sockets, times and the tasks of other threads. Its time is
// the monotonic clock's.
class EventLoop {
 public:
  using Task = absl::AnyInvocable<void() &&>;
  using Time = std::chrono::steady_clock::time_point;
  // Never 0, never used twice.
  using WatchId = uint64_t;
  using TimerId = std::pair<Time, uint64_t>;

  // Who wants to know about a socket.
  class Watcher {
   public:
    virtual ~Watcher() = default;
    // `events` as epoll(7) has them.
    virtual void OnReady(int fd, uint32_t events) = 0;
  };

  // Returns RESOURCE_EXHAUSTED without file descriptors.
  static absl::StatusOr<std::shared_ptr<EventLoop>> Create();

  // Stop must have been called.
  ~EventLoop();

  // Any thread may call these two.
  //
  // Runs `task` on the loop's thread, in the order of posting. Returns false, and
  // destroys `task`, after Stop.
  bool Post(Task task);
  bool InLoopThread() const { return std::this_thread::get_id() == thread_id_; }

  // Runs what was posted, then `last`, and ends the thread. Not to be called on it.
  void Stop(Task last);

  // The rest is for the loop's thread.
  //
  // Calls `watcher` whenever `fd` is ready for `events`, until Unwatch. May be called,
  // as all of these, while a watcher or a task runs.
  WatchId Watch(int fd, uint32_t events, Watcher& watcher);
  void Change(WatchId watch, uint32_t events);
  // `fd` may have been closed meanwhile.
  void Unwatch(WatchId watch);

  // Runs `task` once, not before `when`.
  TimerId RunAt(Time when, Task task);
  // Destroys the task, unless it has run.
  void Cancel(const TimerId& timer);

  static Time Now() { return std::chrono::steady_clock::now(); }

 private:
  struct Watched {
    int fd;
    Watcher* watcher;
  };

  EventLoop(int epoll, int event) : epoll_(epoll), event_(event) {}
  void Run();
  void RunTimers();
  // Milliseconds until the next timer; -1 for none.
  int Timeout() const;
  void Wake();

  const int epoll_;
  const int event_;  // An eventfd, written to where the thread has to look at queue_.
  uint64_t next_id_ = 1;
  absl::flat_hash_map<WatchId, Watched> watched_;
  absl::btree_map<TimerId, Task> timers_;

  absl::Mutex mutex_;
  std::vector<Task> queue_ ABSL_GUARDED_BY(mutex_);
  Task last_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
  std::thread::id thread_id_;  // Also when the thread has ended.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_EVENT_LOOP_H_
