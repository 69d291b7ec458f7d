#ifndef REGISTRYD_SERVER_LISTEN_IDENTITY_PROBE_H_
#define REGISTRYD_SERVER_LISTEN_IDENTITY_PROBE_H_

#include <grpcpp/channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/server.h>

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/listen/caller_identity.h"
#include "server/listen/listen_address.h"
#include "server/listen/listeners.h"
#include "src/proto/grpc/health/v1/health.grpc.pb.h"

namespace registryd {

// A server behind Listeners whose one method tells its caller who it takes it
// for. For tests.
class IdentityProbe {
 public:
  static absl::StatusOr<std::unique_ptr<IdentityProbe>> Start(ListenersOptions options,
                                                              CallerPolicy policy = {});
  ~IdentityProbe();

  Listeners& listeners() { return *listeners_; }
  grpc::Server& server() { return *server_; }
  // Of the first listener.
  ListenAddress address() const { return listeners_->addresses()[0]; }
  ListenerStats stats() const { return listeners_->stats()[0]; }

  // Over a new connection of its own. Empty: plain text.
  static std::shared_ptr<grpc::Channel> Connect(
      const ListenAddress& address,
      std::shared_ptr<grpc::ChannelCredentials> credentials = nullptr);

  // "ROLE ID private|shared", or what gRPC says.
  static absl::StatusOr<std::string> Ask(const std::shared_ptr<grpc::Channel>& channel);

 private:
  class Service : public grpc::health::v1::Health::CallbackService {
   public:
    explicit Service(CallerPolicy policy) : policy_(std::move(policy)) {}
    grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                    const grpc::health::v1::HealthCheckRequest* request,
                                    grpc::health::v1::HealthCheckResponse* response) override;

   private:
    const CallerPolicy policy_;
  };

  explicit IdentityProbe(CallerPolicy policy) : service_(std::move(policy)) {}

  Service service_;
  std::unique_ptr<Listeners> listeners_;
  std::unique_ptr<grpc::Server> server_;
};

// Whether `condition` comes true within a minute.
bool Eventually(absl::FunctionRef<bool()> condition);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_IDENTITY_PROBE_H_
