#include "server/late_http_transport.h"

#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/timer_queue.h"
#include "registry/net/fake_http_transport.h"

namespace registryd {
namespace {

using ::testing::SizeIs;

constexpr char kUrl[] = "https://registry.example/v2/";

// Tells how an exchange ended.
class EndReceiver final : public HttpReceiver {
 public:
  struct End {
    absl::Status status;
    absl::Notification done;
  };

  explicit EndReceiver(End& end) : end_(end) {}

  void OnHead(HttpResponseHead) override {}
  void OnBody(absl::string_view, Resume resume) override { std::move(resume)(); }
  void OnDone(absl::Status status) override {
    end_.status = std::move(status);
    end_.done.Notify();
  }

 private:
  End& end_;
};

void Get(HttpTransport& transport, EndReceiver::End& end, const CallContext& context = {}) {
  HttpRequest request;
  request.url = kUrl;
  transport.Send(std::move(request), {}, context, std::make_unique<EndReceiver>(end));
}

// Makes a fake with `replies` answers, which `fake` then is, once `go` is notified.
LateHttpTransport::Make MakeFake(int replies, const absl::Notification& go,
                                 FakeHttpTransport** fake) {
  return [replies, &go, fake]() -> absl::StatusOr<std::unique_ptr<HttpTransport>> {
    go.WaitForNotification();
    auto made = std::make_unique<FakeHttpTransport>();
    for (int i = 0; i < replies; ++i) made->Reply("GET", kUrl, {});
    *fake = made.get();
    return made;
  };
}

TEST(LateHttpTransportTest, WhatIsSentBeforeItIsMadeWaits) {
  absl::Notification go;
  FakeHttpTransport* fake = nullptr;
  TimerQueue timers;
  LateHttpTransport transport(timers, MakeFake(3, go, &fake));
  EndReceiver::End ends[3];
  Get(transport, ends[0]);
  Get(transport, ends[1]);
  EXPECT_FALSE(ends[0].done.HasBeenNotified());
  go.Notify();
  ends[0].done.WaitForNotification();
  Get(transport, ends[2]);
  for (EndReceiver::End& end : ends) {
    end.done.WaitForNotification();
    EXPECT_TRUE(end.status.ok()) << end.status;
  }
  EXPECT_THAT(fake->requests(), SizeIs(3));
}

TEST(LateHttpTransportTest, AFailureEndsEveryRequest) {
  absl::Notification go;
  TimerQueue timers;
  LateHttpTransport transport(timers, [&go]() -> absl::StatusOr<std::unique_ptr<HttpTransport>> {
    go.WaitForNotification();
    return absl::FailedPreconditionError("no roots");
  });
  EndReceiver::End before;
  EndReceiver::End after;
  Get(transport, before);
  go.Notify();
  before.done.WaitForNotification();
  Get(transport, after);
  after.done.WaitForNotification();
  EXPECT_EQ(before.status, absl::FailedPreconditionError("no roots"));
  EXPECT_EQ(after.status, absl::FailedPreconditionError("no roots"));
}

TEST(LateHttpTransportTest, NoRequestIsLostWhileItIsMade) {
  for (int round = 0; round < 20; ++round) {
    absl::Notification go;
    FakeHttpTransport* fake = nullptr;
    TimerQueue timers;
    LateHttpTransport transport(timers, MakeFake(100, go, &fake));
    std::vector<EndReceiver::End> ends(100);
    std::thread sending([&] {
      for (EndReceiver::End& end : ends) Get(transport, end);
    });
    go.Notify();
    sending.join();
    for (EndReceiver::End& end : ends) {
      end.done.WaitForNotification();
      EXPECT_TRUE(end.status.ok()) << end.status;
    }
  }
}

TEST(LateHttpTransportTest, DeadlineAndCancellationEndWhatWaits) {
  absl::Notification go;
  FakeHttpTransport* fake = nullptr;
  TimerQueue timers;
  LateHttpTransport transport(timers, MakeFake(1, go, &fake));
  const auto cancellation = std::make_shared<Cancellation>();
  EndReceiver::End past;
  EndReceiver::End late;
  EndReceiver::End cancelled;
  EndReceiver::End patient;
  Get(transport, past, {absl::InfinitePast(), nullptr});
  EXPECT_TRUE(past.done.HasBeenNotified());
  Get(transport, late, {absl::Now() + absl::Milliseconds(5), nullptr});
  Get(transport, cancelled, {absl::Now() + absl::Hours(1), cancellation});
  Get(transport, patient, {absl::Now() + absl::Hours(1), std::make_shared<Cancellation>()});
  late.done.WaitForNotification();
  EXPECT_FALSE(cancelled.done.HasBeenNotified());
  cancellation->Cancel();
  EXPECT_TRUE(cancelled.done.HasBeenNotified());
  EXPECT_FALSE(patient.done.HasBeenNotified());

  for (const EndReceiver::End* end : {&past, &late}) {
    EXPECT_EQ(end->status.code(), absl::StatusCode::kDeadlineExceeded);
    EXPECT_EQ(ReasonOf(end->status), Reason::kDeadlineExceeded);
  }
  EXPECT_EQ(cancelled.status.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(ReasonOf(cancelled.status), Reason::kCancelled);
  go.Notify();
  patient.done.WaitForNotification();
  EXPECT_TRUE(patient.status.ok()) << patient.status;
  EXPECT_THAT(fake->requests(), SizeIs(1));
}

TEST(LateHttpTransportTest, RefusesMoreThanItHolds) {
  absl::Notification go;
  FakeHttpTransport* fake = nullptr;
  TimerQueue timers;
  LateHttpTransport transport(timers, MakeFake(1, go, &fake));
  // Those that ended make room, as often as it may be.
  for (int round = 0; round < 4; ++round) {
    const auto cancellation = std::make_shared<Cancellation>();
    std::vector<EndReceiver::End> ends(LateHttpTransport::kMaxHeld);
    for (EndReceiver::End& end : ends) {
      Get(transport, end, {absl::InfiniteFuture(), cancellation});
    }
    EndReceiver::End refused;
    Get(transport, refused);
    EXPECT_TRUE(refused.done.HasBeenNotified());
    EXPECT_EQ(refused.status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(ReasonOf(refused.status), Reason::kOverloaded);
    cancellation->Cancel();
    for (const EndReceiver::End& end : ends) {
      EXPECT_TRUE(end.done.HasBeenNotified());
      EXPECT_EQ(end.status.code(), absl::StatusCode::kCancelled);
    }
  }
  EndReceiver::End last;
  Get(transport, last);
  go.Notify();
  last.done.WaitForNotification();
  EXPECT_TRUE(last.status.ok()) << last.status;
}

// An end is a Notification, which fails at a second call.
TEST(LateHttpTransportTest, EachRequestEndsOnceBeforeItIsGone) {
  for (int round = 0; round < 50; ++round) {
    absl::Notification go;
    TimerQueue timers;
    const auto cancellation = std::make_shared<Cancellation>();
    std::vector<EndReceiver::End> ends(100);
    std::thread cancelling;
    {
      LateHttpTransport transport(timers,
                                  [&go]() -> absl::StatusOr<std::unique_ptr<HttpTransport>> {
                                    go.WaitForNotification();
                                    return absl::FailedPreconditionError("no roots");
                                  });
      for (size_t i = 0; i < ends.size(); ++i) {
        Get(transport, ends[i],
            {absl::Now() + absl::Microseconds(10 * i), i % 2 == 0 ? cancellation : nullptr});
      }
      cancelling = std::thread([&cancellation] { cancellation->Cancel(); });
      go.Notify();
    }
    for (const EndReceiver::End& end : ends) EXPECT_TRUE(end.done.HasBeenNotified());
    cancelling.join();
  }
}

TEST(LateHttpTransportTest, CanGoBeforeItIsUsed) {
  absl::Notification go;
  FakeHttpTransport* fake = nullptr;
  go.Notify();
  TimerQueue timers;
  const LateHttpTransport transport(timers, MakeFake(0, go, &fake));
}

}  // namespace
}  // namespace registryd
