// How every HttpTransport waits, ends and is called back: Resume, deadlines,
// cancellation, and what callbacks may do.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/net/http_transport.h"
#include "registry/net/testing/http_transport_subject.h"
#include "registry/net/testing/recorded_exchange.h"
#include "registry/net/testing/scripted_body.h"

namespace registryd {
namespace {

using StallAt = HttpTransportSubject::StallAt;

struct SubjectCase {
  const char* name;
  std::unique_ptr<HttpTransportSubject> (*make)();

  friend void PrintTo(const SubjectCase& c, std::ostream* out) { *out << c.name; }
};

class HttpTransportEndContractTest : public ::testing::TestWithParam<SubjectCase> {
 protected:
  static CallContext In(absl::Duration duration) { return {absl::Now() + duration, nullptr}; }

  static void ExpectLate(const absl::Status& status) {
    EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kDeadlineExceeded);
  }
  static void ExpectCancelled(const absl::Status& status) {
    EXPECT_TRUE(absl::IsCancelled(status)) << status;
    EXPECT_EQ(ReasonOf(status), Reason::kCancelled);
  }

  const std::shared_ptr<Cancellation> cancellation_ = std::make_shared<Cancellation>();
  const CallContext cancellable_ = {absl::InfiniteFuture(), cancellation_};
  const std::unique_ptr<HttpTransportSubject> subject_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(Transports, HttpTransportEndContractTest,
                         ::testing::Values(SubjectCase{"Fake", &MakeFakeSubject},
                                           SubjectCase{"Curl", &MakeCurlSubject},
                                           SubjectCase{"CurlTls", &MakeCurlTlsSubject}),
                         [](const auto& info) { return info.param.name; });

// The receiver itself checks that no part comes before the Resume of the last.
TEST_P(HttpTransportEndContractTest, EachPartWaitsForResume) {
  const std::string body(300000, 'x');
  subject_->Reply("GET", "/", {200, {}, body});
  RecordedExchange exchange;
  exchange.hold = true;
  subject_->Send(subject_->Request("GET", "/"), exchange);
  size_t resumed = 0;
  while (exchange.AwaitHeld()) {
    EXPECT_FALSE(exchange.done());
    EXPECT_EQ(exchange.parts(), ++resumed);
    if (resumed % 2 == 0) {
      exchange.Resume();
    } else {
      std::thread([&] { exchange.Resume(); }).join();
    }
  }
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  EXPECT_GT(resumed, 1u);
  EXPECT_EQ(exchange.body_bytes(), body.size());
}

TEST_P(HttpTransportEndContractTest, ResumeMayComeLateOrNever) {
  for (const bool never : {false, true}) {
    const auto cancellation = std::make_shared<Cancellation>();
    subject_->Reply("GET", "/", {200, {}, std::string(300000, 'x')});
    RecordedExchange exchange;
    exchange.hold = true;
    subject_->Send(subject_->Request("GET", "/"), exchange, {absl::InfiniteFuture(), cancellation});
    ASSERT_TRUE(exchange.AwaitHeld());
    HttpReceiver::Resume resume = exchange.TakeResume();
    cancellation->Cancel();
    ExpectCancelled(exchange.Await());
    if (!never) std::move(resume)();
  }
}

TEST_P(HttpTransportEndContractTest, PassedDeadlineSendsNothing) {
  for (const absl::Time deadline : {absl::InfinitePast(), absl::UnixEpoch(), absl::Now()}) {
    RecordedExchange exchange;
    subject_->Send(subject_->Request("GET", "/"), exchange, {deadline, nullptr});
    ExpectLate(exchange.Await());
    EXPECT_FALSE(exchange.has_head());
  }
  EXPECT_FALSE(subject_->reached());
}

TEST_P(HttpTransportEndContractTest, DeadlineBeforeTheHead) {
  subject_->Stall("GET", "/", StallAt::kBeforeHead);
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, In(absl::Milliseconds(300)));
  ExpectLate(exchange.Await());
  EXPECT_FALSE(exchange.has_head());
}

TEST_P(HttpTransportEndContractTest, DeadlineInTheBody) {
  subject_->Stall("GET", "/", StallAt::kInBody);
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, In(absl::Seconds(1)));
  ExpectLate(exchange.Await());
  EXPECT_EQ(exchange.body(), "part");
}

TEST_P(HttpTransportEndContractTest, ABodyHasItsTime) {
  HttpOptions options;
  options.max_body_time = absl::Milliseconds(500);
  subject_->Stall("GET", "/", StallAt::kInBody);
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, {}, options);
  const absl::Status status = exchange.Await();
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(ReasonOf(status), Reason::kConnectionFailed);
  EXPECT_EQ(exchange.body(), "part");
}

TEST_P(HttpTransportEndContractTest, TheTimeOfABodyBeginsWithTheHead) {
  HttpOptions options;
  options.max_body_time = absl::Milliseconds(100);
  subject_->Stall("GET", "/", StallAt::kBeforeHead);
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, In(absl::Milliseconds(500)), options);
  ExpectLate(exchange.Await());
}

TEST_P(HttpTransportEndContractTest, DeadlineWhileResumeIsAwaited) {
  subject_->Reply("GET", "/", {200, {}, "whole body"});
  RecordedExchange exchange;
  exchange.hold = true;
  subject_->Send(subject_->Request("GET", "/"), exchange, In(absl::Seconds(1)));
  ASSERT_TRUE(exchange.AwaitHeld());
  ExpectLate(exchange.Await());
  EXPECT_EQ(exchange.body(), "whole body");
}

TEST_P(HttpTransportEndContractTest, DeadlineWhileTheSourceIsAwaited) {
  ScriptedBody body({"part"});
  body.Hold();
  HttpRequest request = subject_->Request("PUT", "/");
  request.body = body.Source();
  RecordedExchange exchange;
  subject_->Send(std::move(request), exchange, In(absl::Seconds(1)));
  ASSERT_TRUE(body.AwaitRead());
  ExpectLate(exchange.Await());
  EXPECT_TRUE(body.AwaitDestroyed());
  body.Give();  // Too late, and harmless.
}

TEST_P(HttpTransportEndContractTest, DeadlineThatIsKeptIsNotFelt) {
  subject_->Reply("GET", "/", {200, {}, "body"});
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, In(absl::Minutes(5)));
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
}

TEST_P(HttpTransportEndContractTest, CancelledBeforeSendsNothing) {
  cancellation_->Cancel();
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, cancellable_);
  ExpectCancelled(exchange.Await());
  EXPECT_FALSE(exchange.has_head());
  EXPECT_FALSE(subject_->reached());
}

TEST_P(HttpTransportEndContractTest, CancelBeforeTheHead) {
  subject_->Stall("GET", "/", StallAt::kBeforeHead);
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, cancellable_);
  EXPECT_FALSE(exchange.done());
  cancellation_->Cancel();
  ExpectCancelled(exchange.Await());
  EXPECT_FALSE(exchange.has_head());
}

TEST_P(HttpTransportEndContractTest, CancelInTheBody) {
  subject_->Stall("GET", "/", StallAt::kInBody);
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, cancellable_);
  ASSERT_TRUE(exchange.AwaitHead());
  cancellation_->Cancel();
  ExpectCancelled(exchange.Await());
}

TEST_P(HttpTransportEndContractTest, CancelWhileResumeIsAwaited) {
  subject_->Reply("GET", "/", {200, {}, "whole body"});
  RecordedExchange exchange;
  exchange.hold = true;
  subject_->Send(subject_->Request("GET", "/"), exchange, cancellable_);
  ASSERT_TRUE(exchange.AwaitHeld());
  cancellation_->Cancel();
  ExpectCancelled(exchange.Await());
  exchange.Resume();  // Too late, and harmless.
  EXPECT_EQ(exchange.parts(), 1u);
}

TEST_P(HttpTransportEndContractTest, CancelWhileTheSourceIsAwaited) {
  ScriptedBody body({"part"});
  body.Hold();
  HttpRequest request = subject_->Request("PUT", "/");
  request.body = body.Source();
  RecordedExchange exchange;
  subject_->Send(std::move(request), exchange, cancellable_);
  ASSERT_TRUE(body.AwaitRead());
  cancellation_->Cancel();
  ExpectCancelled(exchange.Await());
  EXPECT_TRUE(body.AwaitDestroyed());
  body.Give();  // Too late, and harmless.
}

TEST_P(HttpTransportEndContractTest, CancelAfterTheEndDoesNothing) {
  subject_->Reply("GET", "/", {200, {}, "body"});
  RecordedExchange exchange;
  subject_->Send(subject_->Request("GET", "/"), exchange, cancellable_);
  EXPECT_EQ(exchange.Await(), absl::OkStatus());
  cancellation_->Cancel();
}

TEST_P(HttpTransportEndContractTest, CancelWithinCallbacks) {
  const struct {
    const char* name;
    std::function<void()> RecordedExchange::*callback;
    bool cancelled;
  } cases[] = {
      {"OnHead", &RecordedExchange::on_head, true},
      {"OnBody", &RecordedExchange::on_body, true},
      {"OnDone", &RecordedExchange::on_done, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto cancellation = std::make_shared<Cancellation>();
    subject_->Reply("GET", "/", {200, {}, std::string(300000, 'x')});
    RecordedExchange exchange;
    exchange.*c.callback = [&] { cancellation->Cancel(); };
    subject_->Send(subject_->Request("GET", "/"), exchange, {absl::InfiniteFuture(), cancellation});
    const absl::Status status = exchange.Await();
    if (c.cancelled) {
      ExpectCancelled(status);
    } else {
      EXPECT_EQ(status, absl::OkStatus());
    }
  }
}

TEST_P(HttpTransportEndContractTest, EveryEndComesOnce) {
  constexpr int kExchanges = 200;
  std::vector<RecordedExchange> exchanges(kExchanges);
  std::vector<std::shared_ptr<Cancellation>> cancellations(kExchanges);
  std::vector<std::thread> threads;
  for (int i = 0; i < kExchanges; ++i) {
    subject_->Reply("GET", absl::StrCat("/", i), {200, {}, "body"});
    cancellations[i] = std::make_shared<Cancellation>();
  }
  std::thread canceller([&] {
    for (const auto& cancellation : cancellations) cancellation->Cancel();
  });
  for (int i = 0; i < kExchanges; ++i) {
    subject_->Send(subject_->Request("GET", absl::StrCat("/", i)), exchanges[i],
                   {absl::Now() + absl::Milliseconds(i), cancellations[i]});
  }
  canceller.join();
  for (const RecordedExchange& exchange : exchanges) {
    const absl::Status status = exchange.Await();
    EXPECT_TRUE(status.ok() || absl::IsCancelled(status) || absl::IsDeadlineExceeded(status))
        << status;
  }
}

TEST_P(HttpTransportEndContractTest, CallbacksMaySend) {
  using Callback = std::function<void()> RecordedExchange::*;
  for (const Callback callback :
       {&RecordedExchange::on_head, &RecordedExchange::on_body, &RecordedExchange::on_done}) {
    subject_->Reply("GET", "/first", {200, {}, "first"});
    subject_->Reply("GET", "/second", {200, {}, "second"});
    RecordedExchange first, second;
    first.*callback = [&] { subject_->Send(subject_->Request("GET", "/second"), second); };
    subject_->Send(subject_->Request("GET", "/first"), first);
    EXPECT_EQ(first.Await(), absl::OkStatus());
    EXPECT_EQ(second.Await(), absl::OkStatus());
    EXPECT_EQ(first.body(), "first");
    EXPECT_EQ(second.body(), "second");
  }
}

TEST_P(HttpTransportEndContractTest, LongChainsOfSendsNeedNoDeepStack) {
  constexpr int kLength = 1000;
  subject_->Reply("GET", "/", {200, {}, "x"}, kLength);
  std::vector<RecordedExchange> exchanges(kLength);
  for (int i = 0; i + 1 < kLength; ++i) {
    exchanges[i].on_done = [&, i] {
      subject_->Send(subject_->Request("GET", "/"), exchanges[i + 1]);
    };
  }
  subject_->Send(subject_->Request("GET", "/"), exchanges[0]);
  EXPECT_EQ(exchanges[kLength - 1].Await(), absl::OkStatus());
}

// What the receiver holds goes with it, whether it was resumed or not.
TEST_P(HttpTransportEndContractTest, ReceiverIsDestroyedAfterItsLastCall) {
  subject_->Reply("GET", "/", {200, {}, "body"}, 2);
  for (const bool hold : {false, true}) {
    auto owned = std::make_shared<int>();
    const std::weak_ptr<int> watch = owned;
    RecordedExchange exchange;
    exchange.hold = hold;
    exchange.on_done = [owned, &watch] { EXPECT_FALSE(watch.expired()); };
    const auto cancellation = std::make_shared<Cancellation>();
    subject_->Send(subject_->Request("GET", "/"), exchange, {absl::InfiniteFuture(), cancellation});
    exchange.on_done = nullptr;
    owned = nullptr;
    if (hold) {
      ASSERT_TRUE(exchange.AwaitHeld());
      EXPECT_FALSE(watch.expired());
      cancellation->Cancel();
    }
    exchange.Await().IgnoreError();
    EXPECT_TRUE(watch.expired());
  }
}

}  // namespace
}  // namespace registryd
