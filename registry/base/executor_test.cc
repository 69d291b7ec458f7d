#include "registry/base/executor.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <iterator>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "absl/synchronization/barrier.h"
#include "absl/synchronization/notification.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;

ExecutorOptions Options(int threads, size_t queue_limit) {
  ExecutorOptions options;
  options.threads = threads;
  options.queue_limit = queue_limit;
  return options;
}

// Keeps one thread of an executor busy for as long as it lives.
class Blocker {
 public:
  explicit Blocker(Executor& executor) {
    EXPECT_TRUE(executor.Submit([this] {
      started_.Notify();
      finish_.WaitForNotification();
      finished_.Notify();
    }));
    started_.WaitForNotification();
  }
  ~Blocker() {
    finish_.Notify();
    finished_.WaitForNotification();
  }

 private:
  absl::Notification started_;
  absl::Notification finish_;
  absl::Notification finished_;
};

TEST(ExecutorTest, RunsTasksOnItsOwnThreads) {
  std::thread::id ran_on;
  {
    Executor executor(Options(1, 1));
    ASSERT_TRUE(executor.Submit([&] { ran_on = std::this_thread::get_id(); }));
  }
  EXPECT_NE(ran_on, std::thread::id());
  EXPECT_NE(ran_on, std::this_thread::get_id());
}

TEST(ExecutorTest, OneThreadKeepsTheOrder) {
  std::vector<int> ran;
  {
    Executor executor(Options(1, 3));
    const Blocker blocker(executor);
    for (int i = 1; i <= 3; ++i) ASSERT_TRUE(executor.Submit([&ran, i] { ran.push_back(i); }));
  }
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(ExecutorTest, AllThreadsRunAtTheSameTime) {
  constexpr int kThreads = 3;
  // Each task waits for the others: with fewer threads the test would hang.
  auto* const barrier = new absl::Barrier(kThreads);
  Executor executor(Options(kThreads, 0));
  for (int i = 0; i < kThreads; ++i) {
    ASSERT_TRUE(executor.Submit([barrier] {
      if (barrier->Block()) delete barrier;
    }));
  }
}

size_t ThreadsOfThisProcess() {
  const std::filesystem::directory_iterator tasks("/proc/self/task");
  return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

TEST(ExecutorTest, StartsAThreadWhenNoOtherIsFree) {
  const size_t before = ThreadsOfThisProcess();
  Executor executor(Options(64, 0));
  EXPECT_EQ(ThreadsOfThisProcess(), before);
  for (int i = 0; i < 10; ++i) {
    absl::Notification ran;
    ASSERT_TRUE(executor.Submit([&ran] { ran.Notify(); }));
    ran.WaitForNotification();
  }
  // The one before may be on its way back when the next comes.
  EXPECT_LE(ThreadsOfThisProcess(), before + 2);
  const Blocker first(executor);
  const Blocker second(executor);
  const Blocker third(executor);
  EXPECT_GE(ThreadsOfThisProcess(), before + 3);
}

TEST(ExecutorTest, RefusesBeyondTheLimit) {
  int ran = 0;
  {
    Executor executor(Options(1, 2));
    const Blocker blocker(executor);
    EXPECT_TRUE(executor.Submit([&] { ++ran; }));
    EXPECT_TRUE(executor.Submit([&] { ++ran; }));
    EXPECT_FALSE(executor.Submit([] { FAIL(); }));
    EXPECT_FALSE(executor.Submit([] { FAIL(); }));
  }
  EXPECT_EQ(ran, 2);
}

TEST(ExecutorTest, NoQueueStillUsesFreeThreads) {
  Executor executor(Options(2, 0));
  const Blocker first(executor);
  const Blocker second(executor);
  EXPECT_FALSE(executor.Submit([] { FAIL(); }));
}

TEST(ExecutorTest, DestroysRefusedTasks) {
  auto owned = std::make_shared<int>();
  Executor executor(Options(1, 0));
  const Blocker blocker(executor);
  EXPECT_FALSE(executor.Submit([owned] {}));
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(ExecutorTest, FewerThreadsThanOneIsOne) {
  bool ran = false;
  {
    Executor executor(Options(0, 1));
    ASSERT_TRUE(executor.Submit([&] { ran = true; }));
  }
  EXPECT_TRUE(ran);
}

TEST(ExecutorTest, DestructionRunsWhatIsQueuedAndWhatThatSubmits) {
  std::atomic<int> ran{0};
  {
    Executor executor(Options(2, 100));
    for (int i = 0; i < 20; ++i) {
      ASSERT_TRUE(executor.Submit([&] {
        ++ran;
        EXPECT_TRUE(executor.Submit([&] { ++ran; }));
      }));
    }
  }
  EXPECT_EQ(ran, 40);
}

TEST(ExecutorTest, ManySubmittersLoseNothing) {
  std::atomic<int> ran{0};
  std::atomic<int> accepted{0};
  {
    Executor executor(Options(3, 50));
    std::vector<std::thread> submitters;
    for (int i = 0; i < 4; ++i) {
      submitters.emplace_back([&] {
        for (int j = 0; j < 500; ++j) accepted += executor.Submit([&] { ++ran; });
      });
    }
    for (std::thread& submitter : submitters) submitter.join();
  }
  EXPECT_EQ(ran, accepted);
  EXPECT_GT(ran, 0);
}

}  // namespace
}  // namespace registryd
