#include "registry/v1/v1_session_table.h"

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/auth/auth_config.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/v1/session_id.h"
#include "registry/v1/v1_reads.h"
#include "registry/v1/v1_session_test_base.h"

namespace registryd {
namespace {

using ::testing::StartsWith;

constexpr absl::Duration kIdle = absl::Minutes(10);

class V1SessionTableTest : public V1SessionTestBase {
 protected:
  V1SessionTable MakeTable(size_t per_caller = 2, size_t all = 3, absl::Duration idle = kIdle) {
    return V1SessionTable({idle, per_caller, all}, timers_, clock_,
                          [this] { return absl::StrCat("id", ++ids_); });
  }

  absl::StatusOr<std::string> Add(V1SessionTable& table, absl::string_view caller,
                                  std::shared_ptr<V1Session> session = nullptr) {
    auto place = table.Reserve(caller);
    if (!place.ok()) return place.status();
    return table.Add(*std::move(place), session == nullptr ? OpenHttp() : std::move(session));
  }

  // CANCELLED once `session` has ended.
  absl::StatusCode LookUp(const std::shared_ptr<V1Session>& session) {
    Reply("http://r.internal:5000/v1/images/x/json", 200, "");
    V1StatusOutcome outcome;
    LookupRemoteImage(session, {"x", ""}, {}, outcome.Done());
    return outcome.Take().code();
  }

  int ids_ = 0;
};

TEST_F(V1SessionTableTest, ASessionBelongsToItsCaller) {
  V1SessionTable table = MakeTable();
  const auto id = Add(table, "ann");
  ASSERT_TRUE(id.ok()) << id.status();
  EXPECT_TRUE(table.Find(*id, "ann").ok());
  for (const auto& [other_id, caller] :
       {std::make_pair(*id, "bob"), std::make_pair(*id, ""),
        std::make_pair(std::string("id9"), "ann"), std::make_pair(std::string(""), "ann")}) {
    const absl::Status status = table.Find(other_id, caller).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
    // Whether there is such a session is not told.
    EXPECT_EQ(status, table.Find("never", "ann").status());
    EXPECT_EQ(status, table.Delete(other_id, caller));
  }
  EXPECT_EQ(table.size(), 1u);
}

TEST_F(V1SessionTableTest, DeleteEndsASessionAndItsCalls) {
  V1SessionTable table = MakeTable();
  const std::string id = *Add(table, "ann");
  const std::shared_ptr<V1Session> session = *table.Find(id, "ann");
  Response stalls;
  stalls.stalls = true;
  transport_.Reply("GET", "http://r.internal:5000/v1/images/x/json", stalls);
  V1StatusOutcome outcome;
  LookupRemoteImage(session, {"x", ""}, {}, outcome.Done());
  EXPECT_TRUE(table.Delete(id, "ann").ok());
  EXPECT_EQ(outcome.Take().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(table.Find(id, "ann").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(table.Delete(id, "ann").code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(table.size(), 0u);
}

TEST_F(V1SessionTableTest, LimitsSessionsOfACallerAndOfAll) {
  V1SessionTable table = MakeTable(/*per_caller=*/2, /*all=*/3);
  ASSERT_TRUE(Add(table, "ann").ok());
  auto opening = table.Reserve("ann");
  ASSERT_TRUE(opening.ok());
  EXPECT_THAT(Text(table.Reserve("ann").status()), StartsWith("RESOURCE_EXHAUSTED OVERLOADED"));
  const std::string bobs = *Add(table, "bob");
  EXPECT_THAT(Text(table.Reserve("eve").status()), StartsWith("RESOURCE_EXHAUSTED OVERLOADED"));
  // A place is free again when nothing came of it, and when a session ends.
  { const auto given_up = *std::move(opening); }
  opening = absl::UnknownError("given up");
  EXPECT_TRUE(table.Reserve("ann").ok());
  EXPECT_TRUE(table.Delete(bobs, "bob").ok());
  EXPECT_TRUE(table.Reserve("eve").ok());
}

TEST_F(V1SessionTableTest, AnIdleSessionExpires) {
  V1SessionTable table = MakeTable(/*per_caller=*/1);
  const auto session = OpenHttp();
  const std::string id = *Add(table, "ann", session);
  clock_.Advance(kIdle - absl::Nanoseconds(1));
  EXPECT_TRUE(table.Find(id, "ann").ok());  // Which begins its idle time anew.
  clock_.Advance(kIdle - absl::Nanoseconds(1));
  EXPECT_TRUE(table.Find(id, "ann").ok());
  clock_.Advance(kIdle);
  EXPECT_EQ(table.Find(id, "ann").status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(table.Delete(id, "ann").code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(table.Reserve("ann").ok()) << "its place is not free";
  EXPECT_EQ(LookUp(session), absl::StatusCode::kCancelled);
}

TEST_F(V1SessionTableTest, ASessionWithACallIsNotIdle) {
  V1SessionTable table = MakeTable();
  const std::string id = *Add(table, "ann");
  {
    const std::shared_ptr<V1Session> call = *table.Find(id, "ann");
    std::shared_ptr<V1Session> copy = call;
    clock_.Advance(2 * kIdle);
    copy = nullptr;
    EXPECT_TRUE(table.Find(id, "ann").ok());
    clock_.Advance(2 * kIdle);
  }
  clock_.Advance(kIdle - absl::Nanoseconds(1));
  EXPECT_TRUE(table.Find(id, "ann").ok());
}

TEST_F(V1SessionTableTest, ExpiryNeedsNobodyToAsk) {
  absl::Notification gone;
  std::shared_ptr<const AuthConfig> credentials(new AuthConfig(*Ann()),
                                                [&gone](const AuthConfig* config) {
                                                  delete config;
                                                  gone.Notify();
                                                });
  V1SessionTable table = MakeTable(2, 3, absl::Milliseconds(5));
  ASSERT_TRUE(Add(table, "ann", OpenHttps(credentials)).ok());
  EXPECT_EQ(table.size(), 1u);
  clock_.Advance(absl::Milliseconds(5));
  credentials = nullptr;
  gone.WaitForNotification();
  EXPECT_EQ(table.size(), 0u);
}

TEST_F(V1SessionTableTest, DrainingLetsCallsEnd) {
  V1SessionTable table = MakeTable();
  const auto idle = OpenHttp();
  const auto busy = OpenHttp();
  const std::string idle_id = *Add(table, "ann", idle);
  const std::string busy_id = *Add(table, "ann", busy);
  auto place = table.Reserve("bob");
  ASSERT_TRUE(place.ok());
  std::shared_ptr<V1Session> call = *table.Find(busy_id, "ann");
  table.Drain();
  EXPECT_EQ(LookUp(idle), absl::StatusCode::kCancelled);
  EXPECT_EQ(LookUp(busy), absl::StatusCode::kOk);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_THAT(Text(table.Reserve("eve").status()), StartsWith("UNAVAILABLE SHUTTING_DOWN"));
  const auto late = OpenHttp();
  EXPECT_THAT(Text(table.Add(*std::move(place), late).status()),
              StartsWith("UNAVAILABLE SHUTTING_DOWN"));
  EXPECT_EQ(LookUp(late), absl::StatusCode::kCancelled);
  call = nullptr;
  EXPECT_EQ(table.size(), 0u);
  EXPECT_EQ(LookUp(busy), absl::StatusCode::kCancelled);
}

TEST_F(V1SessionTableTest, ItsEndClosesAllAndLeasesOutliveIt) {
  std::shared_ptr<V1Session> call;
  {
    V1SessionTable table = MakeTable();
    const std::string id = *Add(table, "ann");
    call = *table.Find(id, "ann");
    EXPECT_EQ(LookUp(call), absl::StatusCode::kOk);
  }
  EXPECT_EQ(LookUp(call), absl::StatusCode::kCancelled);
}

TEST_F(V1SessionTableTest, WithoutAnIdThereIsNoSession) {
  const absl::Status failure = Error(absl::StatusCode::kInternal, Reason::kInternal, "no bytes");
  V1SessionTable table({}, timers_, clock_, [&failure] { return failure; });
  EXPECT_EQ(Add(table, "ann").status(), failure);
  EXPECT_EQ(table.size(), 0u);
}

TEST_F(V1SessionTableTest, AnIdIsNeverTakenTwice) {
  V1SessionTable table({}, timers_, clock_, [] { return std::string("same"); });
  const auto first = OpenHttp();
  ASSERT_TRUE(Add(table, "ann", first).ok());
  EXPECT_EQ(Add(table, "bob").status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(LookUp(first), absl::StatusCode::kOk);
  EXPECT_TRUE(table.Find("same", "ann").ok());
}

TEST_F(V1SessionTableTest, ManyThreadsMayUseIt) {
  V1SessionTable table = MakeTable(/*per_caller=*/100, /*all=*/100, absl::Nanoseconds(1));
  std::vector<std::shared_ptr<V1Session>> sessions;
  for (int i = 0; i < 8; ++i) sessions.push_back(OpenHttp());
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([this, &table, session = sessions[i], i] {
      const std::string caller = absl::StrCat("caller", i % 2);
      for (int n = 0; n < 50; ++n) {
        const auto id = Add(table, caller, session);
        ASSERT_TRUE(id.ok()) << id.status();
        if (auto found = table.Find(*id, caller); found.ok()) {
          clock_.Advance(absl::Nanoseconds(1));
        }
        table.Delete(*id, caller).IgnoreError();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  clock_.Advance(absl::Seconds(1));
  // A full table looks for expired sessions.
  std::vector<V1SessionTable::Place> places;
  for (int i = 0; i < 100; ++i) {
    auto place = table.Reserve("last");
    ASSERT_TRUE(place.ok()) << place.status();
    places.push_back(*std::move(place));
  }
}

TEST(NewSessionIdTest, Gives256BitsThatDiffer) {
  const std::string id = *NewSessionId();
  EXPECT_EQ(id.size(), 64u);
  EXPECT_EQ(id.find_first_not_of("0123456789abcdef"), std::string::npos);
  EXPECT_NE(id, *NewSessionId());
}

}  // namespace
}  // namespace registryd
