#include "registry/config/config_store.h"

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/base/fake_clock.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

ServiceOptions WithMirror(const std::string& mirror) { return {{}, {mirror}, {}}; }

// Default options but for one.
template <typename T, typename U>
ConfigStoreOptions With(T ConfigStoreOptions::*member, U value) {
  ConfigStoreOptions options;
  options.*member = value;
  return options;
}

class ConfigStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<ConfigStore> Make(ConfigStoreOptions options = {},
                                    ConfigStore::Persist persist = nullptr) {
    auto store =
        ConfigStore::Create(WithMirror("https://first"), options, clock_, std::move(persist));
    EXPECT_TRUE(store.ok()) << store.status();
    return *std::move(store);
  }

  static std::string CurrentMirror(const ConfigStore& store) {
    return store.Current()->config->options().mirrors.at(0);
  }

  FakeClock clock_;
};

class CountingWatcher : public ConfigStore::Watcher {
 public:
  explicit CountingWatcher(const ConfigStore& store) : store_(store) {}
  void OnChange() override { seen.push_back(store_.Current()->version); }
  std::vector<uint64_t> seen;

 private:
  const ConfigStore& store_;
};

TEST_F(ConfigStoreTest, BeginsWithTheInitialConfiguration) {
  const auto store = Make();
  EXPECT_EQ(store->Current()->version, 1);
  EXPECT_EQ(CurrentMirror(*store), "https://first");
  EXPECT_EQ(Make(With(&ConfigStoreOptions::first_version, 42))->Current()->version, 42);
}

TEST_F(ConfigStoreTest, RefusesWhatItCannotBeginWith) {
  EXPECT_EQ(ReasonOf(ConfigStore::Create(WithMirror("ftp://m"), {}, clock_).status()),
            Reason::kMirrorInvalid);
  ConfigStoreOptions no_time;
  no_time.transaction_lifetime = absl::ZeroDuration();
  EXPECT_EQ(FieldOf(ConfigStore::Create({}, no_time, clock_).status()), "transaction_lifetime");
  ConfigStoreOptions no_version;
  no_version.first_version = 0;
  EXPECT_EQ(FieldOf(ConfigStore::Create({}, no_version, clock_).status()), "first_version");
}

TEST_F(ConfigStoreTest, PrepareChangesNothingAndCommitDoes) {
  const auto store = Make();
  const auto prepared = store->Prepare(WithMirror("https://second"), 0);
  ASSERT_TRUE(prepared.ok()) << prepared.status();
  EXPECT_EQ(prepared->result.version, 2);
  EXPECT_EQ(prepared->result.config->mirrors()[0].url, "https://second/");
  EXPECT_EQ(prepared->expires, clock_.Now() + absl::Minutes(1));
  EXPECT_EQ(store->transactions(), 1);
  EXPECT_EQ(store->Current()->version, 1);

  const auto committed = store->Commit(prepared->transaction_id, 0);
  ASSERT_TRUE(committed.ok()) << committed.status();
  EXPECT_EQ(committed->version, 2);
  EXPECT_EQ(store->Current()->version, 2);
  EXPECT_EQ(CurrentMirror(*store), "https://second");
  EXPECT_EQ(store->transactions(), 0);
  EXPECT_EQ(ReasonOf(store->Commit(prepared->transaction_id, 0).status()),
            Reason::kTransactionNotFound);
}

TEST_F(ConfigStoreTest, PrepareValidates) {
  const auto store = Make();
  const absl::Status status = store->Prepare(WithMirror("ftp://m"), 0).status();
  EXPECT_EQ(ReasonOf(status), Reason::kMirrorInvalid);
  EXPECT_EQ(FieldOf(status), "mirrors[0]");
  EXPECT_EQ(store->transactions(), 0);
}

TEST_F(ConfigStoreTest, PolicyOfTheStoreIsThatOfItsConfigurations) {
  const auto store = Make(With(&ConfigStoreOptions::insecure_match, InsecureMatch::kCompatible));
  EXPECT_EQ(store->Current()->config->insecure_match(), InsecureMatch::kCompatible);
  EXPECT_EQ(store->Prepare({}, 0)->result.config->insecure_match(), InsecureMatch::kCompatible);
  EXPECT_EQ(store->Update([](ServiceOptions& o) { o = {}; })->config->insecure_match(),
            InsecureMatch::kCompatible);
}

TEST_F(ConfigStoreTest, ExpectedVersionMustBeCurrent) {
  const auto store = Make();
  const auto mirror = [](ServiceOptions& o) { o.mirrors = {"https://other"}; };
  for (const uint64_t wrong : {2u, 99u}) {
    const absl::Status status = store->Prepare({}, wrong).status();
    EXPECT_TRUE(absl::IsAborted(status));
    EXPECT_EQ(ReasonOf(status), Reason::kConfigVersionMismatch);
    EXPECT_TRUE(absl::IsAborted(store->Update(mirror, wrong).status()));
  }
  const auto prepared = store->Prepare({}, 1);
  ASSERT_TRUE(prepared.ok());
  EXPECT_TRUE(absl::IsAborted(store->Commit(prepared->transaction_id, 2).status()));
  // A mistaken expectation does not cost the transaction.
  EXPECT_TRUE(store->Commit(prepared->transaction_id, 1).ok());
  EXPECT_TRUE(store->Update(mirror, 2).ok());
}

TEST_F(ConfigStoreTest, CommitFailsAfterAnotherChange) {
  const auto store = Make();
  const auto a = store->Prepare(WithMirror("https://a"), 0);
  const auto b = store->Prepare(WithMirror("https://b"), 0);
  ASSERT_TRUE(store->Commit(a->transaction_id, 0).ok());
  const absl::Status status = store->Commit(b->transaction_id, 0).status();
  EXPECT_TRUE(absl::IsAborted(status));
  EXPECT_EQ(ReasonOf(status), Reason::kConfigVersionMismatch);
  EXPECT_EQ(CurrentMirror(*store), "https://a");
  EXPECT_EQ(store->transactions(), 0);
}

TEST_F(ConfigStoreTest, TransactionsExpire) {
  const auto store = Make();
  const auto prepared = store->Prepare({}, 0);
  clock_.Advance(absl::Minutes(1) - absl::Nanoseconds(1));
  EXPECT_EQ(store->transactions(), 1);
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_EQ(store->transactions(), 0);
  EXPECT_TRUE(absl::IsNotFound(store->Commit(prepared->transaction_id, 0).status()));
  EXPECT_TRUE(absl::IsNotFound(store->Abort(prepared->transaction_id)));
}

TEST_F(ConfigStoreTest, AbortForgets) {
  const auto store = Make();
  const auto prepared = store->Prepare({}, 0);
  EXPECT_TRUE(store->Abort(prepared->transaction_id).ok());
  EXPECT_EQ(ReasonOf(store->Abort(prepared->transaction_id)), Reason::kTransactionNotFound);
  EXPECT_TRUE(absl::IsNotFound(store->Commit(prepared->transaction_id, 0).status()));
  EXPECT_EQ(store->Current()->version, 1);
}

TEST_F(ConfigStoreTest, TransactionsAreLimited) {
  const auto store = Make(With(&ConfigStoreOptions::max_transactions, 1));
  const auto first = store->Prepare({}, 0);
  EXPECT_TRUE(absl::IsResourceExhausted(store->Prepare({}, 0).status()));
  ASSERT_TRUE(store->Abort(first->transaction_id).ok());
  EXPECT_TRUE(store->Prepare({}, 0).ok());
}

TEST_F(ConfigStoreTest, UpdateEditsThePresentOptions) {
  const auto store = Make();
  const auto updated =
      store->Update([](ServiceOptions& o) { o.insecure_registries = {"reg:5000"}; });
  ASSERT_TRUE(updated.ok()) << updated.status();
  EXPECT_EQ(updated->version, 2);
  EXPECT_THAT(updated->config->options().mirrors, ElementsAre("https://first"));
  EXPECT_THAT(updated->config->options().insecure_registries, ElementsAre("reg:5000"));

  const auto same = store->Update([](ServiceOptions&) {});
  EXPECT_EQ(same->version, 2);
  EXPECT_EQ(same->config, updated->config);

  const absl::Status bad =
      store->Update([](ServiceOptions& o) {
             o.insecure_registries = {"a", "b_c"};
           })
          .status();
  EXPECT_EQ(FieldOf(bad), "insecure_registries[1]");
  EXPECT_EQ(store->Current()->version, 2);
}

TEST_F(ConfigStoreTest, PersistsBeforePublishing) {
  ConfigStore* seen_by_persist = nullptr;
  std::vector<std::pair<uint64_t, uint64_t>> persisted;  // Given, and current at that time.
  const auto store = Make({}, [&](const VersionedConfig& next) {
    persisted.emplace_back(next.version, seen_by_persist->Current()->version);
    return absl::OkStatus();
  });
  seen_by_persist = store.get();
  EXPECT_THAT(persisted, IsEmpty());
  const auto prepared = store->Prepare({}, 0);
  EXPECT_THAT(persisted, IsEmpty());
  ASSERT_TRUE(store->Commit(prepared->transaction_id, 0).ok());
  ASSERT_TRUE(store->Update([](ServiceOptions& o) { o.mirrors = {"https://x"}; }).ok());
  ASSERT_TRUE(store->Update([](ServiceOptions&) {}).ok());
  EXPECT_THAT(persisted, ElementsAre(std::pair(2, 1), std::pair(3, 2)));
}

TEST_F(ConfigStoreTest, FailureToPersistChangesNothing) {
  absl::Status disk = absl::UnknownError("disk full");
  const auto store = Make({}, [&](const VersionedConfig&) { return disk; });
  CountingWatcher watcher(*store);
  ASSERT_TRUE(store->AddWatcher(&watcher).ok());

  const auto prepared = store->Prepare(WithMirror("https://second"), 0);
  const absl::Status status = store->Commit(prepared->transaction_id, 0).status();
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(ReasonOf(status), Reason::kStateNotWritten);
  EXPECT_TRUE(
      absl::IsUnavailable(store->Update([](ServiceOptions& o) { o.mirrors.clear(); }).status()));
  EXPECT_EQ(store->Current()->version, 1);
  EXPECT_EQ(CurrentMirror(*store), "https://first");
  EXPECT_THAT(watcher.seen, IsEmpty());

  disk = absl::OkStatus();
  EXPECT_TRUE(store->Commit(prepared->transaction_id, 0).ok());
  EXPECT_THAT(watcher.seen, ElementsAre(2));
  store->RemoveWatcher(&watcher);
}

TEST_F(ConfigStoreTest, WatchersSeeEachChangeAlreadyPublished) {
  const auto store = Make();
  CountingWatcher watcher(*store);
  ASSERT_TRUE(store->AddWatcher(&watcher).ok());
  EXPECT_EQ(store->watchers(), 1);
  const auto prepared = store->Prepare({}, 0);
  ASSERT_TRUE(store->Commit(prepared->transaction_id, 0).ok());
  ASSERT_TRUE(store->Update([](ServiceOptions& o) { o.mirrors = {"https://x"}; }).ok());
  ASSERT_TRUE(store->Update([](ServiceOptions&) {}).ok());  // No change.
  store->RemoveWatcher(&watcher);
  ASSERT_TRUE(store->Update([](ServiceOptions& o) { o = {}; }).ok());
  EXPECT_THAT(watcher.seen, ElementsAre(2, 3));
}

// A watcher that hangs, against its contract, delays the writer that calls it and
// nobody else: no lock is held meanwhile.
TEST_F(ConfigStoreTest, WatcherIsCalledWithoutALock) {
  const auto store = Make();
  class HangingWatcher : public ConfigStore::Watcher {
   public:
    void OnChange() override {
      if (calls++ > 0) return;
      entered.Notify();
      leave.WaitForNotification();
    }
    std::atomic<int> calls{0};
    absl::Notification entered, leave;
  } watcher;
  ASSERT_TRUE(store->AddWatcher(&watcher).ok());
  std::thread writer([&] {
    EXPECT_TRUE(store->Update([](ServiceOptions& o) { o.mirrors = {"https://a"}; }).ok());
  });
  watcher.entered.WaitForNotification();
  EXPECT_EQ(store->Update([](ServiceOptions& o) { o.mirrors = {"https://b"}; })->version, 3);
  EXPECT_EQ(store->Current()->version, 3);
  watcher.leave.Notify();
  writer.join();
  store->RemoveWatcher(&watcher);
}

TEST_F(ConfigStoreTest, WritersAreSerialised) {
  std::atomic<int> inside{0};
  std::atomic<bool> overlap{false};
  const auto store = Make({}, [&](const VersionedConfig&) {
    if (inside.fetch_add(1) != 0) overlap = true;
    std::this_thread::yield();
    inside.fetch_sub(1);
    return absl::OkStatus();
  });
  constexpr int kThreads = 4;
  constexpr int kRounds = 100;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < kRounds; ++i) {
        const std::string host = "h" + std::to_string(t) + "-" + std::to_string(i);
        ASSERT_TRUE(
            store->Update([&](ServiceOptions& o) { o.insecure_registries.push_back(host); }).ok());
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(overlap);
  EXPECT_EQ(store->Current()->version, 1 + kThreads * kRounds);
  // No edit was lost.
  EXPECT_EQ(store->Current()->config->options().insecure_registries.size(), kThreads * kRounds);
}

}  // namespace
}  // namespace registryd
