#ifndef REGISTRYD_REGISTRY_BASE_EXECUTOR_H_
#define REGISTRYD_REGISTRY_BASE_EXECUTOR_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace registryd {

struct ExecutorOptions {
  // How many tasks run at the same time. At least 1. A thread starts when there is a task
  // that no other is free for, and stays.
  int threads = 4;
  // How many more may wait for a thread. Beyond that Submit refuses: work that
  // comes faster than it is done must be turned away, not stored.
  size_t queue_limit = 1024;
};

// Threads of its own for work that blocks. Thread-safe.
class Executor {
 public:
  using Task = absl::AnyInvocable<void() &&>;

  explicit Executor(const ExecutorOptions& options = {});
  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Runs every task that was accepted, those included that tasks submit
  // meanwhile, then returns. Not to be called by a task.
  ~Executor();

  // Runs `task` on one of the threads; tasks start in the order of submission.
  // Returns false, and destroys `task`, when the queue is full, or the system has no
  // thread at all for it.
  [[nodiscard]] bool Submit(Task task);

 private:
  void Run();
  bool HasWorkOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  void StartThread() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const size_t thread_count_;
  const size_t queue_limit_;
  absl::Mutex mutex_;
  std::deque<Task> queue_ ABSL_GUARDED_BY(mutex_);
  size_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  size_t started_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ ABSL_GUARDED_BY(mutex_);  // Not yet joined.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_EXECUTOR_H_
