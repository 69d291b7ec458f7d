#ifndef REGISTRYD_REGISTRY_BASE_CANCELLATION_H_
#define REGISTRYD_REGISTRY_BASE_CANCELLATION_H_

#include <cstdint>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace registryd {

// A caller's "never mind", shared by the caller and the work done for it.
// Always owned by a std::shared_ptr. Thread-safe.
//
//   auto cancellation = std::make_shared<Cancellation>();
//   resolver.Resolve(host, {deadline, cancellation}, std::move(done));
//   cancellation->Cancel();  // `done` gets CANCELLED, unless it has its answer.
class Cancellation : public std::enable_shared_from_this<Cancellation> {
 public:
  // Forgets a callback when destroyed. A callback that is running at that
  // moment on another thread has returned, and is destroyed, when the destructor
  // returns: hold no lock then that the callback takes. A callback may destroy
  // any Registration, its own included, without waiting.
  class Registration {
   public:
    Registration() = default;
    Registration(Registration&& other) noexcept;
    Registration& operator=(Registration&& other) noexcept;
    ~Registration();

   private:
    friend class Cancellation;
    Registration(std::shared_ptr<Cancellation> cancellation, uint64_t id);
    void Release();

    std::shared_ptr<Cancellation> cancellation_;
    uint64_t id_ = 0;
  };

  // Runs every registered callback, once, on this thread, in the order of their
  // registration. Later calls do nothing; they do not wait for the first.
  void Cancel();

  bool cancelled() const;

  // Runs `callback` at Cancel(), or now, on this thread, when that has been.
  // No lock of this class is held while it runs.
  [[nodiscard]] Registration OnCancel(absl::AnyInvocable<void()> callback);

 private:
  // Also waits for the callback, where it runs on another thread.
  void Forget(uint64_t id);

  mutable absl::Mutex mutex_;
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  // The callback that Cancel() is running, 0 for none, and Cancel()'s thread.
  uint64_t running_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread::id cancelling_thread_ ABSL_GUARDED_BY(mutex_);
  absl::btree_map<uint64_t, absl::AnyInvocable<void()>> callbacks_ ABSL_GUARDED_BY(mutex_);
};

// What a caller allows: until when, and whether it still waits.
struct CallContext {
  absl::Time deadline = absl::InfiniteFuture();
  // Null: the caller never cancels.
  std::shared_ptr<Cancellation> cancellation;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_BASE_CANCELLATION_H_
