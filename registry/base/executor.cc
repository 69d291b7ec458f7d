#include "registry/base/executor.h"

#include <algorithm>
#include <utility>

namespace registryd {

Executor::Executor(const ExecutorOptions& options)
    : thread_count_(std::max(1, options.threads)), queue_limit_(options.queue_limit) {
  threads_.reserve(thread_count_);
  for (size_t i = 0; i < thread_count_; ++i) threads_.emplace_back([this] { Run(); });
}

Executor::~Executor() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool Executor::Submit(Task task) {
  absl::MutexLock lock(&mutex_);
  // A task for which a thread is free does not wait, and so is not counted.
  if (queue_.size() >= queue_limit_ + (thread_count_ - running_)) return false;
  queue_.push_back(std::move(task));
  return true;
}

bool Executor::HasWorkOrStops() const {
  // A running task may submit another, so the last one to end decides.
  return !queue_.empty() || (stopping_ && running_ == 0);
}

void Executor::Run() {
  while (true) {
    Task task;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Executor::HasWorkOrStops));
      if (queue_.empty()) return;
      task = std::move(queue_.front());
      queue_.pop_front();
      ++running_;
    }
    std::move(task)();
    task = nullptr;
    absl::MutexLock lock(&mutex_);
    --running_;
  }
}

}  // namespace registryd
