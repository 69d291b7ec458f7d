#ifndef REGISTRYD_CLIENT_CONFIG_WATCH_H_
#define REGISTRYD_CLIENT_CONFIG_WATCH_H_

#include <memory>

#include "absl/status/statusor.h"
#include "grpcpp/client_context.h"
#include "registry/v1/config_service.grpc.pb.h"

namespace registryd::client {

// The service's configuration as it changes: pull one version after another.
//
//   std::unique_ptr<ConfigWatch> watch = client.WatchServiceConfig();
//   for (;;) {
//     auto version = watch->Next();
//     if (!version.ok()) return version.status();
//     Use(*version);
//   }
//
// Destruction ends the stream. Next is for one thread at a time, Cancel for any.
class ConfigWatch {
 public:
  // `stub` must outlive the call to this constructor only.
  explicit ConfigWatch(::registry::v1::ConfigService::StubInterface& stub);
  ~ConfigWatch();

  ConfigWatch(const ConfigWatch&) = delete;
  ConfigWatch& operator=(const ConfigWatch&) = delete;

  // Waits for the next version: the first call returns the current one. Versions
  // that were replaced before they were read may be missing.
  //
  // An error ends the watch and is returned from then on: CANCELLED after
  // Cancel, UNAVAILABLE when the service stopped, or what it reported.
  absl::StatusOr<::registry::v1::WatchServiceConfigResponse> Next();

  // Makes Next return soon.
  void Cancel();

 private:
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderInterface<::registry::v1::WatchServiceConfigResponse>> reader_;
  absl::Status end_;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_CONFIG_WATCH_H_
