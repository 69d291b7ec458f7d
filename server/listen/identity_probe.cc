#include "server/listen/identity_probe.h"

#include <grpc/grpc.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>
#include <grpcpp/support/channel_arguments.h>

#include <chrono>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace registryd {
namespace {

constexpr char kIdentity[] = "x-identity";
constexpr absl::Duration kLong = absl::Seconds(60);

}  // namespace

grpc::ServerUnaryReactor* IdentityProbe::Service::Check(grpc::CallbackServerContext* context,
                                                        const grpc::health::v1::HealthCheckRequest*,
                                                        grpc::health::v1::HealthCheckResponse*) {
  const CallerIdentity caller = IdentifyCaller(*context, policy_);
  context->AddTrailingMetadata(
      kIdentity, absl::StrCat(caller.role == Role::kAdmin ? "admin " : "reader ", caller.id,
                              caller.channel_private ? " private" : " shared"));
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

absl::StatusOr<std::unique_ptr<IdentityProbe>> IdentityProbe::Start(ListenersOptions options,
                                                                    CallerPolicy policy) {
  grpc::EnableDefaultHealthCheckService(false);
  std::unique_ptr<IdentityProbe> probe(new IdentityProbe(std::move(policy)));
  grpc::ServerBuilder builder;
  builder.RegisterService(&probe->service_);
  auto listeners = Listeners::Create(std::move(options), builder);
  if (!listeners.ok()) return listeners.status();
  probe->listeners_ = *std::move(listeners);
  probe->server_ = builder.BuildAndStart();
  if (probe->server_ == nullptr) return absl::InternalError("the server did not start");
  probe->listeners_->Start();
  return probe;
}

IdentityProbe::~IdentityProbe() {
  if (server_ == nullptr) return;
  listeners_->Stop();
  server_->Shutdown(std::chrono::system_clock::now());
}

std::shared_ptr<grpc::Channel> IdentityProbe::Connect(
    const ListenAddress& address, std::shared_ptr<grpc::ChannelCredentials> credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  if (credentials == nullptr) {
    credentials = grpc::InsecureChannelCredentials();
  } else {
    arguments.SetSslTargetNameOverride("localhost");
  }
  return grpc::CreateCustomChannel(address.ToString(), credentials, arguments);
}

absl::StatusOr<std::string> IdentityProbe::Ask(const std::shared_ptr<grpc::Channel>& channel) {
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + kLong));
  grpc::health::v1::HealthCheckResponse response;
  const grpc::Status status =
      grpc::health::v1::Health::NewStub(channel)->Check(&context, {}, &response);
  if (!status.ok()) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  const auto& trailing = context.GetServerTrailingMetadata();
  const auto identity = trailing.find(kIdentity);
  if (identity == trailing.end()) return absl::InternalError("no identity was told");
  return std::string(identity->second.data(), identity->second.size());
}

bool Eventually(absl::FunctionRef<bool()> condition) {
  const absl::Time deadline = absl::Now() + kLong;
  while (!condition()) {
    if (absl::Now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace registryd
