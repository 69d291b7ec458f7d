#include "registry/net/system_dns_resolver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/base/timer_queue.h"

namespace registryd {
namespace {

using Result = absl::StatusOr<DnsAnswer>;

struct Outcome {
  DnsResolver::Callback Callback() {
    return [this](Result r) {
      result = std::move(r);
      done.Notify();
    };
  }
  Result result = absl::UnknownError("not called");
  absl::Notification done;
};

SystemDnsResolverOptions Options(int threads, size_t queue_limit) {
  SystemDnsResolverOptions options;
  options.threads = threads;
  options.queue_limit = queue_limit;
  return options;
}

// A look-up that takes as long as a test wants.
class Gate {
 public:
  SystemDnsResolver::Lookup Lookup() {
    return [this](const std::string& host) -> Result {
      if (++lookups == 1) first_.Notify();
      open_.WaitForNotification();
      return AnswerLiteral("10.1.2.3");
    };
  }
  void AwaitFirst() { first_.WaitForNotification(); }
  void Open() { open_.Notify(); }

  std::atomic<int> lookups{0};

 private:
  absl::Notification first_;
  absl::Notification open_;
};

TEST(SystemDnsResolverTest, AnswersFromTheLookUp) {
  TimerQueue timers;
  SystemDnsResolver resolver(timers, Options(1, 1), [](const std::string& host) -> Result {
    EXPECT_EQ(host, "registry.internal");
    return AnswerLiteral("10.1.2.3");
  });
  Outcome outcome;
  resolver.Resolve("registry.internal", {}, outcome.Callback());
  outcome.done.WaitForNotification();
  EXPECT_EQ(outcome.result.value()->front().ToString(), "10.1.2.3");
  EXPECT_EQ(resolver.running(), 0u);
}

TEST(SystemDnsResolverTest, DeadlineComesWhileTheLookUpRuns) {
  TimerQueue timers;
  Gate gate;
  SystemDnsResolver resolver(timers, Options(1, 1), gate.Lookup());
  Outcome outcome;
  resolver.Resolve("a.internal", {absl::Now() + absl::Milliseconds(5), nullptr},
                   outcome.Callback());
  outcome.done.WaitForNotification();
  EXPECT_TRUE(absl::IsDeadlineExceeded(outcome.result.status()));
  gate.Open();
}

TEST(SystemDnsResolverTest, CancellationComesWhileTheLookUpRuns) {
  TimerQueue timers;
  Gate gate;
  SystemDnsResolver resolver(timers, Options(1, 1), gate.Lookup());
  Outcome outcome;
  const auto cancellation = std::make_shared<Cancellation>();
  resolver.Resolve("a.internal", {absl::InfiniteFuture(), cancellation}, outcome.Callback());
  gate.AwaitFirst();
  cancellation->Cancel();
  EXPECT_TRUE(outcome.done.HasBeenNotified());
  EXPECT_TRUE(absl::IsCancelled(outcome.result.status()));
  EXPECT_EQ(resolver.running(), 1u) << "the system is asked all the same";
  gate.Open();
}

TEST(SystemDnsResolverTest, ALookUpThatRunsAnswersWhoAsksMeanwhile) {
  TimerQueue timers;
  Gate gate;
  SystemDnsResolver resolver(timers, Options(2, 2), gate.Lookup());
  Outcome late, other, last;
  resolver.Resolve("a.internal", {absl::Now() + absl::Milliseconds(5), nullptr}, late.Callback());
  late.done.WaitForNotification();
  gate.AwaitFirst();
  resolver.Resolve("a.internal", {}, last.Callback());
  EXPECT_EQ(resolver.running(), 1u);
  resolver.Resolve("b.internal", {}, other.Callback());
  gate.Open();
  other.done.WaitForNotification();
  last.done.WaitForNotification();
  EXPECT_TRUE(last.result.ok());
  EXPECT_EQ(gate.lookups, 2);
  Outcome again;
  resolver.Resolve("a.internal", {}, again.Callback());
  again.done.WaitForNotification();
  EXPECT_EQ(gate.lookups, 3) << "nothing is remembered";
}

TEST(SystemDnsResolverTest, ALookUpThatIsRefusedIsForgotten) {
  TimerQueue timers;
  Gate gate;
  SystemDnsResolver resolver(timers, Options(1, 0), gate.Lookup());
  Outcome running, refused;
  Result again = absl::UnknownError("not asked");
  resolver.Resolve("a.internal", {}, running.Callback());
  gate.AwaitFirst();
  resolver.Resolve("b.internal", {}, refused.Callback());
  EXPECT_EQ(ReasonOf(refused.result.status()), Reason::kOverloaded);
  gate.Open();
  running.done.WaitForNotification();
  // Its thread is free a moment later.
  while (!again.ok()) {
    Outcome next;
    resolver.Resolve("b.internal", {}, next.Callback());
    next.done.WaitForNotification();
    again = next.result;
  }
}

TEST(SystemDnsResolverTest, OverloadedBeyondTheQueue) {
  TimerQueue timers;
  Gate gate;
  Outcome running, queued, refused;
  {
    SystemDnsResolver resolver(timers, Options(1, 1), gate.Lookup());
    resolver.Resolve("a.internal", {}, running.Callback());
    gate.AwaitFirst();
    resolver.Resolve("b.internal", {}, queued.Callback());
    resolver.Resolve("c.internal", {}, refused.Callback());
    EXPECT_TRUE(refused.done.HasBeenNotified());
    EXPECT_TRUE(absl::IsUnavailable(refused.result.status()));
    EXPECT_EQ(ReasonOf(refused.result.status()), Reason::kOverloaded);
    gate.Open();
    queued.done.WaitForNotification();
  }
  EXPECT_TRUE(running.result.ok());
  EXPECT_TRUE(queued.result.ok());
}

TEST(SystemDnsResolverTest, WhatNobodyWaitsForIsNotLookedUp) {
  TimerQueue timers;
  Gate gate;
  {
    SystemDnsResolver resolver(timers, Options(1, 2), gate.Lookup());
    Outcome running, cancelled, last;
    const auto cancellation = std::make_shared<Cancellation>();
    resolver.Resolve("a.internal", {}, running.Callback());
    gate.AwaitFirst();
    resolver.Resolve("b.internal", {absl::InfiniteFuture(), cancellation}, cancelled.Callback());
    resolver.Resolve("c.internal", {}, last.Callback());
    cancellation->Cancel();
    gate.Open();
    last.done.WaitForNotification();
  }
  EXPECT_EQ(gate.lookups, 2);
}

TEST(SystemDnsResolverTest, DestructionGivesUpWhatIsQueued) {
  TimerQueue timers;
  Gate gate;
  Outcome running, queued;
  std::optional<SystemDnsResolver> resolver;
  resolver.emplace(timers, Options(1, 1), gate.Lookup());
  resolver->Resolve("a.internal", {}, running.Callback());
  gate.AwaitFirst();
  resolver->Resolve("b.internal", {}, queued.Callback());
  // Opens the gate only when the destructor has begun, or soon after: either way
  // each callback is called before the destructor returns.
  timers.Schedule(absl::Now() + absl::Milliseconds(5), [&] { gate.Open(); });
  resolver.reset();
  EXPECT_TRUE(running.result.ok());
  EXPECT_TRUE(queued.done.HasBeenNotified());
}

TEST(SystemDnsResolverTest, RefusesUnaskedWhatNoHostIsCalled) {
  TimerQueue timers;
  SystemDnsResolver resolver(timers, Options(1, 1), [](const std::string& host) -> Result {
    ADD_FAILURE() << "looked up: " << host;
    return absl::InternalError("looked up");
  });
  const std::string label63(63, 'a');
  const std::string long_name = label63 + "." + label63 + "." + label63 + "." + label63;
  const struct {
    const char* name;
    std::string host;
  } cases[] = {
      {"empty", ""},
      {"dot", "."},
      {"dots", "a..b"},
      {"leading dot", ".a"},
      {"two dots at the end", "a.."},
      {"one number", "2130706433"},
      {"short IPv4", "127.1"},
      {"hexadecimal", "0x7f000001"},
      {"hexadecimal parts", "0x7f.0.0.0x1"},
      {"bare hexadecimal prefix", "a.0x"},
      {"octal", "0177.0.0.1"},
      {"IPv4 and a dot", "127.0.0.1."},
      {"name that ends in a number", "example.123"},
      {"brackets", "[::1]"},
      {"zone", "fe80::1%lo"},
      {"port", "example.com:80"},
      {"slash", "a/b"},
      {"space", "a b"},
      {"NUL", std::string("a\0b", 3)},
      {"line break", "a\n"},
      {"Unicode dot",
       "127\xe3\x80\x82"
       "0.0.1"},
      {"label of 64", label63 + "a.example"},
      {"name of 255", long_name},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Outcome outcome;
    resolver.Resolve(c.host, {}, outcome.Callback());
    EXPECT_TRUE(outcome.done.HasBeenNotified());
    EXPECT_TRUE(absl::IsNotFound(outcome.result.status())) << outcome.result.status();
    bool known_failure = false;
    EXPECT_EQ(resolver.Cached(c.host, &known_failure), nullptr);
    EXPECT_TRUE(known_failure);
  }
}

TEST(SystemDnsResolverTest, AsksForWhatAHostMayBeCalled) {
  TimerQueue timers;
  SystemDnsResolver resolver(timers, Options(1, 10),
                             [](const std::string&) { return AnswerLiteral("10.1.2.3"); });
  const std::string label63(63, 'a');
  const std::string cases[] = {
      "a",
      "localhost",
      "example.com",
      "EXAMPLE.com.",
      "1.2.3.4.example",
      "123.a",
      "a_b.c-d",
      "xn--bcher-kva.example",
      "0x7g",
      label63,
      label63 + "." + label63,
  };
  for (const std::string& host : cases) {
    SCOPED_TRACE(host);
    bool known_failure = true;
    EXPECT_EQ(resolver.Cached(host, &known_failure), nullptr);
    EXPECT_FALSE(known_failure);
    Outcome outcome;
    resolver.Resolve(host, {}, outcome.Callback());
    outcome.done.WaitForNotification();
    EXPECT_TRUE(outcome.result.ok()) << outcome.result.status();
  }
}

}  // namespace
}  // namespace registryd
