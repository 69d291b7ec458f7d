// What a caller may do, by the listener it comes through.
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "client/status_from_grpc.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "src/proto/grpc/channelz/channelz.grpc.pb.h"
#include "src/proto/grpc/reflection/v1alpha/reflection.grpc.pb.h"
#include "tests/server/connection.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSubsetOf;

class RolesTest : public RegistrydFixture {};

TEST_F(RolesTest, OverPlainTcpTheConfigurationIsOnlyRead) {
  const auto process = Serve();
  const client::RegistryClient reader = Caller(TcpAddress(*process));
  using Change = std::function<absl::Status()>;
  const std::vector<std::pair<const char*, Change>> kChanges = {
      {"LoadMirrors", [&] { return LoadMirrors(reader, {"https://m.example"}).status(); }},
      {"LoadInsecureRegistries", [&] { return reader.LoadInsecureRegistries({}).status(); }},
      {"LoadAllowNondistributableArtifacts",
       [&] { return reader.LoadAllowNondistributableArtifacts({}).status(); }},
      {"PrepareServiceConfig", [&] { return reader.PrepareServiceConfig({}).status(); }},
      {"CommitServiceConfig", [&] { return reader.CommitServiceConfig({}).status(); }},
      {"AbortServiceConfig", [&] { return reader.AbortServiceConfig({}).status(); }},
  };
  for (const auto& [name, change] : kChanges) {
    SCOPED_TRACE(name);
    const absl::Status status = change();
    EXPECT_EQ(status.code(), absl::StatusCode::kPermissionDenied) << status;
    EXPECT_EQ(ReasonOnWire(status), "ADMIN_REQUIRED");
  }
  const api::GetServiceConfigResponse config = CurrentConfig(reader);
  EXPECT_EQ(config.version(), 1u);
  EXPECT_EQ(config.options().mirrors_size(), 0);
}

TEST_F(RolesTest, OverTheUnixSocketTheServicesUserChangesTheConfiguration) {
  const auto process = Serve();
  const auto loaded = LoadMirrors(Caller(UnixAddress()), {"https://m.example"});
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->version(), 2u);
  EXPECT_THAT(CurrentMirrors(Caller(TcpAddress(*process))), ElementsAre("https://m.example"));
}

TEST_F(RolesTest, PrivateKeysAreNotForReaders) {
  const auto process = Serve();
  api::GetTLSConfigRequest request;
  request.set_hostname("registry.example:5000");
  const client::RegistryClient reader = Caller(TcpAddress(*process));
  EXPECT_TRUE(reader.GetTLSConfig(request).ok());
  request.set_include_private_keys(true);
  EXPECT_EQ(reader.GetTLSConfig(request).status().code(), absl::StatusCode::kPermissionDenied);
  const auto admins = Caller(UnixAddress()).GetTLSConfig(request);
  EXPECT_TRUE(admins.ok()) << admins.status();
}

TEST_F(RolesTest, ChannelzIsForAdmins) {
  using grpc::channelz::v1::Channelz;
  const auto process = Serve();
  const auto servers = [](const std::string& address, int* count) {
    grpc::ClientContext context;
    grpc::channelz::v1::GetServersResponse response;
    const grpc::Status status =
        Channelz::NewStub(Connect(address))->GetServers(&context, {}, &response);
    *count = response.server_size();
    return client::FromGrpcStatus(status);
  };
  int count = 0;
  const absl::Status readers = servers(TcpAddress(*process), &count);
  EXPECT_EQ(readers.code(), absl::StatusCode::kPermissionDenied) << readers;
  EXPECT_EQ(ReasonOnWire(readers), "ADMIN_REQUIRED");
  EXPECT_EQ(count, 0);
  const absl::Status admins = servers(UnixAddress(), &count);
  EXPECT_TRUE(admins.ok()) << admins;
  EXPECT_EQ(count, 1);
}

TEST_F(RolesTest, ReflectionListsTheServicesForEveryone) {
  using grpc::reflection::v1alpha::ServerReflection;
  const auto process = Serve();
  const auto stub = ServerReflection::NewStub(Connect(TcpAddress(*process)));
  grpc::ClientContext context;
  const auto stream = stub->ServerReflectionInfo(&context);
  grpc::reflection::v1alpha::ServerReflectionRequest request;
  request.set_list_services("");
  ASSERT_TRUE(stream->Write(request));
  grpc::reflection::v1alpha::ServerReflectionResponse response;
  ASSERT_TRUE(stream->Read(&response));
  std::set<std::string> names;
  for (const auto& service : response.list_services_response().service()) {
    names.insert(service.name());
  }
  EXPECT_THAT((std::set<std::string>{"registry.v1.RegistryService", "registry.v1.ConfigService",
                                     "registry.v1.V1SessionService", "grpc.health.v1.Health"}),
              IsSubsetOf(names));

  request.set_file_containing_symbol("registry.v1.RegistryService");
  ASSERT_TRUE(stream->Write(request));
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_GT(response.file_descriptor_response().file_descriptor_proto_size(), 0);
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

}  // namespace
}  // namespace registryd
