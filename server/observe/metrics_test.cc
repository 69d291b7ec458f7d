#include "server/observe/metrics.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using testing::HasSubstr;
using testing::Not;

class MetricsTest : public testing::Test {
 protected:
  // The value of the sample with exactly this name and these labels; "absent" without one.
  std::string Sample(absl::string_view name) {
    const std::string text = metrics_.Text();
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      const size_t space = line.rfind(' ');
      if (space != absl::string_view::npos && line.substr(0, space) == name) {
        return std::string(line.substr(space + 1));
      }
    }
    return "absent";
  }

  Metrics metrics_{"1.2.3", "0123abc", absl::FromUnixSeconds(1000)};
};

TEST_F(MetricsTest, TellsWhatIsRunning) {
  EXPECT_EQ(Sample("registryd_build_info{commit=\"0123abc\",version=\"1.2.3\"}"), "1");
  EXPECT_EQ(Sample("process_start_time_seconds"), "1000");
  double bytes = 0;
  double descriptors = 0;
  ASSERT_TRUE(absl::SimpleAtod(Sample("process_resident_memory_bytes"), &bytes));
  EXPECT_GT(bytes, 100'000);
  ASSERT_TRUE(absl::SimpleAtod(Sample("process_open_fds"), &descriptors));
  EXPECT_GE(descriptors, 3);
}

TEST_F(MetricsTest, CountsCallsByMethodAndCode) {
  MethodMetrics& a = metrics_.calls().Method("S/A");
  MethodMetrics& b = metrics_.calls().Method("S/B");
  EXPECT_EQ(&a, &metrics_.calls().Method("S/A"));
  a.Record(absl::StatusCode::kOk, absl::Milliseconds(1));
  a.Record(absl::StatusCode::kOk, absl::Milliseconds(2));
  a.Record(absl::StatusCode::kNotFound, absl::Milliseconds(3));
  b.Record(absl::StatusCode::kUnauthenticated, absl::Milliseconds(4));
  b.Record(static_cast<absl::StatusCode>(17), absl::Milliseconds(4));
  b.Record(static_cast<absl::StatusCode>(-1), absl::Milliseconds(4));
  EXPECT_EQ(Sample("registryd_calls_total{method=\"S/A\",code=\"OK\"}"), "2");
  EXPECT_EQ(Sample("registryd_calls_total{method=\"S/A\",code=\"NOT_FOUND\"}"), "1");
  EXPECT_EQ(Sample("registryd_calls_total{method=\"S/B\",code=\"UNAUTHENTICATED\"}"), "1");
  EXPECT_EQ(Sample("registryd_calls_total{method=\"S/B\",code=\"UNKNOWN\"}"), "2");
  EXPECT_EQ(Sample("registryd_calls_total{method=\"S/B\",code=\"OK\"}"), "absent");
}

TEST_F(MetricsTest, NamesEveryCode) {
  MethodMetrics& method = metrics_.calls().Method("S/M");
  for (const char* name : {"OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",
                           "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
                           "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
                           "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"}) {
    static int code = 0;
    method.Record(static_cast<absl::StatusCode>(code++), absl::ZeroDuration());
    EXPECT_EQ(Sample(absl::StrCat("registryd_calls_total{method=\"S/M\",code=\"", name, "\"}")),
              "1");
  }
}

TEST_F(MetricsTest, SortsDurationsIntoBuckets) {
  MethodMetrics& method = metrics_.calls().Method("S/M");
  const auto bucket = [this](absl::string_view bound) {
    return Sample(
        absl::StrCat("registryd_call_duration_seconds_bucket{method=\"S/M\",le=\"", bound, "\"}"));
  };
  method.Record(absl::StatusCode::kOk, absl::Milliseconds(1));                         // The bound.
  method.Record(absl::StatusCode::kOk, absl::Milliseconds(1) + absl::Nanoseconds(1));  // Above it.
  method.Record(absl::StatusCode::kOk, absl::Seconds(11));
  EXPECT_EQ(bucket("0.0005"), "0");
  EXPECT_EQ(bucket("0.001"), "1");
  EXPECT_EQ(bucket("0.0025"), "2");
  EXPECT_EQ(bucket("10"), "2");
  EXPECT_EQ(bucket("+Inf"), "3");
  EXPECT_EQ(Sample("registryd_call_duration_seconds_count{method=\"S/M\"}"), "3");
  EXPECT_EQ(Sample("registryd_call_duration_seconds_sum{method=\"S/M\"}").substr(0, 6), "11.002");
}

TEST_F(MetricsTest, LosesNoCallOfManyThreads) {
  MethodMetrics& method = metrics_.calls().Method("S/M");
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 10'000; ++j) method.Record(absl::StatusCode::kOk, absl::Microseconds(1));
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Sample("registryd_calls_total{method=\"S/M\",code=\"OK\"}"), "40000");
  EXPECT_EQ(Sample("registryd_call_duration_seconds_count{method=\"S/M\"}"), "40000");
}

TEST_F(MetricsTest, CountsReloads) {
  EXPECT_EQ(Sample("registryd_config_reloads_total{result=\"ok\"}"), "0");
  EXPECT_EQ(Sample("registryd_config_reloads_total{result=\"failed\"}"), "0");
  metrics_.CountReload(true);
  metrics_.CountReload(true);
  metrics_.CountReload(false);
  EXPECT_EQ(Sample("registryd_config_reloads_total{result=\"ok\"}"), "2");
  EXPECT_EQ(Sample("registryd_config_reloads_total{result=\"failed\"}"), "1");
}

TEST_F(MetricsTest, AsksForFiguresOfOthersAtEachScrape) {
  int hits = 5;
  metrics_.AddCounter("registryd_dns_cache_hits_total", "Answers from the cache.",
                      [&] { return hits; });
  metrics_.AddGauge("registryd_dns_cache_entries", "Answers held.", [] { return 2; });
  EXPECT_EQ(Sample("registryd_dns_cache_hits_total"), "5");
  hits = 6;
  EXPECT_EQ(Sample("registryd_dns_cache_hits_total"), "6");
  EXPECT_EQ(Sample("registryd_dns_cache_entries"), "2");
  EXPECT_THAT(metrics_.Text(), HasSubstr("# TYPE registryd_dns_cache_hits_total counter\n"));
  EXPECT_THAT(metrics_.Text(), HasSubstr("# TYPE registryd_dns_cache_entries gauge\n"));
}

TEST_F(MetricsTest, TellsFiguresOfOthersApartByALabel) {
  LabelledFigures open = {{"127.0.0.1:50051", 1}};
  metrics_.AddGauges("registryd_open_connections", "Connections that are open.", "listener",
                     [&] { return open; });
  metrics_.AddCounters("registryd_connections_refused_total", "Closed at once.", "listener", [] {
    return LabelledFigures{{"unix:/run/\"r\".sock", 3}};
  });
  EXPECT_EQ(Sample("registryd_open_connections{listener=\"127.0.0.1:50051\"}"), "1");
  EXPECT_EQ(Sample("registryd_connections_refused_total{listener=\"unix:/run/\\\"r\\\".sock\"}"),
            "3");
  open = {{"127.0.0.1:50051", 2}, {"unix:/run/r.sock", 4}};
  EXPECT_EQ(Sample("registryd_open_connections{listener=\"127.0.0.1:50051\"}"), "2");
  EXPECT_EQ(Sample("registryd_open_connections{listener=\"unix:/run/r.sock\"}"), "4");
}

// A family's name stands once: a second "# TYPE" would make a scrape fail.
TEST_F(MetricsTest, NamesEachFamilyOnce) {
  metrics_.calls().Method("S/A").Record(absl::StatusCode::kOk, absl::ZeroDuration());
  metrics_.calls().Method("S/B").Record(absl::StatusCode::kOk, absl::ZeroDuration());
  std::vector<std::string> types;
  const std::string text = metrics_.Text();
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    if (line.substr(0, 7) != "# TYPE ") continue;
    EXPECT_THAT(types, Not(testing::Contains(line)));
    types.emplace_back(line);
  }
  EXPECT_GE(types.size(), 7u);
}

}  // namespace
}  // namespace registryd
