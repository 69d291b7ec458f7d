// registryd under everything at once: callers of many kinds, registries that fail, a
// configuration that changes. $SOAK_SECONDS says for how long; a few rounds by default.
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/registries/docker_registry.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/metrics_page.h"
#include "tests/server/registryd_fixture.h"
#include "tests/soak/call_tally.h"
#include "tests/soak/mixed_caller.h"
#include "tests/soak/process_usage.h"
#include "tests/soak/upstreams.h"

namespace registryd {
namespace {

using ::testing::IsEmpty;

constexpr int kCallers = 6;
constexpr int kFewestRounds = 3;
// Of CurlHttpTransportOptions.
constexpr int kMaxKept = 256;
constexpr absl::Duration kReloadEvery = absl::Milliseconds(200);

absl::Duration WholeTime() {
  int seconds = 6;
  if (const char* const text = std::getenv("SOAK_SECONDS"); text != nullptr) {
    EXPECT_TRUE(absl::SimpleAtoi(text, &seconds)) << text;
  }
  return absl::Seconds(seconds);
}

class SoakTest : public RegistrydFixture {
 protected:
  static DockerRegistryOptions WithHtpasswd() {
    DockerRegistryOptions options;
    options.htpasswd = true;
    return options;
  }

  SoakTest() : docker_registry_(WithHtpasswd()) {
    Configure(0);
    process_ = Serve({"--config", folder_.Path("daemon.json"), "--state-dir", StateFolder(),
                      "--metrics-listen", "127.0.0.1:0", "--allow-plaintext-credentials",
                      docker_registry_.host_port(), "--drain-timeout", "5s"});
  }

  std::string StateFolder() const {
    folder_.MakeFolder("state");
    return folder_.Path("state");
  }

  // Replaces the configuration file; every fourth has a fault.
  void Configure(int number) const {
    Replace("daemon.json",
            number % 4 == 3
                ? "{"
                : absl::StrCat(R"({"registry-mirrors": ["https://file-)", number % 7,
                               R"(.example"], "insecure-registries": ["10.0.0.0/8"]})"));
    if (process_ != nullptr && number % 5 == 0) process_->Signal(SIGHUP);
  }

  void ReloadUntil(absl::Time until) {
    for (; absl::Now() < until; absl::SleepFor(kReloadEvery)) Configure(++reloads_);
  }

  // Callers begin and end with it, so that the service is idle afterwards.
  void Round(absl::Time until) {
    Upstreams upstreams;
    std::vector<std::thread> threads;
    for (int i = 0; i < kCallers; ++i) {
      threads.emplace_back([&, seed = ++seed_] {
        MixedCaller({UnixAddress(), docker_registry_.host_port(), &upstreams, &tally_}, seed)
            .Run(until);
      });
    }
    ReloadUntil(until);
    for (std::thread& thread : threads) thread.join();
  }

  // Without the connections to registries, which are kept for a while and have a limit of
  // their own.
  ProcessUsage Usage() const {
    ProcessUsage usage;
    std::optional<double> kept = Kept();
    // Many end at once, a minute after the round that used them, and none may between the looks.
    for (std::optional<double> before; before != kept; kept = Kept()) {
      before = kept;
      usage = UsageOf(process_->pid());
    }
    EXPECT_TRUE(kept.has_value());
    EXPECT_LE(kept.value_or(0), kMaxKept);
    usage.descriptors -= static_cast<int>(kept.value_or(0));
    return usage;
  }

  std::optional<double> Kept() const { return Figure(*process_, "registryd_upstream_connections"); }

  bool IsIdle() const {
    return Figure(*process_, "registryd_config_watchers") == 0 &&
           Figure(*process_, "registryd_upstream_requests_running") == 0 &&
           // A silent name server is asked for seconds, by a socket for each name.
           Figure(*process_, "registryd_dns_lookups_running") == 0 &&
           Figure(*process_, absl::StrCat("registryd_open_connections{listener=\"", UnixAddress(),
                                          "\"}")) == 0;
  }

  const DockerRegistry docker_registry_;
  std::unique_ptr<RegistrydProcess> process_;
  CallTally tally_;
  int reloads_ = 0;
  uint32_t seed_ = 0;
};

TEST_F(SoakTest, NothingFailsThatShouldSucceedAndNothingGrows) {
  const absl::Duration whole = WholeTime();
  const absl::Duration round =
      std::max(std::min(whole / kFewestRounds, absl::Seconds(30)), absl::Seconds(1));
  const absl::Time end = absl::Now() + whole;
  std::vector<ProcessUsage> usage;
  while (absl::Now() < end && tally_.faults().empty()) {
    Round(std::min(absl::Now() + round, end));
    ASSERT_TRUE(Eventually([this] { return IsIdle(); })) << HttpGet(*process_, "/metrics");
    usage.push_back(Usage());
    std::cout << "round " << usage.size() << ": " << tally_.calls() << " calls, "
              << usage.back().resident_kib << " KiB, " << usage.back().descriptors << " descriptors"
              << std::endl;
  }
  std::cout << tally_.Table() << reloads_ << " reloads\n";
  EXPECT_THAT(tally_.faults(), IsEmpty());
  EXPECT_THAT(Growth(usage), IsEmpty());
  process_->Signal(SIGTERM);
  EXPECT_EQ(process_->WaitForExit(), 0) << process_->log();
}

}  // namespace
}  // namespace registryd
