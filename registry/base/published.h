#ifndef REGISTRYD_REGISTRY_BASE_PUBLISHED_H_
#define REGISTRYD_REGISTRY_BASE_PUBLISHED_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace registryd {

// A pointer to an immutable value that is replaced now and then and read all the
// time. A read is one atomic load and a look at this thread's own copy; only the
// first read on a thread after a replacement takes the lock.
//
// A thread's copy keeps an old value alive until that thread reads again, or
// another Published takes its place in the thread's table of `kSlots`. Objects
// made one after the other have places of their own, up to kSlots of them: a set
// of shards wants at least as many slots.
//
// Thread-safe.
template <typename T, size_t kSlots = 64>
class Published {
 public:
  using Pointer = std::shared_ptr<const T>;

  explicit Published(Pointer value = nullptr) : id_(NextId()), value_(std::move(value)) {}
  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  // The present value. The reference holds until this thread's next call of
  // Get() on any Published<T, kSlots>: copy it to keep it longer.
  const Pointer& Get() const {
    thread_local std::array<Slot, kSlots> slots;
    Slot& slot = slots[id_ % kSlots];
    const uint64_t generation = generation_.load(std::memory_order_acquire);
    if (slot.id != id_ || slot.generation != generation) {
      Pointer value;  // Leaves with the old copy, after the lock.
      absl::MutexLock lock(&mutex_);
      slot.id = id_;
      slot.generation = generation_.load(std::memory_order_relaxed);
      value = value_;
      slot.value.swap(value);
    }
    return slot.value;
  }

  // Readers see `value` from now on.
  void Set(Pointer value) {
    absl::MutexLock lock(&mutex_);
    value_.swap(value);
    generation_.fetch_add(1, std::memory_order_release);
  }

 private:
  struct Slot {
    uint64_t id = 0;
    uint64_t generation = 0;
    Pointer value;
  };

  static uint64_t NextId() {
    static std::atomic<uint64_t> next{1};
    return next.fetch_add(1, std::memory_order_relaxed);
  }

  const uint64_t id_;
  std::atomic<uint64_t> generation_{1};
  mutable absl::Mutex mutex_;
  Pointer value_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_PUBLISHED_H_
