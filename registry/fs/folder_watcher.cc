#include "registry/fs/folder_watcher.h"

#include <errno.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/time/clock.h"
#include "registry/fs/folder_fingerprint.h"

namespace registryd {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |
                             IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
// Events about the watched folder itself, whatever name is waited for.
constexpr uint32_t kSelfEvents = IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED;

// The nearest ancestor of `folder` that exists, and the next component on the
// way from there to `folder`.
std::pair<std::string, std::string> NearestAncestor(const fs::path& folder) {
  fs::path child = folder;
  for (;;) {
    const fs::path parent = child.parent_path();
    std::error_code error;
    if (parent == child || fs::is_directory(parent, error)) {
      return {parent.string(), child.filename().string()};
    }
    child = parent;
  }
}

fs::path Normal(const std::string& folder) {
  fs::path path = fs::absolute(folder).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

struct FolderWatcher::Target {
  std::string folder;
  int depth = 0;
  Callback changed;
  bool dirty = false;
  bool polled = false;
  std::optional<std::string> fingerprint;  // Meaningful while polled.
};

FolderWatcher::Watch::Watch(Watch&& other) noexcept
    : watcher_(std::exchange(other.watcher_, nullptr)), id_(other.id_) {}

FolderWatcher::Watch& FolderWatcher::Watch::operator=(Watch&& other) noexcept {
  std::swap(watcher_, other.watcher_);
  std::swap(id_, other.id_);
  return *this;
}

FolderWatcher::Watch::~Watch() {
  if (watcher_ != nullptr) watcher_->Remove(id_);
}

FolderWatcher::FolderWatcher(FolderWatcherOptions options)
    : options_(options),
      inotify_(options.use_inotify ? inotify_init1(IN_NONBLOCK | IN_CLOEXEC) : -1),
      wake_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      next_poll_(absl::Now() + options.poll_interval),
      thread_([this] { Run(); }) {}

FolderWatcher::~FolderWatcher() {
  stopping_.Notify();
  Wake();
  thread_.join();
}

FolderWatcher::Watch FolderWatcher::Add(const std::string& folder, int depth, Callback changed) {
  auto target = std::make_shared<Target>();
  target->folder = Normal(folder).string();
  target->depth = depth;
  target->changed = std::move(changed);
  uint64_t id;
  {
    absl::MutexLock lock(&mutex_);
    id = next_id_++;
    targets_.emplace(id, target);
    Rewatch();
  }
  Wake();
  return Watch(this, id);
}

void FolderWatcher::Remove(uint64_t id) {
  std::shared_ptr<Target> removed;  // Its callback is destroyed without the lock.
  absl::ReleasableMutexLock lock(&mutex_);
  auto it = targets_.find(id);
  removed = std::move(it->second);
  targets_.erase(it);
  Rewatch();
  if (std::this_thread::get_id() != thread_.get_id()) {
    const auto returned = [this, id]()
                              ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return running_ != id; };
    mutex_.Await(absl::Condition(&returned));
  }
  lock.Release();
}

int FolderWatcher::polled() const {
  absl::MutexLock lock(&mutex_);
  return static_cast<int>(std::count_if(targets_.begin(), targets_.end(),
                                        [](const auto& entry) { return entry.second->polled; }));
}

void FolderWatcher::Run() {
  while (!stopping_.HasBeenNotified()) {
    WaitForChange();
    RunCallbacks();
  }
}

void FolderWatcher::WaitForChange() {
  int timeout = -1;
  if (polled() > 0) {
    const absl::Duration left = std::min(next_poll_ - absl::Now(), options_.poll_interval);
    timeout = static_cast<int>(absl::ToInt64Milliseconds(std::max(left, absl::ZeroDuration())));
  } else {
    next_poll_ = absl::Now() + options_.poll_interval;
  }
  pollfd waits[] = {{wake_.get(), POLLIN, 0}, {inotify_.get(), POLLIN, 0}};
  const int ready = poll(waits, 2, timeout);
  if (ready < 0) return;  // Interrupted by a signal.
  if (waits[0].revents != 0) {
    eventfd_t count;
    eventfd_read(wake_.get(), &count);
  }
  bool changed = false;
  if (waits[1].revents != 0) {
    absl::MutexLock lock(&mutex_);
    changed = ReadEvents();
  }
  // What follows the first change of a burst is one change with it.
  if (changed) stopping_.WaitFor(options_.debounce);
  absl::MutexLock lock(&mutex_);
  if (changed) ReadEvents();
  if (ready == 0 || absl::Now() >= next_poll_) {
    MarkPolled();
    next_poll_ = absl::Now() + options_.poll_interval;
  }
}

bool FolderWatcher::ReadEvents() {
  bool found = false;
  const auto mark = [&](Target& target) {
    target.dirty = true;
    found = true;
  };
  alignas(inotify_event) char buffer[16 * 1024];
  for (;;) {
    const ssize_t length = read(inotify_.get(), buffer, sizeof(buffer));
    if (length <= 0) return found;
    for (const char* at = buffer; at < buffer + length;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      at += sizeof(inotify_event) + event->len;
      if ((event->mask & IN_Q_OVERFLOW) != 0) {
        for (auto& [id, target] : targets_) mark(*target);
        continue;
      }
      auto it = interests_.find(event->wd);
      if (it == interests_.end()) continue;  // Of a watch that has been removed.
      const absl::string_view name = event->len == 0 ? "" : event->name;
      for (const Interest& interest : it->second) {
        auto target = targets_.find(interest.target);
        if (target == targets_.end()) continue;
        if (interest.name.empty() || interest.name == name || (event->mask & kSelfEvents) != 0) {
          mark(*target->second);
        }
      }
    }
  }
}

void FolderWatcher::MarkPolled() {
  for (auto& [id, target] : targets_) {
    if (!target->polled) continue;
    auto fingerprint = FolderFingerprint(target->folder, target->depth);
    // What cannot be listed may have changed unseen.
    if (fingerprint.has_value() && fingerprint == target->fingerprint) continue;
    target->fingerprint = std::move(fingerprint);
    target->dirty = true;
  }
}

void FolderWatcher::RunCallbacks() {
  std::vector<uint64_t> changed;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_.HasBeenNotified()) return;
    for (auto& [id, target] : targets_) {
      if (std::exchange(target->dirty, false)) changed.push_back(id);
    }
    // Before the callbacks: what they see is watched from here on.
    if (!changed.empty()) Rewatch();
  }
  for (const uint64_t id : changed) {
    std::shared_ptr<Target> target;
    {
      absl::MutexLock lock(&mutex_);
      auto it = targets_.find(id);
      if (it == targets_.end()) continue;
      target = it->second;
      running_ = id;
    }
    target->changed();
    absl::MutexLock lock(&mutex_);
    running_ = 0;
  }
}

void FolderWatcher::Rewatch() {
  auto before = std::exchange(interests_, {});
  for (auto& [id, target] : targets_) {
    const bool was_polled = std::exchange(target->polled, false);
    const auto [ancestor, child] = NearestAncestor(target->folder);
    WatchFolder(id, *target, ancestor, child, 0);
    WatchFolder(id, *target, target->folder, "", target->depth);
    if (target->polled && !was_polled) {
      target->fingerprint = FolderFingerprint(target->folder, target->depth);
    }
  }
  for (const auto& [descriptor, unused] : before) {
    if (!interests_.contains(descriptor)) inotify_rm_watch(inotify_.get(), descriptor);
  }
}

void FolderWatcher::WatchFolder(uint64_t id, Target& target, const std::string& folder,
                                std::string name, int depth) {
  const int descriptor = inotify_add_watch(inotify_.get(), folder.c_str(), kEvents);
  if (descriptor < 0) {
    if (errno != ENOENT && errno != ENOTDIR) target.polled = true;
    return;
  }
  interests_[descriptor].push_back({id, std::move(name)});
  if (depth == 0) return;
  // Listed once it is watched, so that no new subfolder is missed.
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    std::error_code ignored;
    if (it->symlink_status(ignored).type() == fs::file_type::directory) {
      WatchFolder(id, target, it->path().string(), "", depth - 1);
    }
  }
}

void FolderWatcher::Wake() { eventfd_write(wake_.get(), 1); }

}  // namespace registryd
