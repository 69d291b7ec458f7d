#ifndef REGISTRYD_CLIENT_CHANNEL_H_
#define REGISTRYD_CLIENT_CHANNEL_H_

#include <memory>

#include "absl/status/statusor.h"
#include "client/client_options.h"
#include "grpcpp/channel.h"

namespace registryd::client {

// A channel to the service. It connects with the first call.
//
// Calls that only read are repeated when the service is not to be reached
// (UNAVAILABLE): twice at most, within their deadline, and less if that rarely
// helps. The proxies in the environment are not used.
//
// A peer that is silent for 30 seconds is pinged. If it does not answer within 20
// more, what is under way ends with UNAVAILABLE.
//
// Returns INVALID_ARGUMENT if the address or the combination of options makes no
// sense, or a file is not usable; the message names the option.
absl::StatusOr<std::shared_ptr<grpc::Channel>> CreateChannel(const ClientOptions& options);

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_CHANNEL_H_
