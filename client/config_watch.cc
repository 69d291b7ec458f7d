#include "client/config_watch.h"

#include "absl/status/status.h"
#include "client/status_from_grpc.h"

namespace registryd::client {

ConfigWatch::ConfigWatch(::registry::v1::ConfigService::StubInterface& stub)
    : reader_(stub.WatchServiceConfig(&context_, {})) {}

ConfigWatch::~ConfigWatch() {
  if (!end_.ok()) return;
  context_.TryCancel();
  // gRPC wants a stream read to its end.
  while (Next().ok()) continue;
}

absl::StatusOr<::registry::v1::WatchServiceConfigResponse> ConfigWatch::Next() {
  if (!end_.ok()) return end_;
  ::registry::v1::WatchServiceConfigResponse version;
  if (reader_->Read(&version)) return version;
  end_ = FromGrpcStatus(reader_->Finish());
  if (end_.ok()) end_ = absl::UnavailableError("the service ended the watch");
  return end_;
}

void ConfigWatch::Cancel() { context_.TryCancel(); }

}  // namespace registryd::client
