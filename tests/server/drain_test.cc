// SIGTERM while callers are busy. The drain timeout is far above a test's patience:
// whoever waits for it fails.
#include <signal.h>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/proto/grpc/health/v1/health.grpc.pb.h"
#include "src/proto/grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/server/connection.h"
#include "tests/server/eventually.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::grpc::health::v1::Health;
using ::grpc::health::v1::HealthCheckRequest;
using ::grpc::health::v1::HealthCheckResponse;

class DrainTest : public RegistrydFixture {
 protected:
  std::unique_ptr<RegistrydProcess> ServeLong() const {
    return Serve({"--drain-timeout", "1h", "--log-level", "debug"});
  }
  static void Terminate(RegistrydProcess& process) {
    process.Signal(SIGTERM);
    EXPECT_EQ(process.WaitForExit(), 0) << process.log();
  }
};

TEST_F(DrainTest, AWatchOfTheConfigurationIsToldWhy) {
  const auto process = ServeLong();
  const client::RegistryClient caller = Caller(UnixAddress());
  const auto watch = caller.WatchServiceConfig();
  ASSERT_TRUE(watch->Next().ok());
  Terminate(*process);
  const absl::Status end = watch->Next().status();
  EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable) << end;
  EXPECT_EQ(ReasonOnWire(end), "SHUTTING_DOWN");
}

TEST_F(DrainTest, AWatchOfTheHealthSeesItEnd) {
  const auto process = ServeLong();
  for (const char* service : {"", "registry.v1.RegistryService", "registry.v1.ConfigService",
                              "registry.v1.V1SessionService"}) {
    HealthCheckRequest request;
    request.set_service(service);
    const auto health = Caller(UnixAddress()).CheckHealth(request);
    ASSERT_TRUE(health.ok()) << health.status();
    EXPECT_EQ(health->status(), HealthCheckResponse::SERVING) << service;
  }
  HealthCheckRequest request;
  request.set_service("registry.v1.RegistryService");
  grpc::ClientContext context;
  const auto stub = Health::NewStub(Connect(UnixAddress()));
  const auto stream = stub->Watch(&context, request);
  HealthCheckResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::SERVING);
  Terminate(*process);
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.status(), HealthCheckResponse::NOT_SERVING);
  EXPECT_FALSE(stream->Read(&response));
}

TEST_F(DrainTest, AnIdleStreamDoesNotHoldItUp) {
  using grpc::reflection::v1alpha::ServerReflection;
  const auto process = ServeLong();
  grpc::ClientContext context;
  const auto stub = ServerReflection::NewStub(Connect(UnixAddress()));
  const auto stream = stub->ServerReflectionInfo(&context);
  grpc::reflection::v1alpha::ServerReflectionRequest request;
  request.set_list_services("");
  ASSERT_TRUE(stream->Write(request));
  grpc::reflection::v1alpha::ServerReflectionResponse response;
  ASSERT_TRUE(stream->Read(&response));
  Terminate(*process);
}

TEST_F(DrainTest, UnderLoadEveryCallIsAnsweredOrRefused) {
  const auto process = ServeLong();
  const client::RegistryClient watcher = Caller(UnixAddress());
  const auto watch = watcher.WatchServiceConfig();
  ASSERT_TRUE(watch->Next().ok());

  std::vector<absl::Status> ends(4);
  std::atomic<int> answered{0};
  std::vector<std::thread> callers;
  for (size_t i = 0; i < ends.size(); ++i) {
    const std::string address = i % 2 == 0 ? UnixAddress() : TcpAddress(*process);
    callers.emplace_back([&answered, &end = ends[i], address] {
      const client::RegistryClient caller = Caller(address);
      api::LookupPullEndpointsRequest request;
      request.set_hostname("127.0.0.1:5000");
      while (end.ok()) {
        end = caller.LookupPullEndpoints(request).status();
        if (end.ok()) ++answered;
      }
    });
  }
  EXPECT_TRUE(Eventually([&] { return answered > 100; }));
  Terminate(*process);
  for (std::thread& caller : callers) caller.join();
  for (const absl::Status& end : ends) {
    EXPECT_EQ(end.code(), absl::StatusCode::kUnavailable) << end;
  }
  // Of those that had begun, none was cut off.
  for (const nlohmann::json& call : process->Records("call")) {
    const std::string code = call.value("code", "");
    const bool watched = call.value("method", "") == "registry.v1.ConfigService/WatchServiceConfig";
    EXPECT_EQ(code, watched ? "UNAVAILABLE" : "OK") << call;
  }
}

}  // namespace
}  // namespace registryd
