// What registryd tells Prometheus, and whoever asks whether it is well.
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/metrics_page.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class MetricsTest : public RegistrydFixture {
 protected:
  std::unique_ptr<RegistrydProcess> ServeMetrics(std::vector<std::string> arguments = {}) const {
    arguments.insert(arguments.end(), {"--metrics-listen", "127.0.0.1:0"});
    return Serve(std::move(arguments));
  }
};

std::string Calls(absl::string_view method, absl::string_view code) {
  return absl::StrCat("registryd_calls_total{method=\"registry.v1.", method, "\",code=\"", code,
                      "\"}");
}

TEST_F(MetricsTest, CallsAreCountedByMethodAndCode) {
  const auto process = ServeMetrics();
  const client::RegistryClient caller = Caller(UnixAddress());
  api::ParseReferenceRequest request;
  for (const char* reference : {"ubuntu", "debian", "UPPER"}) {
    request.set_reference(reference);
    static_cast<void>(caller.ParseReference(request));
  }
  const std::string ok = Calls("RegistryService/ParseReference", "OK");
  const std::string bad = Calls("RegistryService/ParseReference", "INVALID_ARGUMENT");
  // A call is counted when it has ended, a moment after its answer.
  EXPECT_TRUE(Eventually([&] { return Figure(*process, ok) == 2; }));
  EXPECT_TRUE(Eventually([&] { return Figure(*process, bad) == 1; }));
  EXPECT_EQ(Figure(*process,
                   "registryd_call_duration_seconds_count{method=\"registry.v1."
                   "RegistryService/ParseReference\"}"),
            3);
}

TEST_F(MetricsTest, TheConfigurationsVersionAndWatchersAreTold) {
  const auto process = ServeMetrics();
  const client::RegistryClient caller = Caller(UnixAddress());
  EXPECT_EQ(Figure(*process, "registryd_config_version"), 1);
  ASSERT_TRUE(LoadMirrors(caller, {"https://m.example"}).ok());
  EXPECT_EQ(Figure(*process, "registryd_config_version"), 2);

  EXPECT_EQ(Figure(*process, "registryd_config_watchers"), 0);
  const auto watch = caller.WatchServiceConfig();
  ASSERT_TRUE(watch->Next().ok());
  EXPECT_EQ(Figure(*process, "registryd_config_watchers"), 1);
  watch->Cancel();
  EXPECT_TRUE(Eventually([&] { return Figure(*process, "registryd_config_watchers") == 0; }));

  ASSERT_TRUE(caller.PrepareServiceConfig({}).ok());
  EXPECT_EQ(Figure(*process, "registryd_config_transactions"), 1);
}

TEST_F(MetricsTest, CachesAreTold) {
  // With a block among the insecure registries a look-up asks for addresses. No
  // name server is asked for a label of more than 63 bytes.
  const std::string host = absl::StrCat(std::string(64, 'a'), ".example:5000");
  folder_.MakeFolder(absl::StrCat("certs.d/", host));
  const auto process = ServeMetrics({"--insecure-registry", "10.0.0.0/8"});
  const client::RegistryClient caller = Caller(UnixAddress());
  api::LookupPullEndpointsRequest request;
  request.set_hostname(host);
  for (int i = 0; i < 3; ++i) {
    const auto endpoints = caller.LookupPullEndpoints(request);
    ASSERT_TRUE(endpoints.ok()) << endpoints.status();
  }
  EXPECT_EQ(Figure(*process, "registryd_dns_cache_misses_total"), 1);
  EXPECT_GE(Figure(*process, "registryd_dns_cache_negative_hits_total"), 2);
  EXPECT_EQ(Figure(*process, "registryd_dns_cache_hits_total"), 0);
  EXPECT_EQ(Figure(*process, "registryd_dns_lookups_running"), 0);
  EXPECT_EQ(Figure(*process, "registryd_dns_cache_entries"), 1);
  EXPECT_EQ(Figure(*process, "registryd_tls_cache_misses_total"), 1);
  EXPECT_GE(Figure(*process, "registryd_tls_cache_hits_total"), 2);
  EXPECT_EQ(Figure(*process, "registryd_tls_cache_reloads_total"), 0);
  EXPECT_EQ(Figure(*process, "registryd_tls_cache_entries"), 1);
}

TEST_F(MetricsTest, ConnectionsAreCountedByListener) {
  const auto process = ServeMetrics({"--max-connections", "2"});
  const auto of = [](absl::string_view name, const std::string& listener) {
    return absl::StrCat(name, "{listener=\"", listener, "\"}");
  };
  const std::string tcp = TcpAddress(*process);
  const std::string open = of("registryd_open_connections", UnixAddress());
  EXPECT_EQ(Figure(*process, open), 0);
  auto first = Connect(UnixAddress());
  const auto second = Connect(UnixAddress());
  CurrentConfig(Caller(first));
  CurrentConfig(Caller(second));
  EXPECT_EQ(Figure(*process, open), 2);
  EXPECT_EQ(Figure(*process, of("registryd_open_connections", tcp)), 0);

  EXPECT_FALSE(Caller(tcp).GetServiceConfig({}).ok());
  EXPECT_GE(Figure(*process, of("registryd_connections_refused_total", tcp)), 1);
  first = nullptr;
  EXPECT_TRUE(Eventually([&] { return Figure(*process, open) == 1; }));
  CurrentConfig(Caller(tcp));
  EXPECT_EQ(Figure(*process, of("registryd_connections_accepted_total", tcp)), 1);
  EXPECT_EQ(Figure(*process, of("registryd_connections_accepted_total", UnixAddress())), 2);
  EXPECT_EQ(Figure(*process, of("registryd_connections_lost_total", tcp)), 0);
  EXPECT_EQ(Figure(*process, of("registryd_connections_out_of_descriptors_total", tcp)), 0);
}

TEST_F(MetricsTest, ThePageIsWellFormed) {
  const auto process = ServeMetrics();
  CurrentConfig(Caller(UnixAddress()));
  const std::string page = HttpGet(*process, "/metrics");
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(page, HasSubstr("Content-Type: text/plain; version=0.0.4"));
  EXPECT_THAT(page, ContainsRegex("registryd_build_info\\{[^}]*version=\"[0-9.]+\"[^}]*\\} 1\n"));
  EXPECT_THAT(page, ContainsRegex("registryd_build_info\\{[^}]*commit=\"[a-z0-9-]+\"[^}]*\\} 1\n"));
  // Prometheus takes no page that names a family twice.
  std::set<std::string> families;
  for (absl::string_view line : absl::StrSplit(page, '\n')) {
    if (!absl::ConsumePrefix(&line, "# TYPE ")) continue;
    EXPECT_TRUE(families.insert(std::string(line.substr(0, line.find(' ')))).second) << line;
  }
  EXPECT_GT(families.size(), 15u);
}

TEST_F(MetricsTest, HealthIsTold) {
  const auto process = ServeMetrics();
  const std::string response = HttpGet(*process, "/healthz");
  EXPECT_THAT(response, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(HttpGet(*process, "/nothing"), StartsWith("HTTP/1.1 404 "));
}

TEST_F(MetricsTest, TheyCanBeOff) {
  const auto process = Serve();
  EXPECT_TRUE(process->Records("serving metrics").empty());
}

}  // namespace
}  // namespace registryd
