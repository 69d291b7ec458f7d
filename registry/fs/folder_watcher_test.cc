#include "registry/fs/folder_watcher.h"

#include <sys/stat.h>

#include <functional>
#include <optional>
#include <string>
#include <thread>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "registry/base/skewed_clock.h"
#include "registry/base/steady_notification.h"
#include "registry/fs/run_unprivileged.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);

FolderWatcherOptions Quick(bool use_inotify) {
  FolderWatcherOptions options;
  options.debounce = absl::Milliseconds(5);
  options.poll_interval = absl::Milliseconds(10);
  options.use_inotify = use_inotify;
  return options;
}

// Counts the callbacks of one watch.
class Changes {
 public:
  FolderWatcher::Callback Callback() {
    return [this] {
      absl::MutexLock lock(&mutex_);
      ++count_;
    };
  }

  int count() const {
    absl::MutexLock lock(&mutex_);
    return count_;
  }

  // Whether there has been one more than `before`.
  bool MoreThan(int before) const {
    absl::MutexLock lock(&mutex_);
    const auto more = [&] { return count_ > before; };
    return mutex_.AwaitWithTimeout(absl::Condition(&more), kPatience);
  }

 private:
  mutable absl::Mutex mutex_;
  int count_ = 0;
};

struct Case {
  const char* name;
  std::function<void(const TemporaryFolder&)> before;
  std::function<void(const TemporaryFolder&)> change;
};

// Each with `certs` watched, two levels deep.
const Case kCases[] = {
    {"file_written", [](auto& f) { f.MakeFolder("certs"); },
     [](auto& f) { f.Write("certs/a", "1"); }},
    {"file_written_in_subfolder", [](auto& f) { f.MakeFolder("certs/host"); },
     [](auto& f) { f.Write("certs/host/a", "1"); }},
    {"file_written_two_levels_down", [](auto& f) { f.MakeFolder("certs/host/deep"); },
     [](auto& f) { f.Write("certs/host/deep/a", "1"); }},
    {"file_rewritten",
     [](auto& f) {
       f.MakeFolder("certs");
       f.Write("certs/a", "1");
     },
     [](auto& f) { f.Write("certs/a", "12"); }},
    {"file_replaced_by_rename",
     [](auto& f) {
       f.MakeFolder("certs");
       f.Write("certs/a", "1");
       f.Write("new", "2");
     },
     [](auto& f) { f.Rename("new", "certs/a"); }},
    {"file_removed",
     [](auto& f) {
       f.MakeFolder("certs");
       f.Write("certs/a", "1");
     },
     [](auto& f) { f.Remove("certs/a"); }},
    {"kubernetes_swap",
     [](auto& f) {
       f.MakeFolder("certs/host/..2024_1");
       f.MakeFolder("certs/host/..2024_2");
       f.Link("..2024_1", "certs/host/..data");
       f.Link("..2024_2", "certs/host/..data_tmp");
     },
     [](auto& f) { f.Rename("certs/host/..data_tmp", "certs/host/..data"); }},
    {"folder_made", [](auto& f) {}, [](auto& f) { f.MakeFolder("certs"); }},
    {"folder_removed", [](auto& f) { f.MakeFolder("certs"); }, [](auto& f) { f.Remove("certs"); }},
    {"folder_moved_away", [](auto& f) { f.MakeFolder("certs"); },
     [](auto& f) { f.Rename("certs", "elsewhere"); }},
    {"folder_moved_here", [](auto& f) { f.MakeFolder("elsewhere"); },
     [](auto& f) { f.Rename("elsewhere", "certs"); }},
    {"link_to_folder_replaced",
     [](auto& f) {
       f.MakeFolder("one");
       f.MakeFolder("two");
       f.Link("one", "certs");
       f.Link("two", "new");
     },
     [](auto& f) { f.Rename("new", "certs"); }},
    {"file_in_linked_folder",
     [](auto& f) {
       f.MakeFolder("one");
       f.Link("one", "certs");
     },
     [](auto& f) { f.Write("one/a", "1"); }},
};

class FolderWatcherTest : public testing::TestWithParam<bool> {};

INSTANTIATE_TEST_SUITE_P(Ways, FolderWatcherTest, testing::Bool(),
                         [](const auto& info) { return info.param ? "inotify" : "polling"; });

TEST_P(FolderWatcherTest, SeesEveryKindOfChange) {
  for (const Case& test : kCases) {
    SCOPED_TRACE(test.name);
    TemporaryFolder folder;
    test.before(folder);
    FolderWatcher watcher(Quick(GetParam()));
    EXPECT_EQ(watcher.polled(), 0);
    Changes changes;
    const auto watch = watcher.Add(folder.Path("certs"), 2, changes.Callback());
    EXPECT_EQ(watcher.polled(), GetParam() ? 0 : 1);
    test.change(folder);
    EXPECT_TRUE(changes.MoreThan(0));
  }
}

TEST_P(FolderWatcherTest, SeesWhatHappensInFoldersMadeLater) {
  TemporaryFolder folder;
  FolderWatcher watcher(Quick(GetParam()));
  Changes changes;
  const auto watch = watcher.Add(folder.Path("etc/certs"), 1, changes.Callback());
  // Each step is seen by what the step before made the watcher watch.
  const std::function<void()> steps[] = {
      [&] { folder.MakeFolder("etc/certs"); },       [&] { folder.MakeFolder("etc/certs/host"); },
      [&] { folder.Write("etc/certs/host/a", ""); }, [&] { folder.Remove("etc"); },
      [&] { folder.MakeFolder("etc/certs"); },
  };
  for (const auto& step : steps) {
    const int before = changes.count();
    step();
    ASSERT_TRUE(changes.MoreThan(before));
  }
}

TEST(FolderWatcher, SeesAChangeInAFolderThatItMayNotList) {
  TemporaryFolder folder;
  ASSERT_EQ(chmod(folder.path().c_str(), 0755), 0);
  folder.MakeFolder("closed");
  folder.Write("closed/a", "1");
  ASSERT_EQ(chmod(folder.Path("closed").c_str(), 0311), 0);
  Changes changes;
  std::optional<FolderWatcher> watcher;
  FolderWatcher::Watch watch;
  // The watcher's thread inherits who it is.
  const bool ran = RunUnprivileged([&] {
    watcher.emplace(Quick(true));
    watch = watcher->Add(folder.Path("closed"), 0, changes.Callback());
  });
  if (!ran) GTEST_SKIP() << "root cannot become nobody here";
  EXPECT_EQ(watcher->polled(), 1);
  const int before = changes.count();
  folder.Write("closed/a", "12");
  EXPECT_TRUE(changes.MoreThan(before));
  watch = {};
  EXPECT_EQ(chmod(folder.Path("closed").c_str(), 0755), 0);
}

TEST(FolderWatcher, MakesOneCallbackOfABurst) {
  TemporaryFolder folder;
  FolderWatcherOptions options;
  options.debounce = absl::Milliseconds(300);
  FolderWatcher watcher(options);
  Changes changes;
  const auto watch = watcher.Add(folder.path(), 0, changes.Callback());
  for (int i = 0; i < 100; ++i) folder.Write("a", std::string(static_cast<size_t>(i), 'x'));
  ASSERT_TRUE(changes.MoreThan(0));
  EXPECT_EQ(changes.count(), 1);
}

TEST(FolderWatcher, IgnoresTheFoldersNeighbours) {
  TemporaryFolder folder;
  folder.MakeFolder("certs");
  FolderWatcher watcher(Quick(true));
  Changes changes;
  Changes neighbours;
  const auto watch = watcher.Add(folder.Path("certs"), 0, changes.Callback());
  const auto other = watcher.Add(folder.path(), 0, neighbours.Callback());
  folder.Write("neighbour", "");
  ASSERT_TRUE(neighbours.MoreThan(0));
  EXPECT_EQ(changes.count(), 0);
}

TEST(FolderWatcher, StopsWhenTheWatchGoes) {
  TemporaryFolder folder;
  FolderWatcher watcher(Quick(true));
  Changes changes;
  Changes gone;
  const auto watch = watcher.Add(folder.path(), 0, changes.Callback());
  std::optional<FolderWatcher::Watch> ended = watcher.Add(folder.path(), 0, gone.Callback());
  ended.reset();
  folder.Write("a", "");
  ASSERT_TRUE(changes.MoreThan(0));
  EXPECT_EQ(gone.count(), 0);
}

TEST(FolderWatcher, WaitsForARunningCallbackWhenTheWatchGoes) {
  TemporaryFolder folder;
  FolderWatcher watcher(Quick(true));
  absl::Notification started;
  absl::Notification may_return;
  bool returned = false;
  std::optional<FolderWatcher::Watch> watch = watcher.Add(folder.path(), 0, [&] {
    if (started.HasBeenNotified()) return;
    started.Notify();
    may_return.WaitForNotification();
    returned = true;
  });
  folder.Write("a", "");
  started.WaitForNotification();
  std::thread releaser([&] { may_return.Notify(); });
  watch.reset();
  EXPECT_TRUE(returned);
  releaser.join();
}

TEST(FolderWatcher, AClockThatIsSetBackHoldsNoChangeUp) {
  const SkewedClock ahead(absl::Hours(1));
  TemporaryFolder folder;
  SteadyNotification seen;
  FolderWatcher watcher(Quick(true));
  const auto watch = watcher.Add(folder.path(), 0, [&] {
    if (!seen.HasBeenNotified()) seen.Notify();
  });
  folder.Write("a", "");
  EXPECT_TRUE(seen.WaitFor(kPatience));
}

TEST(FolderWatcher, ACallbackMayEndItsOwnWatch) {
  TemporaryFolder folder;
  // The callback may still be letting go of them when the test ends.
  absl::Notification done;
  absl::Mutex mutex;
  FolderWatcher watcher(Quick(true));
  FolderWatcher::Watch watch;
  mutex.Lock();
  watch = watcher.Add(folder.path(), 0, [&] {
    absl::MutexLock lock(&mutex);
    watch = FolderWatcher::Watch();
    done.Notify();
  });
  mutex.Unlock();
  folder.Write("a", "");
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(kPatience));
  folder.Write("b", "");
}

}  // namespace
}  // namespace registryd
