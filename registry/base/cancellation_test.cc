#include "registry/base/cancellation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using Registration = Cancellation::Registration;

TEST(CancellationTest, StartsUncancelled) {
  EXPECT_FALSE(std::make_shared<Cancellation>()->cancelled());
}

TEST(CancellationTest, RunsCallbacksOnceInOrder) {
  const auto cancellation = std::make_shared<Cancellation>();
  std::vector<int> ran;
  const Registration first = cancellation->OnCancel([&] { ran.push_back(1); });
  const Registration second = cancellation->OnCancel([&] { ran.push_back(2); });
  const Registration third = cancellation->OnCancel([&] { ran.push_back(3); });
  EXPECT_THAT(ran, ElementsAre());

  cancellation->Cancel();
  cancellation->Cancel();
  EXPECT_TRUE(cancellation->cancelled());
  EXPECT_THAT(ran, ElementsAre(1, 2, 3));
}

TEST(CancellationTest, RunsAtOnceWhenAlreadyCancelled) {
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  std::thread::id ran_on;
  const Registration registration =
      cancellation->OnCancel([&] { ran_on = std::this_thread::get_id(); });
  EXPECT_EQ(ran_on, std::this_thread::get_id());
}

TEST(CancellationTest, IsCancelledWhenCallbacksRun) {
  const auto cancellation = std::make_shared<Cancellation>();
  bool seen = false;
  const Registration registration =
      cancellation->OnCancel([&] { seen = cancellation->cancelled(); });
  cancellation->Cancel();
  EXPECT_TRUE(seen);
}

TEST(RegistrationTest, ForgetsItsCallbackAlone) {
  const auto cancellation = std::make_shared<Cancellation>();
  std::vector<int> ran;
  std::optional<Registration> first = cancellation->OnCancel([&] { ran.push_back(1); });
  const Registration second = cancellation->OnCancel([&] { ran.push_back(2); });
  first.reset();
  cancellation->Cancel();
  EXPECT_THAT(ran, ElementsAre(2));
}

TEST(RegistrationTest, DestroysTheCallback) {
  const auto cancellation = std::make_shared<Cancellation>();
  auto owned = std::make_shared<int>();
  std::optional<Registration> registration = cancellation->OnCancel([owned] {});
  EXPECT_EQ(owned.use_count(), 2);
  registration.reset();
  EXPECT_EQ(owned.use_count(), 1);
}

TEST(RegistrationTest, MoveTakesOverAndAssignmentForgets) {
  const auto cancellation = std::make_shared<Cancellation>();
  std::vector<int> ran;
  Registration a = cancellation->OnCancel([&] { ran.push_back(1); });
  Registration b = cancellation->OnCancel([&] { ran.push_back(2); });
  Registration c(std::move(a));
  c = std::move(b);
  cancellation->Cancel();
  EXPECT_THAT(ran, ElementsAre(2));
}

TEST(RegistrationTest, OutlivesTheCallersPointer) {
  auto cancellation = std::make_shared<Cancellation>();
  const Registration registration = cancellation->OnCancel([] {});
  cancellation = nullptr;
}

TEST(RegistrationTest, CallbackMayDestroyItsOwn) {
  const auto cancellation = std::make_shared<Cancellation>();
  std::optional<Registration> registration;
  bool ran = false;
  registration = cancellation->OnCancel([&] {
    registration.reset();
    ran = true;
  });
  cancellation->Cancel();
  EXPECT_TRUE(ran);
}

TEST(RegistrationTest, CallbackMayOwnItsOwn) {
  const auto cancellation = std::make_shared<Cancellation>();
  auto registration = std::make_shared<std::optional<Registration>>();
  *registration = cancellation->OnCancel([registration] {});
  const std::weak_ptr<std::optional<Registration>> watch = registration;
  registration = nullptr;
  EXPECT_FALSE(watch.expired());
  cancellation->Cancel();
  EXPECT_TRUE(watch.expired());
}

TEST(RegistrationTest, CallbackMayDestroyOthersBeforeAndAfterTheyRan) {
  const auto cancellation = std::make_shared<Cancellation>();
  std::vector<int> ran;
  std::optional<Registration> first = cancellation->OnCancel([&] { ran.push_back(1); });
  std::optional<Registration> third;
  const Registration second = cancellation->OnCancel([&] {
    ran.push_back(2);
    first.reset();
    third.reset();
  });
  third = cancellation->OnCancel([&] { ran.push_back(3); });
  cancellation->Cancel();
  EXPECT_THAT(ran, ElementsAre(1, 2));
}

TEST(RegistrationTest, ForgottenCallbackMayOwnAnotherRegistration) {
  const auto cancellation = std::make_shared<Cancellation>();
  auto inner = std::make_shared<Registration>(cancellation->OnCancel([] { FAIL(); }));
  std::optional<Registration> outer = cancellation->OnCancel([inner] { FAIL(); });
  inner = nullptr;
  outer.reset();
  cancellation->Cancel();
}

TEST(CancellationTest, CallbackMayRegisterAndDropTheLastReference) {
  auto cancellation = std::make_shared<Cancellation>();
  const std::weak_ptr<Cancellation> watch = cancellation;
  bool ran = false;
  std::optional<Registration> registration = cancellation->OnCancel([&] {
    Registration inner = cancellation->OnCancel([&] { ran = true; });
    registration.reset();
    cancellation = nullptr;
  });
  cancellation->Cancel();
  EXPECT_TRUE(ran);
  EXPECT_TRUE(watch.expired());
}

TEST(RegistrationTest, WaitsForTheCallbackOnAnotherThread) {
  const auto cancellation = std::make_shared<Cancellation>();
  absl::Notification started;
  absl::Notification forgetting;
  std::atomic<bool> returned{false};
  std::optional<Registration> registration = cancellation->OnCancel([&] {
    started.Notify();
    forgetting.WaitForNotification();
    // Leaves a destructor that did not wait the time to show it.
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
    returned = true;
  });
  std::thread canceller([&] { cancellation->Cancel(); });
  started.WaitForNotification();
  forgetting.Notify();
  registration.reset();
  EXPECT_TRUE(returned);
  canceller.join();
}

TEST(RegistrationTest, DoesNotWaitForOtherCallbacks) {
  const auto cancellation = std::make_shared<Cancellation>();
  absl::Notification started;
  absl::Notification finish;
  const Registration running = cancellation->OnCancel([&] {
    started.Notify();
    finish.WaitForNotification();
  });
  std::optional<Registration> waiting = cancellation->OnCancel([] { FAIL(); });
  std::thread canceller([&] { cancellation->Cancel(); });
  started.WaitForNotification();
  waiting.reset();  // Hangs here if it waited.
  finish.Notify();
  canceller.join();
}

TEST(CancellationTest, RacingCancelsAndRegistrationsRunEachAtMostOnce) {
  for (int round = 0; round < 200; ++round) {
    const auto cancellation = std::make_shared<Cancellation>();
    std::atomic<int> kept_runs{0};
    std::thread cancellers[] = {std::thread([&] { cancellation->Cancel(); }),
                                std::thread([&] { cancellation->Cancel(); })};
    {
      std::vector<Registration> kept;
      for (int i = 0; i < 20; ++i) {
        kept.push_back(cancellation->OnCancel([&] { ++kept_runs; }));
        int runs = 0;  // Unsynchronised: only safe if the destructor waits.
        {
          const Registration dropped = cancellation->OnCancel([&runs] { ++runs; });
        }
        EXPECT_LE(runs, 1);
      }
      for (std::thread& canceller : cancellers) canceller.join();
    }
    EXPECT_EQ(kept_runs, 20);
  }
}

}  // namespace
}  // namespace registryd
