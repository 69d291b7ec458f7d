#ifndef REGISTRYD_TESTS_SERVER_CONNECTION_H_
#define REGISTRYD_TESTS_SERVER_CONNECTION_H_

#include <memory>
#include <string>
#include <vector>

#include "client/registry_client.h"
#include "grpcpp/channel.h"
#include "grpcpp/security/credentials.h"

namespace registryd {

// The API's messages and generated stubs.
namespace api = ::registry::v1;

// A channel with a connection of its own, which repeats nothing: a test sees each
// failure. `address` as registryd logs it.
std::shared_ptr<grpc::Channel> Connect(
    const std::string& address,
    std::shared_ptr<grpc::ChannelCredentials> credentials = grpc::InsecureChannelCredentials());

// Calls through the generated stubs, with time for a busy machine.
client::RegistryClient Caller(const std::shared_ptr<grpc::Channel>& channel);
inline client::RegistryClient Caller(const std::string& address) {
  return Caller(Connect(address));
}

// The reason of an error that came over the wire; empty for OK.
std::string ReasonOnWire(const absl::Status& status);

// Makes `mirrors` the list of mirrors.
absl::StatusOr<api::LoadMirrorsResponse> LoadMirrors(const client::RegistryClient& caller,
                                                     const std::vector<std::string>& mirrors);

// The configuration in use. Throws, which fails the test, if it is not told.
api::GetServiceConfigResponse CurrentConfig(const client::RegistryClient& caller);
std::vector<std::string> CurrentMirrors(const client::RegistryClient& caller);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_SERVER_CONNECTION_H_
