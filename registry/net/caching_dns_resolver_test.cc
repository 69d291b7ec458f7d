#include "registry/net/caching_dns_resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/base/timer_queue.h"
#include "registry/net/fake_dns_resolver.h"

namespace registryd {
namespace {

using Result = absl::StatusOr<DnsAnswer>;

constexpr char kHost[] = "registry.internal";
constexpr char kAddress[] = "10.1.2.3";

std::string FirstAddress(const Result& result) {
  return result.ok() ? (*result)->front().ToString() : result.status().ToString();
}

class CachingDnsResolverTest : public ::testing::Test {
 protected:
  // What a call that answers before it returns answers.
  Result Resolve(absl::string_view host, const CallContext& context = {}) {
    Result result = absl::UnknownError("not yet");
    resolver_.Resolve(host, context, [&result](Result r) { result = std::move(r); });
    return result;
  }

  void Ask(absl::string_view host) { Resolve(host).IgnoreError(); }

  // Starts a call, whose result arrives in what is returned.
  std::shared_ptr<std::optional<Result>> Start(const CallContext& context = {}) {
    auto result = std::make_shared<std::optional<Result>>();
    resolver_.Resolve(kHost, context, [result](Result r) { *result = std::move(r); });
    return result;
  }

  CachingDnsResolverOptions options_;
  // The present, for the upstream's timers are real.
  FakeClock clock_{absl::Now()};
  TimerQueue timers_;
  FakeDnsResolver upstream_{{{kHost, {kAddress}}}};
  CachingDnsResolver resolver_{upstream_, timers_, clock_, options_};
};

TEST_F(CachingDnsResolverTest, AsksOnceAndRemembers) {
  EXPECT_EQ(resolver_.Cached(kHost), nullptr);
  EXPECT_EQ(FirstAddress(Resolve(kHost)), kAddress);
  EXPECT_EQ(FirstAddress(Resolve(kHost)), kAddress);
  EXPECT_EQ(FirstAddress(resolver_.Cached(kHost)), kAddress);
  EXPECT_EQ(upstream_.queries(), 1);
}

TEST_F(CachingDnsResolverTest, HandsOutOneAnswerWithoutCopying) {
  const Result first = Resolve(kHost);
  EXPECT_EQ(resolver_.Cached(kHost), *first);
}

TEST_F(CachingDnsResolverTest, LiteralsAreNeitherAskedForNorRemembered) {
  EXPECT_EQ(FirstAddress(Resolve("::ffff:10.0.0.1")), "10.0.0.1");
  EXPECT_EQ(FirstAddress(resolver_.Cached("fd00::1")), "fd00::1");
  EXPECT_EQ(upstream_.queries(), 0);
  EXPECT_EQ(resolver_.stats().entries, 0u);
}

TEST_F(CachingDnsResolverTest, FreshUntilPositiveTtl) {
  Ask(kHost);
  clock_.Advance(options_.positive_ttl - absl::Nanoseconds(1));
  Ask(kHost);
  EXPECT_EQ(upstream_.queries(), 1);
}

TEST_F(CachingDnsResolverTest, StaleAnswerIsGivenAndRefreshed) {
  Ask(kHost);
  upstream_.SetAddresses(kHost, {"10.9.9.9"});
  clock_.Advance(options_.positive_ttl);
  EXPECT_EQ(FirstAddress(Resolve(kHost)), kAddress);
  EXPECT_EQ(upstream_.queries(), 2);
  EXPECT_EQ(FirstAddress(Resolve(kHost)), "10.9.9.9");
  EXPECT_EQ(upstream_.queries(), 2);
}

TEST_F(CachingDnsResolverTest, CachedRefreshesToo) {
  Ask(kHost);
  upstream_.SetAddresses(kHost, {"10.9.9.9"});
  clock_.Advance(options_.positive_ttl);
  EXPECT_EQ(FirstAddress(resolver_.Cached(kHost)), kAddress);
  EXPECT_EQ(FirstAddress(resolver_.Cached(kHost)), "10.9.9.9");
}

TEST_F(CachingDnsResolverTest, OneRefreshAtATime) {
  Ask(kHost);
  clock_.Advance(options_.positive_ttl);
  upstream_.Hold();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(FirstAddress(Resolve(kHost)), kAddress);
  EXPECT_EQ(upstream_.queries(), 2);
  upstream_.Release();
  Ask(kHost);
  EXPECT_EQ(upstream_.queries(), 2);
}

TEST_F(CachingDnsResolverTest, StaleAnswerEnds) {
  Ask(kHost);
  clock_.Advance(options_.positive_ttl + options_.stale_ttl);
  EXPECT_EQ(resolver_.Cached(kHost), nullptr);
  upstream_.SetAddresses(kHost, {"10.9.9.9"});
  EXPECT_EQ(FirstAddress(Resolve(kHost)), "10.9.9.9");
}

TEST_F(CachingDnsResolverTest, StaleAnswerLastsUntilItsEnd) {
  Ask(kHost);
  upstream_.Hold();
  clock_.Advance(options_.positive_ttl + options_.stale_ttl - absl::Nanoseconds(1));
  EXPECT_EQ(FirstAddress(resolver_.Cached(kHost)), kAddress);
}

TEST_F(CachingDnsResolverTest, WaitersOfAnEndedAnswerJoinItsRefresh) {
  Ask(kHost);
  upstream_.Hold();
  clock_.Advance(options_.positive_ttl);
  Ask(kHost);  // Begins the refresh.
  clock_.Advance(options_.stale_ttl);
  const auto waiting = Start();
  EXPECT_FALSE(waiting->has_value());
  upstream_.Release();
  EXPECT_EQ(FirstAddress(waiting->value()), kAddress);
  EXPECT_EQ(upstream_.queries(), 2);
}

TEST_F(CachingDnsResolverTest, FailuresAreRememberedForNegativeTtl) {
  const absl::Status failures[] = {
      Error(absl::StatusCode::kNotFound, Reason::kDnsFailed, "no such name"),
      Error(absl::StatusCode::kUnavailable, Reason::kDnsFailed, "server failure"),
  };
  for (const absl::Status& failure : failures) {
    const std::string host = absl::StrCat("code", failure.code(), ".internal");
    SCOPED_TRACE(host);
    upstream_.SetError(host, failure);
    bool known_failure = true;
    EXPECT_EQ(resolver_.Cached(host, &known_failure), nullptr);
    EXPECT_FALSE(known_failure);
    EXPECT_EQ(Resolve(host).status(), failure);
    clock_.Advance(options_.negative_ttl - absl::Nanoseconds(1));
    EXPECT_EQ(Resolve(host).status(), failure);
    EXPECT_EQ(resolver_.Cached(host, &known_failure), nullptr);
    EXPECT_TRUE(known_failure);
    EXPECT_EQ(upstream_.queries(host), 1);

    clock_.Advance(absl::Nanoseconds(1));
    EXPECT_EQ(resolver_.Cached(host, &known_failure), nullptr);
    EXPECT_FALSE(known_failure);
    upstream_.SetAddresses(host, {kAddress});
    EXPECT_EQ(FirstAddress(Resolve(host)), kAddress);
  }
}

TEST_F(CachingDnsResolverTest, ClockThatIsSetBackKeepsNeitherAnswerNorFailure) {
  upstream_.SetError("failing.internal",
                     Error(absl::StatusCode::kUnavailable, Reason::kDnsFailed, "server failure"));
  Ask("failing.internal");
  Ask(kHost);
  upstream_.SetAddresses("failing.internal", {kAddress});
  upstream_.SetAddresses(kHost, {"10.9.9.9"});
  clock_.Advance(-absl::Seconds(2));
  bool known_failure = true;
  EXPECT_EQ(resolver_.Cached("failing.internal", &known_failure), nullptr);
  EXPECT_FALSE(known_failure);
  EXPECT_EQ(resolver_.Cached(kHost), nullptr);
  EXPECT_EQ(FirstAddress(Resolve("failing.internal")), kAddress);
  EXPECT_EQ(FirstAddress(Resolve(kHost)), "10.9.9.9");
  // What was learnt since counts as ever.
  EXPECT_EQ(FirstAddress(Resolve(kHost)), "10.9.9.9");
  EXPECT_EQ(upstream_.queries(kHost), 2);
}

TEST_F(CachingDnsResolverTest, OverloadIsNotRemembered) {
  upstream_.SetError(kHost, Error(absl::StatusCode::kUnavailable, Reason::kOverloaded, "busy"));
  EXPECT_EQ(ReasonOf(Resolve(kHost).status()), Reason::kOverloaded);
  upstream_.SetAddresses(kHost, {kAddress});
  EXPECT_EQ(FirstAddress(Resolve(kHost)), kAddress);
}

TEST_F(CachingDnsResolverTest, FailedRefreshKeepsTheAnswerAndWaitsBeforeTheNext) {
  const Reason reasons[] = {Reason::kDnsFailed, Reason::kOverloaded};
  for (const Reason reason : reasons) {
    const std::string host = absl::StrCat("h", static_cast<int>(reason), ".internal");
    SCOPED_TRACE(host);
    upstream_.SetAddresses(host, {kAddress});
    Ask(host);
    clock_.Advance(options_.positive_ttl);
    upstream_.SetError(host, Error(absl::StatusCode::kUnavailable, reason, "text"));
    for (int i = 0; i < 3; ++i) EXPECT_EQ(FirstAddress(Resolve(host)), kAddress);
    EXPECT_EQ(upstream_.queries(host), 2);
    clock_.Advance(options_.negative_ttl);
    EXPECT_EQ(FirstAddress(Resolve(host)), kAddress);
    EXPECT_EQ(upstream_.queries(host), 3);
    // Not for longer than it would have been without the refresh.
    clock_.Advance(options_.stale_ttl - options_.negative_ttl);
    EXPECT_EQ(ReasonOf(Resolve(host).status()), reason);
  }
}

TEST_F(CachingDnsResolverTest, RefreshThatFindsTheNameGoneDropsTheAnswer) {
  Ask(kHost);
  clock_.Advance(options_.positive_ttl);
  upstream_.SetError(kHost, absl::NotFoundError("gone"));
  EXPECT_EQ(FirstAddress(Resolve(kHost)), kAddress);
  EXPECT_TRUE(absl::IsNotFound(Resolve(kHost).status()));
}

TEST_F(CachingDnsResolverTest, WaitersShareOneQuestion) {
  upstream_.Hold();
  std::vector<std::shared_ptr<std::optional<Result>>> results;
  for (int i = 0; i < 100; ++i) results.push_back(Start());
  EXPECT_EQ(upstream_.queries(), 1);
  EXPECT_EQ(resolver_.stats().in_flight, 1u);
  upstream_.Release();
  for (const auto& result : results) EXPECT_EQ(FirstAddress(result->value()), kAddress);
  EXPECT_EQ(resolver_.stats().in_flight, 0u);
}

TEST_F(CachingDnsResolverTest, WaitersShareAFailure) {
  upstream_.Hold();
  upstream_.SetError(kHost, absl::NotFoundError("gone"));
  const auto first = Start();
  const auto second = Start();
  upstream_.Release();
  EXPECT_TRUE(absl::IsNotFound((*first)->status()));
  EXPECT_TRUE(absl::IsNotFound((*second)->status()));
}

TEST_F(CachingDnsResolverTest, EachWaiterHasItsOwnDeadlineAndCancellation) {
  upstream_.Hold();
  const auto cancellation = std::make_shared<Cancellation>();
  const auto patient = Start();
  const auto cancelled = Start({absl::InfiniteFuture(), cancellation});
  const auto late = Start({absl::InfinitePast(), nullptr});
  absl::Notification timed_out;
  Result timed_out_result;
  resolver_.Resolve(kHost, {absl::Now() + absl::Milliseconds(5), nullptr}, [&](Result result) {
    timed_out_result = std::move(result);
    timed_out.Notify();
  });

  EXPECT_TRUE(absl::IsDeadlineExceeded(late->value().status()));
  EXPECT_FALSE(cancelled->has_value());
  cancellation->Cancel();
  EXPECT_TRUE(absl::IsCancelled(cancelled->value().status()));
  timed_out.WaitForNotification();
  EXPECT_TRUE(absl::IsDeadlineExceeded(timed_out_result.status()));

  EXPECT_FALSE(patient->has_value());
  upstream_.Release();
  EXPECT_EQ(FirstAddress(patient->value()), kAddress);
  EXPECT_EQ(upstream_.queries(), 1);
}

TEST_F(CachingDnsResolverTest, QuestionThatAllGaveUpStillTeaches) {
  upstream_.Hold();
  const auto cancellation = std::make_shared<Cancellation>();
  const auto waiting = Start({absl::InfiniteFuture(), cancellation});
  cancellation->Cancel();
  upstream_.Release();
  EXPECT_EQ(FirstAddress(resolver_.Cached(kHost)), kAddress);
}

TEST_F(CachingDnsResolverTest, KnownAnswerComesWhateverTheDeadline) {
  Ask(kHost);
  EXPECT_EQ(FirstAddress(Resolve(kHost, {absl::InfinitePast(), nullptr})), kAddress);
}

TEST_F(CachingDnsResolverTest, SlowUpstreamIsUnavailableNotTheCallersDeadline) {
  CachingDnsResolverOptions options;
  options.query_timeout = absl::Milliseconds(5);
  CachingDnsResolver impatient(upstream_, timers_, clock_, options);
  upstream_.Hold();
  absl::Notification done;
  Result result;
  impatient.Resolve(kHost, {}, [&](Result r) {
    result = std::move(r);
    done.Notify();
  });
  done.WaitForNotification();
  EXPECT_TRUE(absl::IsUnavailable(result.status()));
  EXPECT_EQ(ReasonOf(result.status()), Reason::kDnsFailed);
}

TEST_F(CachingDnsResolverTest, MayGoBeforeItsQuestionsAreAnswered) {
  auto resolver = std::make_unique<CachingDnsResolver>(upstream_, timers_, clock_);
  upstream_.Hold();
  std::optional<Result> result;
  resolver->Resolve(kHost, {}, [&](Result r) { result = std::move(r); });
  resolver = nullptr;
  upstream_.Release();
  EXPECT_EQ(FirstAddress(result.value()), kAddress);
}

TEST_F(CachingDnsResolverTest, CallbackMayResolveAgain) {
  upstream_.Hold();
  std::string inner;
  resolver_.Resolve(kHost, {}, [&](Result) { inner = FirstAddress(Resolve(kHost)); });
  upstream_.Release();
  EXPECT_EQ(inner, kAddress);
  EXPECT_EQ(upstream_.queries(), 1);
}

TEST_F(CachingDnsResolverTest, EntriesAreBounded) {
  CachingDnsResolverOptions options;
  options.max_entries = 8;
  CachingDnsResolver small(upstream_, timers_, clock_, options);
  for (int i = 0; i < 1000; ++i) {
    small.Resolve(absl::StrCat("h", i, ".internal"), {}, [](Result) {});
    ASSERT_LE(small.stats().entries, 8u);
  }
  EXPECT_EQ(small.stats().entries, 8u);
}

TEST_F(CachingDnsResolverTest, CountsWhatHappens) {
  Ask(kHost);               // miss
  Ask(kHost);               // hit
  resolver_.Cached(kHost);  // hit
  resolver_.Cached("x");    // nothing known: Resolve will count it
  Ask("missing.internal");  // miss
  Ask("missing.internal");  // negative hit
  resolver_.Cached("missing.internal");
  const DnsCacheStats stats = resolver_.stats();
  EXPECT_EQ(stats.hits, 2u);
  EXPECT_EQ(stats.misses, 2u);
  EXPECT_EQ(stats.negative_hits, 2u);
  EXPECT_EQ(stats.in_flight, 0u);
  EXPECT_EQ(stats.entries, 2u);
}

TEST_F(CachingDnsResolverTest, ManyThreadsAskOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::atomic<int> right{0};
  absl::BlockingCounter answered(kThreads * kEach);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        resolver_.Resolve(kHost, {absl::Now() + absl::Hours(1), nullptr}, [&](Result result) {
          right += FirstAddress(result) == kAddress;
          answered.DecrementCount();
        });
      }
    });
  }
  answered.Wait();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, kThreads * kEach);
  EXPECT_EQ(upstream_.queries(), 1);
}

TEST_F(CachingDnsResolverTest, ManyThreadsWithExpiryAndCancellation) {
  constexpr int kThreads = 4;
  constexpr int kEach = 300;
  absl::BlockingCounter answered(kThreads * kEach);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        if (i % 50 == 0) clock_.Advance(options_.positive_ttl);
        if (t == 0 && i % 10 == 0) upstream_.Hold();
        const auto cancellation = std::make_shared<Cancellation>();
        resolver_.Resolve(absl::StrCat("h", i % 7), {absl::Now() + absl::Hours(1), cancellation},
                          [&](Result) { answered.DecrementCount(); });
        if (i % 3 == 0) cancellation->Cancel();
        if (t == 0 && i % 10 == 5) upstream_.Release();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  upstream_.Release();
  answered.Wait();
  EXPECT_EQ(resolver_.stats().in_flight, 0u);
}

}  // namespace
}  // namespace registryd
