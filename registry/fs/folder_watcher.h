#ifndef REGISTRYD_REGISTRY_FS_FOLDER_WATCHER_H_
#define REGISTRYD_REGISTRY_FS_FOLDER_WATCHER_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/base/steady_notification.h"
#include "registry/fs/file_descriptor.h"

namespace registryd {

struct FolderWatcherOptions {
  // Changes that follow the first within this time make one callback with it.
  absl::Duration debounce = absl::Milliseconds(50);
  // How often a folder is looked at that inotify cannot watch.
  absl::Duration poll_interval = absl::Seconds(2);
  // Off: every folder is polled.
  bool use_inotify = true;
};

// Tells when something changes in folders: a file that is written and closed,
// made, renamed or removed; a link that is replaced, as Kubernetes swaps the
// content of a volume; the folder itself when it is made, moved or removed.
// Which change it was is not told: look for yourself.
//
// Watched are the folder, its subfolders down to a given depth (links to folders
// are not followed), and its nearest existing ancestor. Where inotify's limits
// are reached the folder is polled. So is a folder that may not be listed: it counts as
// changed each time. Changes made on another machine of a network file system are seen by
// neither of inotify's watches; who needs those looks now and then.
//
// One thread; callbacks run on it, one at a time, and may use the disk. The
// class is thread-safe.
class FolderWatcher {
 public:
  using Callback = absl::AnyInvocable<void()>;

  // Ends the watch when destroyed: its callback has then returned, unless that
  // is what destroys it. Outlived by the watcher.
  class Watch {
   public:
    Watch() = default;
    Watch(Watch&& other) noexcept;
    Watch& operator=(Watch&& other) noexcept;
    ~Watch();

   private:
    friend class FolderWatcher;
    Watch(FolderWatcher* watcher, uint64_t id) : watcher_(watcher), id_(id) {}
    FolderWatcher* watcher_ = nullptr;
    uint64_t id_ = 0;
  };

  explicit FolderWatcher(FolderWatcherOptions options = {});
  FolderWatcher(const FolderWatcher&) = delete;
  FolderWatcher& operator=(const FolderWatcher&) = delete;
  // Joins the thread.
  ~FolderWatcher();

  // Calls `changed` after each change of `folder`, which need not exist, that
  // happens once Add has returned; spurious calls are possible. `depth` counts
  // levels of subfolders: 0 watches the folder alone.
  [[nodiscard]] Watch Add(const std::string& folder, int depth, Callback changed);

  // Folders that are polled at this time.
  int polled() const;

 private:
  struct Target;
  // What an inotify watch descriptor stands for.
  struct Interest {
    uint64_t target = 0;
    // Only events about this name count; empty: all do.
    std::string name;
  };

  void Run();
  void Remove(uint64_t id);
  // Waits for events, a wake-up or the poll interval; marks targets that changed.
  void WaitForChange();
  // Whether an event concerned a target.
  bool ReadEvents() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MarkPolled() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RunCallbacks();
  // Makes the inotify watches what the targets need at this time.
  void Rewatch() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WatchFolder(uint64_t id, Target& target, const std::string& folder, std::string name,
                   int depth) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Wake();

  const FolderWatcherOptions options_;
  const FileDescriptor inotify_;  // Invalid where it is unavailable.
  const FileDescriptor wake_;

  SteadyNotification stopping_;
  mutable absl::Mutex mutex_;
  uint64_t next_id_ ABSL_GUARDED_BY(mutex_) = 1;
  uint64_t running_ ABSL_GUARDED_BY(mutex_) = 0;  // Whose callback runs now.
  std::map<uint64_t, std::shared_ptr<Target>> targets_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<int, std::vector<Interest>> interests_ ABSL_GUARDED_BY(mutex_);

  absl::Time next_poll_;  // Used by the thread alone.
  std::thread thread_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_FS_FOLDER_WATCHER_H_
