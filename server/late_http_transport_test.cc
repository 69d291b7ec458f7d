#include "server/late_http_transport.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
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

void Get(HttpTransport& transport, EndReceiver::End& end) {
  HttpRequest request;
  request.url = kUrl;
  transport.Send(std::move(request), {}, {}, std::make_unique<EndReceiver>(end));
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
  LateHttpTransport transport(MakeFake(3, go, &fake));
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
  LateHttpTransport transport([&go]() -> absl::StatusOr<std::unique_ptr<HttpTransport>> {
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
    LateHttpTransport transport(MakeFake(100, go, &fake));
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

TEST(LateHttpTransportTest, CanGoBeforeItIsUsed) {
  absl::Notification go;
  FakeHttpTransport* fake = nullptr;
  go.Notify();
  const LateHttpTransport transport(MakeFake(0, go, &fake));
}

}  // namespace
}  // namespace registryd
