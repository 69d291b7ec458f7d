// The yardstick: a gRPC service that does nothing but send a text back, on the listeners
// that registryd has. `echo_server ADDRESS` listens as registryd --listen does, until it
// is killed.
#include <cstdio>
#include <memory>
#include <utility>

#include "absl/status/statusor.h"
#include "grpcpp/server_builder.h"
#include "server/listen/listen_address.h"
#include "server/listen/listeners.h"
#include "tests/bench/load/echo_service.h"

namespace registryd {
namespace {

int Main(const char* address) {
  absl::StatusOr<ListenAddress> listen = ListenAddress::Parse(address);
  if (!listen.ok()) {
    std::fprintf(stderr, "%s\n", listen.status().ToString().c_str());
    return 2;
  }
  TextEcho service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  ListenersOptions options;
  options.addresses = {*std::move(listen)};
  auto listeners = Listeners::Create(std::move(options), builder);
  if (!listeners.ok()) {
    std::fprintf(stderr, "%s\n", listeners.status().ToString().c_str());
    return 1;
  }
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  (*listeners)->Start();
  server->Wait();
  return 0;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: echo_server ADDRESS\n");
    return 2;
  }
  return registryd::Main(argv[1]);
}
