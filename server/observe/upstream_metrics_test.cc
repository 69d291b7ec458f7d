#include "server/observe/upstream_metrics.h"

#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/text_serializer.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string Text(const UpstreamMetrics& metrics) {
  return prometheus::TextSerializer().Serialize(metrics.Collect());
}

void Count(UpstreamMetrics& metrics, absl::string_view host, const UpstreamResult& result) {
  metrics.OnStart();
  metrics.OnResult(host, result);
}

std::string Requests(absl::string_view host, absl::string_view result, int count) {
  return absl::StrCat("registryd_upstream_requests_total{host=\"", host, "\",result=\"", result,
                      "\"} ", count, "\n");
}

TEST(UpstreamMetricsTest, ResultsByHost) {
  const struct {
    const char* name;
    UpstreamResult result;
    const char* label;
  } kCases[] = {
      {"1xx", {101, absl::OkStatus(), {}}, "1xx"},
      {"2xx", {200, absl::OkStatus(), {}}, "2xx"},
      {"3xx", {307, absl::OkStatus(), {}}, "3xx"},
      {"4xx", {401, absl::OkStatus(), {}}, "4xx"},
      {"5xx", {599, absl::OkStatus(), {}}, "5xx"},
      {"6xx", {600, absl::OkStatus(), {}}, "other"},
      {"99", {99, absl::OkStatus(), {}}, "other"},
      {"negative", {-200, absl::OkStatus(), {}}, "other"},
      {"no connection",
       {0, Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "secret"), {}},
       "CONNECTION_FAILED"},
      {"cut off",
       {200, Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge, "secret"), {}},
       "RESPONSE_TOO_LARGE"},
      {"no reason", {0, absl::AbortedError("secret"), {}}, "ABORTED"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    UpstreamMetrics metrics;
    Count(metrics, "registry.example:5000", c.result);
    EXPECT_THAT(Text(metrics), HasSubstr(Requests("registry.example:5000", c.label, 1)));
    EXPECT_THAT(Text(metrics), Not(HasSubstr("secret")));
  }
}

TEST(UpstreamMetricsTest, Durations) {
  UpstreamMetrics metrics;
  for (const absl::Duration elapsed :
       {absl::Milliseconds(5), absl::Milliseconds(6), absl::Seconds(90), -absl::Seconds(1)}) {
    Count(metrics, "a", {200, absl::OkStatus(), elapsed});
  }
  const std::string text = Text(metrics);
  constexpr absl::string_view kName = "registryd_upstream_request_duration_seconds";
  EXPECT_THAT(text, HasSubstr(absl::StrCat(kName, "_bucket{host=\"a\",le=\"0.005\"} 2\n")));
  EXPECT_THAT(text, HasSubstr(absl::StrCat(kName, "_bucket{host=\"a\",le=\"0.02\"} 3\n")));
  EXPECT_THAT(text, HasSubstr(absl::StrCat(kName, "_bucket{host=\"a\",le=\"60\"} 3\n")));
  EXPECT_THAT(text, HasSubstr(absl::StrCat(kName, "_bucket{host=\"a\",le=\"+Inf\"} 4\n")));
  EXPECT_THAT(text, HasSubstr(absl::StrCat(kName, "_count{host=\"a\"} 4\n")));
  EXPECT_THAT(text, HasSubstr(absl::StrCat(kName, "_sum{host=\"a\"} 90.011\n")));
}

TEST(UpstreamMetricsTest, Running) {
  UpstreamMetrics metrics;
  EXPECT_THAT(Text(metrics), HasSubstr("registryd_upstream_requests_running 0\n"));
  metrics.OnStart();
  metrics.OnStart();
  metrics.OnResult("a", {});
  EXPECT_THAT(Text(metrics), HasSubstr("registryd_upstream_requests_running 1\n"));
}

TEST(UpstreamMetricsTest, HostsAreBounded) {
  UpstreamMetrics metrics;
  for (size_t i = 0; i < UpstreamMetrics::kMaxHosts + 50; ++i) {
    Count(metrics, absl::StrCat("host", i), {200, absl::OkStatus(), {}});
  }
  Count(metrics, "host0", {200, absl::OkStatus(), {}});
  const std::string text = Text(metrics);
  EXPECT_THAT(text, HasSubstr(Requests("host0", "2xx", 2)));
  EXPECT_THAT(text, HasSubstr(Requests("host199", "2xx", 1)));
  EXPECT_THAT(text, Not(HasSubstr("host200")));
  EXPECT_THAT(text, HasSubstr(Requests("(other)", "2xx", 50)));
}

TEST(UpstreamMetricsTest, WhatIsNoHostIsNotShown) {
  UpstreamMetrics metrics;
  Count(metrics, "user:CANARY@registry.example", {200, absl::OkStatus(), {}});
  EXPECT_THAT(Text(metrics), HasSubstr(Requests("(invalid)", "2xx", 1)));
  EXPECT_THAT(Text(metrics), Not(HasSubstr("CANARY")));
}

TEST(UpstreamMetricsTest, CountsFromManyThreads) {
  UpstreamMetrics metrics;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&metrics] {
      for (int n = 0; n < 1000; ++n) Count(metrics, "a", {200, absl::OkStatus(), {}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(Text(metrics), HasSubstr(Requests("a", "2xx", 4000)));
}

}  // namespace
}  // namespace registryd
