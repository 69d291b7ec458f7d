#include "registry/base/cancellation.h"

#include <utility>

namespace registryd {

Cancellation::Registration::Registration(std::shared_ptr<Cancellation> cancellation, uint64_t id)
    : cancellation_(std::move(cancellation)), id_(id) {}

Cancellation::Registration::Registration(Registration&& other) noexcept
    : cancellation_(std::move(other.cancellation_)), id_(std::exchange(other.id_, 0)) {}

Cancellation::Registration& Cancellation::Registration::operator=(Registration&& other) noexcept {
  if (this != &other) {
    Release();
    cancellation_ = std::move(other.cancellation_);
    id_ = std::exchange(other.id_, 0);
  }
  return *this;
}

Cancellation::Registration::~Registration() { Release(); }

void Cancellation::Registration::Release() {
  // Emptied first: what Forget destroys may come back here.
  const std::shared_ptr<Cancellation> cancellation = std::move(cancellation_);
  cancellation_ = nullptr;
  if (cancellation != nullptr) cancellation->Forget(std::exchange(id_, 0));
}

void Cancellation::Cancel() {
  // A callback may drop the last reference but this one.
  const std::shared_ptr<Cancellation> self = shared_from_this();
  {
    absl::MutexLock lock(&mutex_);
    if (cancelled_) return;
    cancelled_ = true;
    cancelling_thread_ = std::this_thread::get_id();
  }
  while (true) {
    absl::AnyInvocable<void()> callback;
    {
      absl::MutexLock lock(&mutex_);
      running_ = 0;
      if (callbacks_.empty()) return;
      const auto first = callbacks_.begin();
      running_ = first->first;
      callback = std::move(first->second);
      callbacks_.erase(first);
    }
    callback();
    callback = nullptr;
  }
}

bool Cancellation::cancelled() const {
  absl::MutexLock lock(&mutex_);
  return cancelled_;
}

Cancellation::Registration Cancellation::OnCancel(absl::AnyInvocable<void()> callback) {
  {
    absl::MutexLock lock(&mutex_);
    if (!cancelled_) {
      const uint64_t id = next_id_++;
      callbacks_.emplace(id, std::move(callback));
      return Registration(shared_from_this(), id);
    }
  }
  callback();
  return Registration();
}

void Cancellation::Forget(uint64_t id) {
  // Destroyed after the lock is released, for it may own other registrations.
  absl::AnyInvocable<void()> callback;
  absl::MutexLock lock(&mutex_);
  if (const auto it = callbacks_.find(id); it != callbacks_.end()) {
    callback = std::move(it->second);
    callbacks_.erase(it);
    return;
  }
  if (running_ != id || cancelling_thread_ == std::this_thread::get_id()) return;
  const auto returned = [this, id]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return running_ != id; };
  mutex_.Await(absl::Condition(&returned));
}

}  // namespace registryd
