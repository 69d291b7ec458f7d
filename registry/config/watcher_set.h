#ifndef REGISTRYD_REGISTRY_CONFIG_WATCHER_SET_H_
#define REGISTRYD_REGISTRY_CONFIG_WATCHER_SET_H_

#include <cstddef>
#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"

namespace registryd {

// Waits for changes of something on behalf of one reader. It is told that there
// is something new, never what: a reader that is slow looks at the newest and
// skips what came between, so that nothing queues up behind it.
class ChangeWatcher {
 public:
  virtual ~ChangeWatcher() = default;

  // Called by the writer's thread without a lock; must return at once. Several
  // changes may be one call, and two writers may call at the same time.
  virtual void OnChange() = 0;
};

// Who wants to be told. Thread-safe.
class WatcherSet {
 public:
  explicit WatcherSet(size_t limit) : limit_(limit) {}

  // From now on Notify calls `watcher`, until Remove returns. A watcher is added
  // once at a time. RESOURCE_EXHAUSTED (TOO_MANY_WATCHERS) above the limit.
  absl::Status Add(ChangeWatcher* watcher);

  // After it returns OnChange is not running and is not called again, and the
  // watcher may be destroyed. Within its own OnChange a watcher may remove, but
  // not destroy, itself. Does nothing for a watcher that was not added.
  void Remove(ChangeWatcher* watcher);

  // Calls every watcher on this thread.
  void Notify();

  size_t size() const;

 private:
  struct Entry {
    ChangeWatcher* watcher;
    int running = 0;  // Threads in OnChange.
    bool removed = false;
  };

  const size_t limit_;
  mutable absl::Mutex mutex_;
  // The fields of the entries are guarded as well.
  absl::flat_hash_map<ChangeWatcher*, std::shared_ptr<Entry>> entries_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_CONFIG_WATCHER_SET_H_
