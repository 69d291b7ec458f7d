// Calls that ask a registry: what the log and the metrics tell of them, and how they
// end with their caller and with the service.
#include <signal.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/net/testing/scripted_http_server.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/metrics_page.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kSearchBody[] = R"({"results": [{"name": "a"}]})";

class UpstreamTest : public RegistrydFixture {
 protected:
  std::unique_ptr<RegistrydProcess> ServeAt(const std::string& level,
                                            const std::string& drain_timeout = "1h") const {
    return Serve({"--log-level", level, "--metrics-listen", "127.0.0.1:0",
                  "--allow-plaintext-credentials", "127.0.0.1", "--drain-timeout", drain_timeout});
  }

  api::AuthRequest Login(const std::string& password = "s3cret") const {
    api::AuthRequest request;
    request.mutable_auth_config()->set_server_address(registry_.host_port());
    request.mutable_auth_config()->set_username("ann");
    request.mutable_auth_config()->set_password(password);
    return request;
  }

  api::PingV2RegistryRequest Ping() const {
    api::PingV2RegistryRequest request;
    request.set_endpoint_url(registry_.url(""));
    return request;
  }

  // Accepts ann:s3cret.
  void WantBasic() {
    registry_.Add({"GET", "/v2/", {200}, nullptr, {{"Authorization", "Basic YW5uOnMzY3JldA=="}}});
    registry_.Reply("GET", "/v2/", {401, {{"WWW-Authenticate", "Basic realm=\"x\""}}, "no"});
  }

  ScriptedHttpServer registry_;
};

TEST_F(UpstreamTest, LoginsAreAudited) {
  WantBasic();
  const auto process = ServeAt("info");
  const client::RegistryClient caller = Caller(UnixAddress());
  EXPECT_TRUE(caller.Auth(Login()).ok());
  EXPECT_EQ(ReasonOnWire(caller.Auth(Login("wrong")).status()), "REGISTRY_UNAUTHORIZED");
  const auto records = process->WaitForRecords("call", 2);
  ASSERT_THAT(records, SizeIs(2));
  for (const nlohmann::json& record : records) {
    EXPECT_EQ(record.value("method", ""), "registry.v1.RegistryService/Auth");
    EXPECT_EQ(record.value("registry", ""), registry_.host_port());
    EXPECT_EQ(record.value("caller", ""), absl::StrCat("uid:", geteuid()));
    EXPECT_GT(record.value("seconds", 0.0), 0);
  }
  EXPECT_EQ(records[0].value("code", ""), "OK");
  EXPECT_EQ(records[1].value("code", ""), "UNAUTHENTICATED");
  EXPECT_EQ(records[1].value("reason", ""), "REGISTRY_UNAUTHORIZED");
  EXPECT_THAT(process->log(), Not(HasSubstr("s3cret")));
}

TEST_F(UpstreamTest, OfSearchesThoseWithCredentialsAreAudited) {
  registry_.Reply("GET", "/v1/_ping", {200});
  registry_.Reply("GET", "/v1/search", {200, {}, kSearchBody});
  registry_.Reply("GET", "/v2/", {200});
  const auto process = ServeAt("info");
  const client::RegistryClient caller = Caller(UnixAddress());
  api::SearchRequest search;
  search.set_term(absl::StrCat(registry_.host_port(), "/a"));
  const auto anonymous = caller.Search(search);
  ASSERT_TRUE(anonymous.ok()) << anonymous.status();
  EXPECT_THAT(anonymous->results(), SizeIs(1));
  EXPECT_TRUE(caller.PingV2Registry(Ping()).ok());
  search.mutable_auth_config()->set_username("ann");
  search.mutable_auth_config()->set_password("s3cret");
  const auto known = caller.Search(search);
  ASSERT_TRUE(known.ok()) << known.status();
  ASSERT_THAT(process->WaitForRecords("call"), SizeIs(1));
  EXPECT_EQ(process->Records("call")[0].value("method", ""), "registry.v1.RegistryService/Search");
  EXPECT_EQ(process->Records("call")[0].value("registry", ""), registry_.host_port());
}

TEST_F(UpstreamTest, AtDebugEachCallIsLogged) {
  registry_.Reply("GET", "/v2/", {200});
  const auto process = ServeAt("debug");
  EXPECT_TRUE(Caller(UnixAddress()).PingV2Registry(Ping()).ok());
  const auto records = process->WaitForRecords("call");
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].value("registry", ""), registry_.host_port());
  EXPECT_EQ(records[0].value("level", ""), "debug");
}

TEST_F(UpstreamTest, MetricsTellOfEachRegistry) {
  registry_.Reply("GET", "/v2/", {200}, /*times=*/3);
  registry_.Reply("GET", "/v2/", {503});
  const auto process = ServeAt("info");
  const client::RegistryClient caller = Caller(UnixAddress());
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(caller.PingV2Registry(Ping()).ok());
  const auto requests = [&](const char* result) {
    return Figure(*process, absl::StrCat("registryd_upstream_requests_total{host=\"",
                                         registry_.host_port(), "\",result=\"", result, "\"}"));
  };
  EXPECT_EQ(requests("2xx"), 3);
  EXPECT_EQ(requests("5xx"), 2);
  EXPECT_EQ(
      Figure(*process, absl::StrCat("registryd_upstream_request_duration_seconds_count{host=\"",
                                    registry_.host_port(), "\"}")),
      5);
  EXPECT_EQ(Figure(*process, "registryd_upstream_connections_opened_total"), 1);
  EXPECT_EQ(Figure(*process, "registryd_upstream_connections_reused_total"), 4);
  EXPECT_EQ(Figure(*process, "registryd_upstream_requests_running"), 0);
  EXPECT_EQ(Figure(*process, "registryd_token_cache_hits_total"), 0);
  EXPECT_EQ(Figure(*process, "registryd_token_cache_misses_total"), 0);
}

TEST_F(UpstreamTest, RequestsCarryTheServicesUserAgentOrTheCallers) {
  registry_.Reply("GET", "/v2/", {200});
  const auto process = ServeAt("info");
  const client::RegistryClient caller = Caller(UnixAddress());
  api::PingV2RegistryRequest request = Ping();
  EXPECT_TRUE(caller.PingV2Registry(request).ok());
  request.set_user_agent("agent/1");
  EXPECT_TRUE(caller.PingV2Registry(request).ok());
  ASSERT_THAT(registry_.requests(), SizeIs(2));
  EXPECT_THAT(registry_.requests()[0].Find("User-Agent").value_or(""),
              ContainsRegex("^registryd/[0-9]"));
  EXPECT_EQ(registry_.requests()[1].Find("User-Agent").value_or(""), "agent/1");
}

// A ping that a registry does not answer for now.
class StalledPing {
 public:
  StalledPing(const std::string& address, api::PingV2RegistryRequest request)
      : stub_(api::RegistryService::NewStub(Connect(address))), request_(std::move(request)) {
    context_.set_deadline(absl::ToChronoTime(absl::Now() + absl::Hours(1)));
    stub_->async()->PingV2Registry(&context_, &request_, &response_, [this](grpc::Status status) {
      status_ = std::move(status);
      done_.Notify();
    });
  }

  void Cancel() { context_.TryCancel(); }
  grpc::StatusCode Await() {
    done_.WaitForNotification();
    return status_.error_code();
  }

 private:
  const std::unique_ptr<api::RegistryService::Stub> stub_;
  grpc::ClientContext context_;
  const api::PingV2RegistryRequest request_;
  api::PingV2RegistryResponse response_;
  grpc::Status status_;
  absl::Notification done_;
};

TEST_F(UpstreamTest, ACallerThatLeavesFreesTheConnection) {
  registry_.Reply("GET", "/v2/", ScriptedResponse::Raw({WireStep::Stall()}));
  const auto process = ServeAt("debug");
  StalledPing ping(UnixAddress(), Ping());
  ASSERT_TRUE(registry_.AwaitStalled(1));
  ping.Cancel();
  EXPECT_EQ(ping.Await(), grpc::StatusCode::CANCELLED);
  EXPECT_TRUE(registry_.AwaitOpen(0));
  const auto records = process->WaitForRecords("call");
  ASSERT_THAT(records, SizeIs(1));
  EXPECT_EQ(records[0].value("reason", ""), "CANCELLED");
}

TEST_F(UpstreamTest, ADrainWaitsForTheRegistry) {
  registry_.Reply(
      "GET", "/v2/",
      ScriptedResponse::Raw(
          {WireStep::Stall(), WireStep::Send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")}));
  const auto process = ServeAt("info");
  StalledPing ping(UnixAddress(), Ping());
  ASSERT_TRUE(registry_.AwaitStalled(1));
  process->Signal(SIGTERM);
  EXPECT_THAT(process->WaitForRecords("draining"), SizeIs(1));
  registry_.Release();
  EXPECT_EQ(ping.Await(), grpc::StatusCode::OK);
  EXPECT_EQ(process->WaitForExit(), 0) << process->log();
}

TEST_F(UpstreamTest, ADrainsEndEndsTheCall) {
  registry_.Reply("GET", "/v2/", ScriptedResponse::Raw({WireStep::Stall()}));
  const auto process = ServeAt("info", "100ms");
  StalledPing ping(UnixAddress(), Ping());
  ASSERT_TRUE(registry_.AwaitStalled(1));
  process->Signal(SIGTERM);
  EXPECT_NE(ping.Await(), grpc::StatusCode::OK);
  EXPECT_EQ(process->WaitForExit(), 0) << process->log();
  EXPECT_TRUE(registry_.AwaitOpen(0));
}

TEST_F(UpstreamTest, WithoutTheSystemsCertificatesTheRestIsServed) {
  RegistrydOptions options = Options({"--log-level", "info"});
  options.environment.push_back(absl::StrCat("SSL_CERT_FILE=", folder_.path()));
  options.environment.push_back(absl::StrCat("SSL_CERT_DIR=", folder_.Path("none")));
  const auto process = Start(options);
  EXPECT_THAT(process->WaitForRecords("registries cannot be asked"), SizeIs(1));
  const client::RegistryClient caller = Caller(UnixAddress());
  EXPECT_TRUE(caller.GetServiceConfig({}).ok());
  const absl::Status status = caller.PingV2Registry(Ping()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ReasonOnWire(status), "CERTIFICATES_INVALID");
}

TEST_F(UpstreamTest, SettingsThatCannotBeUsedStopTheStart) {
  const std::vector<std::vector<std::string>> kCases = {
      {"--http-proxy", "ftp://user:CANARY@proxy.example"},
      {"--trusted-realm", "a b"},
      {"--allow-plaintext-credentials", "a/b"},
  };
  for (const auto& arguments : kCases) {
    RegistrydProcess process(Options(arguments));
    EXPECT_EQ(process.WaitForExit(), 2) << arguments[0];
    EXPECT_THAT(process.log(), HasSubstr(arguments[0].substr(2)));
    EXPECT_THAT(process.log(), Not(HasSubstr("CANARY")));
  }
}

}  // namespace
}  // namespace registryd
