#include "registry/base/executor.h"

#include <algorithm>
#include <system_error>
#include <utility>

namespace registryd {

Executor::Executor(const ExecutorOptions& options)
    : thread_count_(std::max(1, options.threads)), queue_limit_(options.queue_limit) {}

Executor::~Executor() {
  std::vector<std::thread> threads;
  do {
    for (std::thread& thread : threads) thread.join();
    threads.clear();
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
    threads.swap(threads_);  // What still runs may start more.
  } while (!threads.empty());
}

bool Executor::Submit(Task task) {
  absl::MutexLock lock(&mutex_);
  // A task for which a thread is free does not wait, and so is not counted.
  if (queue_.size() >= queue_limit_ + (thread_count_ - running_)) return false;
  const size_t free = started_ - running_;
  if (queue_.size() >= free && started_ < thread_count_) StartThread();
  if (started_ == 0) return false;
  queue_.push_back(std::move(task));
  return true;
}

void Executor::StartThread() {
  // The standard library reports that there is none by an exception alone.
  try {
    threads_.emplace_back([this] { Run(); });
    ++started_;
  } catch (const std::system_error&) {
  }
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
