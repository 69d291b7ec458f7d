#include "registry/net/curl/event_loop.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using std::chrono::milliseconds;
using ::testing::ElementsAre;

// Runs `task` on the loop, and waits for it.
template <typename Task>
void RunOn(EventLoop& loop, Task task) {
  absl::Notification done;
  ASSERT_TRUE(loop.Post([&] {
    task();
    done.Notify();
  }));
  done.WaitForNotification();
}

TEST(EventLoop, RunsTasksInOrderOnItsThread) {
  auto loop = *EventLoop::Create();
  std::vector<int> order;
  EXPECT_FALSE(loop->InLoopThread());
  for (int i = 0; i < 3; ++i) {
    loop->Post([&order, &loop, i] {
      EXPECT_TRUE(loop->InLoopThread());
      order.push_back(i);
    });
  }
  loop->Stop([&] { order.push_back(9); });
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 9));
}

TEST(EventLoop, TakesNothingAfterItsEnd) {
  auto loop = *EventLoop::Create();
  bool late_from_last = true;
  loop->Stop([&] { late_from_last = loop->Post([] { FAIL(); }); });
  EXPECT_FALSE(late_from_last);
  EXPECT_FALSE(loop->Post([] { FAIL(); }));
}

TEST(EventLoop, TimersRunInOrderAndNotBeforeTheirTime) {
  auto loop = *EventLoop::Create();
  std::vector<int> order;
  absl::Notification last;
  RunOn(*loop, [&] {
    const EventLoop::Time now = EventLoop::Now();
    loop->RunAt(now + milliseconds(30), [&, now] {
      EXPECT_GE(EventLoop::Now(), now + milliseconds(30));
      order.push_back(3);
      last.Notify();
    });
    loop->RunAt(now + milliseconds(10), [&] { order.push_back(1); });
    loop->RunAt(now + milliseconds(10), [&] { order.push_back(2); });
    loop->Cancel(loop->RunAt(now, [] { FAIL() << "cancelled"; }));
    loop->RunAt(now + std::chrono::hours(1), [] { FAIL() << "after the end"; });
  });
  last.WaitForNotification();
  loop->Stop([] {});
  EXPECT_THAT(order, ElementsAre(1, 2, 3));
}

class PipeWatcher final : public EventLoop::Watcher {
 public:
  void OnReady(int fd, uint32_t events) override {
    EXPECT_NE(events & EPOLLIN, 0u);
    char byte = 0;
    EXPECT_EQ(read(fd, &byte, 1), 1);
    read_ += byte;
    if (on_byte) on_byte();
  }

  std::string read_;
  std::function<void()> on_byte;
};

TEST(EventLoop, WatchesSockets) {
  auto loop = *EventLoop::Create();
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  PipeWatcher watcher;
  absl::Notification got_two;
  watcher.on_byte = [&] {
    if (watcher.read_ == "ab") got_two.Notify();
  };
  EventLoop::WatchId watch = 0;
  RunOn(*loop, [&] { watch = loop->Watch(fds[0], EPOLLIN, watcher); });
  EXPECT_EQ(write(fds[1], "ab", 2), 2);
  got_two.WaitForNotification();
  // Not while it does not want to know, nor when it has gone.
  RunOn(*loop, [&] { loop->Change(watch, 0); });
  EXPECT_EQ(write(fds[1], "c", 1), 1);
  RunOn(*loop, [&] { EXPECT_EQ(watcher.read_, "ab"); });
  RunOn(*loop, [&] { loop->Unwatch(watch); });
  RunOn(*loop, [&] { EXPECT_EQ(watcher.read_, "ab"); });
  loop->Stop([] {});
  close(fds[0]);
  close(fds[1]);
}

TEST(EventLoop, AWatchMayEndWithinItsOwnCallAndThatOfAnother) {
  auto loop = *EventLoop::Create();
  int one[2];
  int two[2];
  ASSERT_EQ(pipe(one), 0);
  ASSERT_EQ(pipe(two), 0);
  PipeWatcher first;
  PipeWatcher second;
  EventLoop::WatchId first_id = 0;
  EventLoop::WatchId second_id = 0;
  absl::Notification done;
  // Whichever comes first ends both.
  first.on_byte = second.on_byte = [&] {
    loop->Unwatch(first_id);
    loop->Unwatch(second_id);
    done.Notify();
  };
  EXPECT_EQ(write(one[1], "a", 1), 1);
  EXPECT_EQ(write(two[1], "b", 1), 1);
  RunOn(*loop, [&] {
    first_id = loop->Watch(one[0], EPOLLIN, first);
    second_id = loop->Watch(two[0], EPOLLIN, second);
  });
  done.WaitForNotification();
  loop->Stop([] {});
  EXPECT_EQ(first.read_.size() + second.read_.size(), 1);
  for (const int fd : {one[0], one[1], two[0], two[1]}) close(fd);
}

}  // namespace
}  // namespace registryd
