#include "registry/tls/caching_certificate_store.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"
#include "registry/fs/temporary_folder.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Answer = CertificateStore::Answer;

constexpr absl::Duration kPatience = absl::Seconds(10);

class CachingCertificateStoreTest : public testing::Test {
 protected:
  CachingCertificateStoreTest() {
    folder_.MakeFolder("certs.d/host");
    folder_.Write("certs.d/host/ca.crt", "one");
  }

  // Another size than before, so that no clock decides whether it is seen.
  void WriteRoot(const std::string& content) { folder_.Write("certs.d/host/ca.crt", content); }

  CachingCertificateStore& Start(CachingCertificateStoreOptions options = {},
                                 ExecutorOptions executor_options = {}) {
    executor_.emplace(executor_options);
    store_.emplace(CertsDirectory(folder_.Path("certs.d")), *executor_, timers_, *watcher_, clock_,
                   options);
    return *store_;
  }

  // As production has it, but the watcher sees nothing.
  CachingCertificateStore& StartUnwatched(CachingCertificateStoreOptions options = {}) {
    FolderWatcherOptions blind;
    blind.use_inotify = false;
    blind.poll_interval = absl::Hours(1);
    watcher_.emplace(blind);
    return Start(options);
  }

  Answer Get(absl::string_view host, const CallContext& context = {}) {
    Answer answer = absl::UnknownError("not called back");
    absl::Notification done;
    store_->Get(host, context, [&](Answer given) {
      answer = std::move(given);
      done.Notify();
    });
    EXPECT_TRUE(done.WaitForNotificationWithTimeout(kPatience));
    return answer;
  }

  // The content of the host's only root; empty without one.
  std::string Root(absl::string_view host) {
    const Answer answer = Get(host);
    EXPECT_TRUE(answer.ok()) << answer.status();
    return !answer.ok() || (*answer)->roots.empty() ? "" : (*answer)->roots[0].pem;
  }

  // Whether `condition` comes true soon; the store works in the background.
  template <typename Condition>
  bool Eventually(Condition condition) {
    const absl::Time until = absl::Now() + kPatience;
    while (!condition()) {
      if (absl::Now() > until) return false;
      // Lets the store's threads run what was submitted before.
      absl::Notification ran;
      if (executor_->Submit([&] { ran.Notify(); })) ran.WaitForNotification();
    }
    return true;
  }

  // Occupies the executor's threads until destroyed.
  class Blockage {
   public:
    Blockage(Executor& executor, int threads) : started_(threads) {
      for (int i = 0; i < threads; ++i) {
        EXPECT_TRUE(executor.Submit([this, end = end_] {
          started_.DecrementCount();
          end->WaitForNotification();
        }));
      }
      started_.Wait();
    }
    ~Blockage() { end_->Notify(); }

   private:
    absl::BlockingCounter started_;
    std::shared_ptr<absl::Notification> end_ = std::make_shared<absl::Notification>();
  };

  TemporaryFolder folder_;
  FakeClock clock_{absl::FromUnixSeconds(1700000000)};
  TimerQueue timers_;
  std::optional<FolderWatcher> watcher_{std::in_place};
  std::optional<Executor> executor_;
  std::optional<CachingCertificateStore> store_;
};

TEST_F(CachingCertificateStoreTest, ReadsAHostOnce) {
  CachingCertificateStore& store = Start();
  EXPECT_EQ(store.Cached("host"), nullptr);
  const Answer first = Get("host");
  ASSERT_TRUE(first.ok());
  EXPECT_EQ((*first)->roots[0].pem, "one");
  const auto cached = store.Cached("host");
  ASSERT_NE(cached, nullptr);
  EXPECT_EQ(cached->value(), first.value());
  EXPECT_EQ(Get("host").value(), first.value());
  EXPECT_EQ(store.stats().misses, 1);
  EXPECT_EQ(store.stats().hits, 2);
  EXPECT_EQ(store.stats().entries, 1);
  EXPECT_EQ(store.stats().reloads, 0);
}

TEST_F(CachingCertificateStoreTest, KnowsHostsWithoutAFolderAtOnce) {
  CachingCertificateStore& store = Start();
  const Blockage blockage(*executor_, 4);
  const auto nothing = store.Cached("never-seen:5000");
  ASSERT_NE(nothing, nullptr);
  EXPECT_THAT((**nothing)->roots, IsEmpty());
  EXPECT_EQ(store.Cached("other"), nothing);
  EXPECT_EQ(store.Cached(""), nothing);
  EXPECT_EQ(Get("third").value(), nothing->value());
  EXPECT_EQ(store.stats().entries, 0);
  EXPECT_EQ(store.stats().misses, 0);
}

TEST_F(CachingCertificateStoreTest, KnowsThatThereIsNoCertsDirectory) {
  folder_.Remove("certs.d");
  CachingCertificateStore& store = Start();
  EXPECT_NE(store.Cached("host"), nullptr);
  folder_.MakeFolder("certs.d/host");
  WriteRoot("two");
  EXPECT_TRUE(Eventually([&] { return Root("host") == "two"; }));
}

TEST_F(CachingCertificateStoreTest, WorksWithoutAPath) {
  executor_.emplace();
  store_.emplace(CertsDirectory(""), *executor_, timers_, *watcher_, clock_);
  EXPECT_EQ(Root("host"), "");
}

TEST_F(CachingCertificateStoreTest, RefusesInvalidHostsWithoutTheDisk) {
  CachingCertificateStore& store = Start();
  const Blockage blockage(*executor_, 4);
  for (const char* host : {"..", "a/b", "%2e%2e"}) {
    EXPECT_EQ(ReasonOf(Get(host).status()), Reason::kHostnameInvalid) << host;
    ASSERT_NE(store.Cached(host), nullptr);
  }
  EXPECT_EQ(store.stats().entries, 0);
}

TEST_F(CachingCertificateStoreTest, SeesChangesOfTheFolder) {
  Start();
  EXPECT_EQ(Root("host"), "one");
  WriteRoot("second");
  EXPECT_TRUE(Eventually([&] { return Root("host") == "second"; }));
  EXPECT_GE(store_->stats().reloads, 1);
  folder_.Remove("certs.d/host");
  EXPECT_TRUE(Eventually([&] { return Root("host") == ""; }));
  EXPECT_TRUE(Eventually([&] { return store_->stats().entries == 0; }));
  folder_.MakeFolder("certs.d/host");
  WriteRoot("third one");
  EXPECT_TRUE(Eventually([&] { return Root("host") == "third one"; }));
}

TEST_F(CachingCertificateStoreTest, SeesAChangeSoon) {
  Start();
  EXPECT_EQ(Root("host"), "one");
  const absl::Time before = absl::Now();
  WriteRoot("second");
  EXPECT_TRUE(Eventually([&] { return Root("host") == "second"; }));
  // 200 ms is the aim; a loaded machine that runs the tests gets more.
  EXPECT_LT(absl::Now() - before, absl::Seconds(5));
}

TEST_F(CachingCertificateStoreTest, SeesVolumesSwapped) {
  folder_.MakeFolder("certs.d/volume/..1");
  folder_.MakeFolder("certs.d/volume/..2");
  folder_.Write("certs.d/volume/..1/ca.crt", "one");
  folder_.Write("certs.d/volume/..2/ca.crt", "two");
  folder_.Link("..1", "certs.d/volume/..data");
  folder_.Link("..2", "certs.d/volume/..data_tmp");
  folder_.Link("..data/ca.crt", "certs.d/volume/ca.crt");
  Start();
  EXPECT_EQ(Root("volume"), "one");
  folder_.Rename("certs.d/volume/..data_tmp", "certs.d/volume/..data");
  EXPECT_TRUE(Eventually([&] { return Root("volume") == "two"; }));
}

TEST_F(CachingCertificateStoreTest, KeepsTheObjectOfAHostThatDidNotChange) {
  folder_.MakeFolder("certs.d/other");
  folder_.Write("certs.d/other/ca.crt", "other");
  Start();
  const Answer other = Get("other");
  EXPECT_EQ(Root("host"), "one");
  WriteRoot("second");
  EXPECT_TRUE(Eventually([&] { return Root("host") == "second"; }));
  EXPECT_EQ(Get("other").value(), other.value());
}

TEST_F(CachingCertificateStoreTest, LooksAgainInTheBackgroundNowAndThen) {
  CachingCertificateStore& store = StartUnwatched();
  const Answer first = Get("host");
  WriteRoot("second");
  clock_.Advance(absl::Seconds(10));
  EXPECT_EQ(store.Cached("host")->value(), first.value());  // Not old enough.
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_NE(store.Cached("host"), nullptr);  // The old answer, and a look.
  EXPECT_TRUE(Eventually([&] { return Root("host") == "second"; }));
  EXPECT_EQ(store.stats().misses, 1);
}

TEST_F(CachingCertificateStoreTest, LooksAgainOnceTheClockWasSetBack) {
  CachingCertificateStore& store = StartUnwatched();
  const Answer first = Get("host");
  WriteRoot("second");
  folder_.MakeFolder("certs.d/new");
  folder_.Write("certs.d/new/ca.crt", "new");
  clock_.Advance(-absl::Seconds(1));
  EXPECT_EQ(store.Cached("host")->value(), first.value());  // No sign of it.
  clock_.Advance(-absl::Hours(1));
  EXPECT_NE(store.Cached("host"), nullptr);  // The old answer, and a look.
  EXPECT_TRUE(Eventually([&] { return Root("host") == "second" && Root("new") == "new"; }));
}

TEST_F(CachingCertificateStoreTest, KeepsNoFailureOnceTheClockWasSetBack) {
  folder_.Write("certs.d/host/client.key", "");
  CachingCertificateStore& store = StartUnwatched();
  EXPECT_FALSE(Get("host").ok());
  folder_.Remove("certs.d/host/client.key");
  clock_.Advance(-absl::Hours(1));
  EXPECT_EQ(store.Cached("host"), nullptr);
  EXPECT_EQ(Root("host"), "one");
}

TEST_F(CachingCertificateStoreTest, FindsNewFoldersInTheBackgroundToo) {
  CachingCertificateStore& store = StartUnwatched();
  EXPECT_NE(store.Cached("new"), nullptr);
  folder_.MakeFolder("certs.d/new");
  folder_.Write("certs.d/new/ca.crt", "new");
  EXPECT_EQ(Root("new"), "");
  clock_.Advance(absl::Seconds(11));
  EXPECT_TRUE(Eventually([&] { return Root("new") == "new"; }));
}

TEST_F(CachingCertificateStoreTest, KeepsAFailureForAShortTime) {
  folder_.Write("certs.d/host/client.key", "");
  CachingCertificateStore& store = StartUnwatched();
  const absl::Status failure = Get("host").status();
  EXPECT_EQ(ReasonOf(failure), Reason::kCertificatesInvalid);
  EXPECT_THAT(std::string(failure.message()), HasSubstr("missing client certificate client.cert"));
  folder_.Remove("certs.d/host/client.key");
  clock_.Advance(absl::Seconds(1));
  ASSERT_NE(store.Cached("host"), nullptr);
  EXPECT_EQ(store.Cached("host")->status(), failure);
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(store.Cached("host"), nullptr);
  EXPECT_EQ(Root("host"), "one");
}

TEST_F(CachingCertificateStoreTest, SeesAFailureMended) {
  folder_.Write("certs.d/host/client.key", "");
  Start();
  EXPECT_FALSE(Get("host").ok());
  folder_.Remove("certs.d/host/client.key");
  EXPECT_TRUE(Eventually([&] { return Get("host").ok(); }));
}

TEST_F(CachingCertificateStoreTest, ReadsOnceForAllWhoWait) {
  CachingCertificateStore& store = Start();
  absl::Mutex mutex;
  std::vector<Answer> answers;
  std::optional<Blockage> blockage(std::in_place, *executor_, 4);
  for (int i = 0; i < 1000; ++i) {
    store.Get("host", {}, [&](Answer answer) {
      absl::MutexLock lock(&mutex);
      answers.push_back(std::move(answer));
    });
  }
  {
    absl::MutexLock lock(&mutex);
    EXPECT_THAT(answers, IsEmpty());
  }
  blockage.reset();
  absl::MutexLock lock(&mutex);
  const auto all = [&] { return answers.size() == 1000; };
  ASSERT_TRUE(mutex.AwaitWithTimeout(absl::Condition(&all), kPatience));
  for (const Answer& answer : answers) EXPECT_EQ(answer.value(), answers[0].value());
}

TEST_F(CachingCertificateStoreTest, HonoursDeadlineAndCancellation) {
  Start();
  const Blockage blockage(*executor_, 4);
  CallContext late;
  late.deadline = absl::Now() - absl::Seconds(1);
  EXPECT_EQ(Get("host", late).status().code(), absl::StatusCode::kDeadlineExceeded);
  late.deadline = absl::Now() + absl::Milliseconds(20);
  EXPECT_EQ(Get("host", late).status().code(), absl::StatusCode::kDeadlineExceeded);
  CallContext cancelled;
  cancelled.cancellation = std::make_shared<Cancellation>();
  Answer answer;
  store_->Get("host", cancelled, [&](Answer given) { answer = std::move(given); });
  cancelled.cancellation->Cancel();
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kCancelled);
}

TEST_F(CachingCertificateStoreTest, RefusesMoreThanItCanRead) {
  folder_.MakeFolder("certs.d/second");
  ExecutorOptions executor_options;
  executor_options.threads = 1;
  executor_options.queue_limit = 1;
  CachingCertificateStore& store = Start({}, executor_options);
  std::optional<Blockage> blockage(std::in_place, *executor_, 1);
  absl::Notification done;
  store.Get("host", {}, [&](Answer answer) {
    EXPECT_TRUE(answer.ok());
    done.Notify();
  });
  const absl::Status refused = Get("second").status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ReasonOf(refused), Reason::kOverloaded);
  blockage.reset();
  EXPECT_TRUE(done.WaitForNotificationWithTimeout(kPatience));
  EXPECT_TRUE(Eventually([&] { return Get("second").ok(); }));
}

TEST_F(CachingCertificateStoreTest, AnswersThoseWhoWaitWhenItGoes) {
  Start();
  Answer answer;
  {
    std::optional<Blockage> blockage(std::in_place, *executor_, 4);
    store_->Get("host", {}, [&](Answer given) { answer = std::move(given); });
    store_.reset();
    EXPECT_EQ(answer.status().code(), absl::StatusCode::kUnavailable);
  }
  executor_.reset();
}

TEST_F(CachingCertificateStoreTest, HoldsABoundedNumberOfHosts) {
  for (int i = 0; i < 200; ++i) folder_.MakeFolder(absl::StrCat("certs.d/host", i));
  CachingCertificateStoreOptions options;
  options.max_entries = 64;
  CachingCertificateStore& store = Start(options);
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(Get(absl::StrCat("host", i)).ok());
  EXPECT_LE(store.stats().entries, 64);
  EXPECT_GT(store.stats().entries, 32);
}

TEST_F(CachingCertificateStoreTest, ReadsEachHostWhereCertsDirectoryCannotBeListed) {
  folder_.Remove("certs.d");
  folder_.Write("certs.d", "a file");
  CachingCertificateStore& store = Start();
  EXPECT_EQ(store.Cached("host"), nullptr);
  EXPECT_EQ(ReasonOf(Get("host").status()), Reason::kCertificatesInvalid);
}

}  // namespace
}  // namespace registryd
