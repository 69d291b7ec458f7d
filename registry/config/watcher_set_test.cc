#include "registry/config/watcher_set.h"

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

class FunctionWatcher : public ChangeWatcher {
 public:
  explicit FunctionWatcher(std::function<void()> function = [] {})
      : function_(std::move(function)) {}
  void OnChange() override {
    ++calls;
    function_();
  }
  std::atomic<int> calls{0};

 private:
  std::function<void()> function_;
};

TEST(WatcherSetTest, NotifiesWhoIsThere) {
  WatcherSet set(10);
  FunctionWatcher a, b;
  ASSERT_TRUE(set.Add(&a).ok());
  set.Notify();
  ASSERT_TRUE(set.Add(&b).ok());
  set.Notify();
  set.Remove(&a);
  set.Notify();
  EXPECT_EQ(a.calls, 2);
  EXPECT_EQ(b.calls, 2);
  EXPECT_EQ(set.size(), 1);
}

TEST(WatcherSetTest, RefusesAboveItsLimit) {
  WatcherSet set(1);
  FunctionWatcher a, b;
  ASSERT_TRUE(set.Add(&a).ok());
  const absl::Status status = set.Add(&b);
  EXPECT_TRUE(absl::IsResourceExhausted(status));
  EXPECT_EQ(ReasonOf(status), Reason::kTooManyWatchers);
  set.Remove(&a);
  EXPECT_TRUE(set.Add(&b).ok());
}

TEST(WatcherSetTest, RemoveOfAStrangerDoesNothing) {
  WatcherSet set(1);
  FunctionWatcher a;
  set.Remove(&a);
  EXPECT_EQ(set.size(), 0);
}

TEST(WatcherSetTest, RemoveWaitsForOnChange) {
  WatcherSet set(1);
  absl::Notification entered, leave;
  auto watcher = std::make_unique<FunctionWatcher>([&] {
    entered.Notify();
    leave.WaitForNotification();
  });
  ASSERT_TRUE(set.Add(watcher.get()).ok());
  std::thread writer([&] { set.Notify(); });
  entered.WaitForNotification();

  std::atomic<bool> removed{false};
  std::thread remover([&] {
    set.Remove(watcher.get());
    removed = true;
    watcher.reset();
  });
  // Gone from the set, but not yet at its end.
  while (set.size() != 0) std::this_thread::yield();
  EXPECT_FALSE(removed);
  leave.Notify();
  remover.join();
  writer.join();
  EXPECT_TRUE(removed);
}

TEST(WatcherSetTest, WatcherMayRemoveItself) {
  WatcherSet set(2);
  FunctionWatcher* self = nullptr;
  FunctionWatcher watcher([&] { set.Remove(self); });
  self = &watcher;
  ASSERT_TRUE(set.Add(&watcher).ok());
  set.Notify();
  set.Notify();
  EXPECT_EQ(watcher.calls, 1);
}

TEST(WatcherSetTest, WatcherMayRemoveAnotherThatWasNotCalledYet) {
  WatcherSet set(2);
  FunctionWatcher *a_pointer, *b_pointer;
  FunctionWatcher a([&] { set.Remove(b_pointer); });
  FunctionWatcher b([&] { set.Remove(a_pointer); });
  a_pointer = &a;
  b_pointer = &b;
  ASSERT_TRUE(set.Add(&a).ok());
  ASSERT_TRUE(set.Add(&b).ok());
  set.Notify();
  EXPECT_EQ(a.calls + b.calls, 1);
}

TEST(WatcherSetTest, ManyWritersAndComersAndGoers) {
  WatcherSet set(100);
  std::atomic<bool> stop{false};
  std::vector<std::thread> writers;
  for (int i = 0; i < 3; ++i) {
    writers.emplace_back([&] {
      while (!stop) set.Notify();
    });
  }
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      for (int round = 0; round < 50; ++round) {
        // A watcher that is called after its end trips the sanitizers.
        auto watcher = std::make_unique<FunctionWatcher>();
        ASSERT_TRUE(set.Add(watcher.get()).ok());
        while (watcher->calls == 0) std::this_thread::yield();
        set.Remove(watcher.get());
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  stop = true;
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(set.size(), 0);
}

}  // namespace
}  // namespace registryd
