// What every DnsResolver does.

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/base/error.h"
#include "registry/base/timer_queue.h"
#include "registry/net/caching_dns_resolver.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/net/system_dns_resolver.h"

namespace registryd {
namespace {

using Result = absl::StatusOr<DnsAnswer>;

// A resolver that knows `localhost`, and what it needs.
struct Subject {
  virtual ~Subject() = default;
  virtual DnsResolver& resolver() = 0;
};

struct FakeSubject final : Subject {
  DnsResolver& resolver() override { return fake; }
  FakeDnsResolver fake{{{"localhost", {"127.0.0.1", "::1"}}}};
};

struct SystemSubject final : Subject {
  DnsResolver& resolver() override { return system; }
  TimerQueue timers;
  SystemDnsResolver system{timers};
};

struct CachingSubject final : Subject {
  DnsResolver& resolver() override { return caching; }
  TimerQueue timers;
  FakeDnsResolver fake{{{"localhost", {"127.0.0.1", "::1"}}}};
  CachingDnsResolver caching{fake, timers, Clock::Real()};
};

template <typename T>
std::unique_ptr<Subject> Make() {
  return std::make_unique<T>();
}

struct SubjectCase {
  const char* name;
  std::unique_ptr<Subject> (*make)();
};

class DnsResolverContractTest : public ::testing::TestWithParam<SubjectCase> {
 protected:
  DnsResolver& resolver() { return subject_->resolver(); }

  Result Await(absl::string_view host, const CallContext& context = {}) {
    Result result;
    absl::Notification done;
    resolver().Resolve(host, context, [&](Result r) {
      result = std::move(r);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  }

  const std::unique_ptr<Subject> subject_ = GetParam().make();
};

INSTANTIATE_TEST_SUITE_P(Resolvers, DnsResolverContractTest,
                         ::testing::Values(SubjectCase{"Fake", &Make<FakeSubject>},
                                           SubjectCase{"System", &Make<SystemSubject>},
                                           SubjectCase{"Caching", &Make<CachingSubject>}),
                         [](const auto& info) { return info.param.name; });

TEST_P(DnsResolverContractTest, LiteralsAreKnown) {
  const struct {
    absl::string_view host, address;
  } cases[] = {
      {"10.1.2.3", "10.1.2.3"},
      {"::1", "::1"},
      {"FD00::00AB", "fd00::ab"},
      {"::ffff:127.0.0.1", "127.0.0.1"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.host);
    bool called = false;
    resolver().Resolve(c.host, {}, [&](Result result) {
      called = true;
      ASSERT_TRUE(result.ok()) << result.status();
      ASSERT_EQ((*result)->size(), 1u);
      EXPECT_EQ((*result)->front().ToString(), c.address);
    });
    EXPECT_TRUE(called);

    bool known_failure = true;
    const DnsAnswer cached = resolver().Cached(c.host, &known_failure);
    ASSERT_NE(cached, nullptr);
    EXPECT_EQ(cached->front().ToString(), c.address);
    EXPECT_FALSE(known_failure);
    EXPECT_NE(resolver().Cached(c.host), nullptr);
  }
}

TEST_P(DnsResolverContractTest, LocalhostIsLoopback) {
  const Result result = Await("localhost");
  ASSERT_TRUE(result.ok()) << result.status();
  ASSERT_NE(*result, nullptr);
  ASSERT_FALSE((*result)->empty());
  for (const IpAddress& address : **result) EXPECT_TRUE(address.is_loopback());
}

TEST_P(DnsResolverContractTest, AddressesAreDistinct) {
  const Result result = Await("localhost");
  ASSERT_TRUE(result.ok()) << result.status();
  for (size_t i = 0; i < (*result)->size(); ++i) {
    for (size_t j = 0; j < i; ++j) EXPECT_NE((**result)[i], (**result)[j]);
  }
}

TEST_P(DnsResolverContractTest, UnknownNamesFail) {
  // Reserved never to exist (RFC 6761); without a network the look-up fails.
  const absl::Status status = Await("no-such-registry.invalid").status();
  EXPECT_TRUE(absl::IsNotFound(status) || absl::IsUnavailable(status)) << status;
  EXPECT_EQ(ReasonOf(status), Reason::kDnsFailed);
  EXPECT_EQ(resolver().Cached("no-such-registry.invalid"), nullptr);
}

TEST_P(DnsResolverContractTest, NonsenseIsNotFound) {
  for (const absl::string_view host : {"", "[::1]", "no such host", "localhost:5000"}) {
    EXPECT_TRUE(absl::IsNotFound(Await(host).status())) << host;
    EXPECT_EQ(resolver().Cached(host), nullptr) << host;
  }
}

TEST_P(DnsResolverContractTest, CachedAgreesWithWhatWasResolved) {
  const Result result = Await("localhost");
  ASSERT_TRUE(result.ok()) << result.status();
  const DnsAnswer cached = resolver().Cached("localhost");
  EXPECT_TRUE(cached == nullptr || *cached == **result);
}

TEST_P(DnsResolverContractTest, PassedDeadline) {
  const absl::Status status = Await("localhost", {absl::InfinitePast(), nullptr}).status();
  EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
  EXPECT_EQ(ReasonOf(status), Reason::kDeadlineExceeded);
}

TEST_P(DnsResolverContractTest, CancelledBefore) {
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  const absl::Status status = Await("localhost", {absl::InfiniteFuture(), cancellation}).status();
  EXPECT_TRUE(absl::IsCancelled(status)) << status;
  EXPECT_EQ(ReasonOf(status), Reason::kCancelled);
}

TEST_P(DnsResolverContractTest, HostNeedNotOutliveTheCall) {
  absl::Notification done;
  {
    std::string host = "localhost";
    resolver().Resolve(host, {}, [&](Result result) {
      EXPECT_TRUE(result.ok()) << result.status();
      done.Notify();
    });
    host.assign(host.size(), 'x');
  }
  done.WaitForNotification();
}

TEST_P(DnsResolverContractTest, CallbackIsDestroyed) {
  auto owned = std::make_shared<absl::Notification>();
  const std::weak_ptr<absl::Notification> watch = owned;
  resolver().Resolve("10.1.2.3", {}, [owned](Result) { owned->Notify(); });
  owned = nullptr;
  EXPECT_TRUE(watch.expired());
}

TEST_P(DnsResolverContractTest, EveryCallbackComesOnce) {
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  std::vector<std::atomic<int>> calls(kThreads * kEach);
  absl::BlockingCounter answered(kThreads * kEach);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kEach; ++i) {
        const auto cancellation = std::make_shared<Cancellation>();
        std::atomic<int>& count = calls[t * kEach + i];
        resolver().Resolve("localhost", {absl::Now() + absl::Milliseconds(i), cancellation},
                           [&](Result) {
                             ++count;
                             answered.DecrementCount();
                           });
        if (i % 2 == 0) cancellation->Cancel();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  answered.Wait();
  for (const std::atomic<int>& count : calls) EXPECT_EQ(count, 1);
}

}  // namespace
}  // namespace registryd
