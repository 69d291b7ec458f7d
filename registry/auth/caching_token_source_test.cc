#include "registry/auth/caching_token_source.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"

namespace registryd {
namespace {

// Keeps its questions until the test answers them; a cancelled one is answered so.
class HeldTokenSource final : public TokenSource {
 public:
  void Get(TokenRequest request, const CallContext& context, Callback done) override {
    auto question = std::make_shared<Question>();
    question->done = std::move(done);
    question->request = std::move(request);
    {
      absl::MutexLock lock(&mutex_);
      questions_.push_back(question);
    }
    question->registration = context.cancellation->OnCancel([this, weak = std::weak_ptr(question)] {
      ++cancelled_;
      if (const auto held = weak.lock()) {
        Finish(*held, Error(absl::StatusCode::kCancelled, Reason::kCancelled, "cancelled"));
      }
    });
  }

  void Answer(size_t i, absl::StatusOr<Token> result) { Finish(*At(i), std::move(result)); }

  TokenRequest request(size_t i) const { return At(i)->request; }
  size_t asked() const {
    absl::MutexLock lock(&mutex_);
    return questions_.size();
  }
  int cancelled() const { return cancelled_; }

 private:
  struct Question {
    TokenRequest request;
    Callback done;
    Cancellation::Registration registration;
  };

  std::shared_ptr<Question> At(size_t i) const {
    absl::MutexLock lock(&mutex_);
    return questions_.at(i);
  }

  void Finish(Question& question, absl::StatusOr<Token> result) {
    Callback done;
    {
      absl::MutexLock lock(&mutex_);
      if (question.done == nullptr) return;
      done = std::exchange(question.done, nullptr);
    }
    std::move(done)(std::move(result));
  }

  mutable absl::Mutex mutex_;
  std::vector<std::shared_ptr<Question>> questions_ ABSL_GUARDED_BY(mutex_);
  std::atomic<int> cancelled_{0};
};

TokenRequest Request(absl::string_view caller = "uid:1000", absl::string_view password = "pw") {
  auto upstream = std::make_shared<Upstream>();
  upstream->origin = "https://registry.example";
  auto credentials = std::make_shared<AuthConfig>();
  credentials->username = "ann";
  credentials->password = Secret(password);
  TokenRequest request;
  request.upstream = std::move(upstream);
  request.realm = "https://auth.example/token";
  request.scopes = {"repository:a:pull"};
  request.credentials = std::move(credentials);
  request.caller = std::string(caller);
  return request;
}

// What one caller got.
struct Got {
  int times = 0;
  absl::StatusOr<Token> token = absl::UnknownError("nothing yet");

  std::string text() const {
    return token.ok() ? std::string(token->access_token.Reveal()) : token.status().ToString();
  }
};

class CachingTokenSourceTest : public testing::Test {
 protected:
  // A source answers every question; those that a test left open hold their callers.
  ~CachingTokenSourceTest() override {
    for (size_t i = 0; i < held_.asked(); ++i) held_.Answer(i, absl::UnavailableError("the end"));
  }

  Token TokenOf(absl::string_view text, absl::Duration lifetime = absl::Seconds(300)) {
    Token token;
    token.access_token = Secret(text);
    token.expires = clock_.Now() + lifetime;
    return token;
  }

  std::shared_ptr<Got> Ask(TokenRequest request = Request(), const CallContext& context = {}) {
    auto got = std::make_shared<Got>();
    source_.Get(std::move(request), context, [got](absl::StatusOr<Token> token) {
      ++got->times;
      got->token = std::move(token);
    });
    return got;
  }

  FakeClock clock_{absl::Now()};
  HeldTokenSource held_;
  TimerQueue timers_;
  CachingTokenSource source_{held_, timers_, clock_};
};

TEST_F(CachingTokenSourceTest, RemembersAToken) {
  const auto first = Ask();
  EXPECT_EQ(first->times, 0);
  Token token = TokenOf("one");
  token.refresh_token = Secret(std::string("refresh"));
  held_.Answer(0, token);
  EXPECT_EQ(first->text(), "one");
  TokenRequest other = Request();
  other.user_agent = "other/1.0";
  const auto second = Ask(other);
  EXPECT_EQ(second->times, 1);
  EXPECT_EQ(second->text(), "one");
  EXPECT_EQ(second->token->refresh_token.Reveal(), "refresh");
  EXPECT_EQ(second->token->expires, token.expires);
  EXPECT_EQ(held_.asked(), 1u);
  EXPECT_EQ(source_.stats().hits, 1u);
  EXPECT_EQ(source_.stats().misses, 1u);
  EXPECT_EQ(source_.stats().entries, 1u);
}

TEST_F(CachingTokenSourceTest, ForgetsWhatARegistryRefused) {
  const auto first = Ask();
  held_.Answer(0, TokenOf("one"));
  TokenRequest other = Request();
  other.service = "other";
  source_.Forget(other);
  EXPECT_EQ(Ask()->text(), "one");
  source_.Forget(Request());
  const auto again = Ask();
  EXPECT_EQ(again->times, 0);
  held_.Answer(1, TokenOf("two"));
  EXPECT_EQ(again->text(), "two");
}

TEST_F(CachingTokenSourceTest, ForgetsATokenBeforeItsServerDoes) {
  const struct {
    absl::Duration lifetime;
    absl::Duration usable;
  } kCases[] = {
      {absl::Seconds(60), absl::Seconds(54)},          {absl::Seconds(50), absl::Seconds(45)},
      {absl::Seconds(20), absl::Seconds(15)},          {absl::Seconds(300), absl::Seconds(270)},
      {absl::Seconds(1200), absl::Seconds(1170)},      {absl::Seconds(3600), absl::Seconds(3570)},
      {absl::Seconds(3630), absl::Seconds(3600)},      {absl::Hours(24), absl::Seconds(3600)},
      {absl::InfiniteDuration(), absl::Seconds(3600)},
  };
  size_t asked = 0;
  for (const auto& c : kCases) {
    source_.Clear();
    Ask();
    held_.Answer(asked++, TokenOf("t", c.lifetime));
    clock_.Advance(c.usable - absl::Nanoseconds(1));
    EXPECT_EQ(Ask()->times, 1) << c.lifetime;
    clock_.Advance(absl::Nanoseconds(1));
    EXPECT_EQ(Ask()->times, 0) << c.lifetime;
    held_.Answer(asked++, absl::UnavailableError("done"));
  }
  EXPECT_EQ(held_.asked(), asked);
}

TEST_F(CachingTokenSourceTest, DoesNotRememberWhatIsAsGoodAsExpired) {
  for (const int seconds : {-60, 0, 4, 5}) {
    const size_t i = held_.asked();
    const auto got = Ask();
    held_.Answer(i, TokenOf("t", absl::Seconds(seconds)));
    EXPECT_EQ(got->text(), "t");
    EXPECT_EQ(source_.stats().entries, 0u) << seconds;
  }
}

TEST_F(CachingTokenSourceTest, DoesNotRememberFailures) {
  const auto first = Ask();
  held_.Answer(0, absl::UnauthenticatedError("no"));
  EXPECT_EQ(first->token.status().code(), absl::StatusCode::kUnauthenticated);
  const auto second = Ask();
  held_.Answer(1, TokenOf("one"));
  EXPECT_EQ(second->text(), "one");
}

TEST_F(CachingTokenSourceTest, AsksOnceForEqualRequests) {
  const auto first = Ask();
  const auto second = Ask();
  const auto other = Ask(Request("uid:1001"));
  ASSERT_EQ(held_.asked(), 2u);
  EXPECT_EQ(source_.stats().in_flight, 2u);
  held_.Answer(0, TokenOf("one"));
  EXPECT_EQ(first->text(), "one");
  EXPECT_EQ(second->text(), "one");
  EXPECT_EQ(other->times, 0);
  held_.Answer(1, absl::UnavailableError("down"));
  EXPECT_EQ(other->times, 1);
  EXPECT_EQ(source_.stats().in_flight, 0u);
}

TEST_F(CachingTokenSourceTest, CancellationEndsOnlyItsCaller) {
  const auto cancellation = std::make_shared<Cancellation>();
  const auto first = Ask(Request(), {absl::InfiniteFuture(), cancellation});
  const auto second = Ask();
  cancellation->Cancel();
  EXPECT_EQ(first->token.status().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(second->times, 0);
  EXPECT_EQ(held_.cancelled(), 0);
  held_.Answer(0, TokenOf("one"));
  EXPECT_EQ(second->text(), "one");
  EXPECT_EQ(first->times, 1);
}

TEST_F(CachingTokenSourceTest, LastToLeaveCancelsTheQuestion) {
  const auto cancellation = std::make_shared<Cancellation>();
  const auto first = Ask(Request(), {absl::InfiniteFuture(), cancellation});
  const auto second = Ask(Request(), {absl::InfiniteFuture(), cancellation});
  cancellation->Cancel();
  EXPECT_EQ(first->times, 1);
  EXPECT_EQ(second->times, 1);
  EXPECT_EQ(held_.cancelled(), 1);
  EXPECT_EQ(source_.stats().in_flight, 0u);
  // The next caller is not told of a cancellation that was not its own.
  const auto third = Ask();
  EXPECT_EQ(third->times, 0);
  held_.Answer(1, TokenOf("two"));
  EXPECT_EQ(third->text(), "two");
}

TEST_F(CachingTokenSourceTest, DeadlineEndsOnlyItsCaller) {
  absl::Notification late;
  absl::Status status;
  source_.Get(Request(), {absl::Now() + absl::Milliseconds(5), nullptr},
              [&](absl::StatusOr<Token> token) {
                status = token.status();
                late.Notify();
              });
  const auto second = Ask();
  late.WaitForNotification();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(second->times, 0);
  held_.Answer(0, TokenOf("one"));
  EXPECT_EQ(second->text(), "one");
}

TEST_F(CachingTokenSourceTest, CallThatIsOverAsksNobody) {
  const auto cancellation = std::make_shared<Cancellation>();
  cancellation->Cancel();
  EXPECT_EQ(Ask(Request(), {absl::InfiniteFuture(), cancellation})->times, 1);
  EXPECT_EQ(Ask(Request(), {absl::InfinitePast(), nullptr})->times, 1);
  EXPECT_EQ(held_.asked(), 0u);
}

TEST_F(CachingTokenSourceTest, ClearForgetsWhatIsOnItsWayToo) {
  const auto first = Ask();
  source_.Clear();
  const auto second = Ask();
  ASSERT_EQ(held_.asked(), 2u);
  held_.Answer(0, TokenOf("before"));
  EXPECT_EQ(first->text(), "before");
  EXPECT_EQ(second->times, 0);
  EXPECT_EQ(source_.stats().entries, 0u);
  held_.Answer(1, TokenOf("after"));
  EXPECT_EQ(Ask()->text(), "after");
  source_.Clear();
  EXPECT_EQ(Ask()->times, 0);
}

TEST_F(CachingTokenSourceTest, AnswerAfterItIsGone) {
  auto source = std::make_unique<CachingTokenSource>(held_, timers_, clock_);
  std::string text;
  source->Get(Request(), {}, [&](absl::StatusOr<Token> token) {
    text = std::string(token->access_token.Reveal());
  });
  source = nullptr;
  held_.Answer(0, TokenOf("one"));
  EXPECT_EQ(text, "one");
}

TEST_F(CachingTokenSourceTest, HoldsABoundedNumber) {
  CachingTokenSourceOptions options;
  options.max_entries = 10;
  CachingTokenSource source(held_, timers_, clock_, options);
  for (int i = 0; i < 100; ++i) {
    source.Get(Request(absl::StrCat(i)), {}, [](absl::StatusOr<Token>) {});
    held_.Answer(i, TokenOf("t"));
    EXPECT_LE(source.stats().entries, 10u);
  }
}

// The same scope for 1,000 callers with credentials of their own, and for the same
// credentials in the hands of others, all under way at once and then again.
TEST_F(CachingTokenSourceTest, SecurityRow9NoTokenIsShared) {
  constexpr int kCallers = 1000;
  const auto request = [](int i) {
    return Request(absl::StrCat("caller", i / 2), absl::StrCat("pw", (i + 1) / 2));
  };
  std::vector<std::shared_ptr<Got>> got;
  for (int i = 0; i < kCallers; ++i) got.push_back(Ask(request(i)));
  ASSERT_EQ(held_.asked(), static_cast<size_t>(kCallers));
  // Answered in another order than asked.
  for (int i = 0; i < kCallers; ++i) {
    const int which = (i * 7 + 3) % kCallers;
    held_.Answer(which, TokenOf(absl::StrCat("token", which)));
  }
  for (int i = 0; i < kCallers; ++i) {
    EXPECT_EQ(got[i]->text(), absl::StrCat("token", i));
    EXPECT_EQ(Ask(request(i))->text(), absl::StrCat("token", i));
  }
  EXPECT_EQ(held_.asked(), static_cast<size_t>(kCallers));
}

TEST_F(CachingTokenSourceTest, SecurityRow16TenThousandRequestsAreOneQuestion) {
  constexpr int kThreads = 8;
  constexpr int kEach = 1250;
  std::atomic<int> answered{0};
  absl::BlockingCounter asked(kThreads);
  absl::BlockingCounter done(kThreads * kEach);
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        source_.Get(Request(), {}, [&](absl::StatusOr<Token> token) {
          if (token.ok() && token->access_token.Reveal() == "one") ++answered;
          done.DecrementCount();
        });
      }
      asked.DecrementCount();
    });
  }
  asked.Wait();
  EXPECT_EQ(held_.asked(), 1u);
  held_.Answer(0, TokenOf("one"));
  done.Wait();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(answered, kThreads * kEach);
  EXPECT_EQ(held_.asked(), 1u);
}

// Callers come and go while answers come; each is called back exactly once.
TEST_F(CachingTokenSourceTest, SurvivesCallersThatComeAndGo) {
  constexpr int kThreads = 4;
  constexpr int kEach = 500;
  std::atomic<int> called{0};
  std::atomic<bool> stop{false};
  std::thread answering([&] {
    size_t next = 0;
    while (!stop || next < held_.asked()) {
      if (next < held_.asked()) {
        held_.Answer(next++, TokenOf("t", absl::ZeroDuration()));
      } else {
        std::this_thread::yield();
      }
    }
  });
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < kEach; ++i) {
        const auto cancellation = std::make_shared<Cancellation>();
        source_.Get(Request(), {absl::InfiniteFuture(), cancellation},
                    [&](absl::StatusOr<Token>) { ++called; });
        cancellation->Cancel();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  stop = true;
  answering.join();
  EXPECT_EQ(called, kThreads * kEach);
  EXPECT_EQ(source_.stats().in_flight, 0u);
}

}  // namespace
}  // namespace registryd
