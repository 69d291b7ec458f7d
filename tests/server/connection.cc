#include "tests/server/connection.h"

#include <utility>

#include "client/error_details.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"
#include "tests/server/eventually.h"

namespace registryd {

std::shared_ptr<grpc::Channel> Connect(const std::string& address,
                                       std::shared_ptr<grpc::ChannelCredentials> credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, std::move(credentials), arguments);
}

client::RegistryClient Caller(const std::shared_ptr<grpc::Channel>& channel) {
  client::RegistryClient::Stubs stubs;
  stubs.registry = api::RegistryService::NewStub(channel);
  stubs.config = api::ConfigService::NewStub(channel);
  stubs.v1_session = api::V1SessionService::NewStub(channel);
  stubs.health = grpc::health::v1::Health::NewStub(channel);
  return client::RegistryClient(std::move(stubs), kPatience);
}

std::string ReasonOnWire(const absl::Status& status) { return client::DetailsOf(status).reason; }

absl::StatusOr<api::LoadMirrorsResponse> LoadMirrors(const client::RegistryClient& caller,
                                                     const std::vector<std::string>& mirrors) {
  api::LoadMirrorsRequest request;
  request.mutable_mirrors()->Assign(mirrors.begin(), mirrors.end());
  return caller.LoadMirrors(request);
}

api::GetServiceConfigResponse CurrentConfig(const client::RegistryClient& caller) {
  return caller.GetServiceConfig({}).value();
}

std::vector<std::string> CurrentMirrors(const client::RegistryClient& caller) {
  const api::GetServiceConfigResponse config = CurrentConfig(caller);
  return {config.options().mirrors().begin(), config.options().mirrors().end()};
}

}  // namespace registryd
