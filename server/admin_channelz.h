#ifndef REGISTRYD_SERVER_ADMIN_CHANNELZ_H_
#define REGISTRYD_SERVER_ADMIN_CHANNELZ_H_

#include <utility>

#include "server/service/caller_identifier.h"
#include "src/cpp/server/channelz/channelz_service.h"

namespace registryd {

// gRPC's channelz, for admins: it shows every connection and its peer.
// Others get PERMISSION_DENIED (ADMIN_REQUIRED). Thread-safe.
class AdminChannelz final : public grpc::channelz::v1::Channelz::CallbackService {
 public:
  explicit AdminChannelz(CallerIdentifier identify) : identify_(std::move(identify)) {}

  grpc::ServerUnaryReactor* GetTopChannels(
      grpc::CallbackServerContext* context,
      const grpc::channelz::v1::GetTopChannelsRequest* request,
      grpc::channelz::v1::GetTopChannelsResponse* response) override;
  grpc::ServerUnaryReactor* GetServers(grpc::CallbackServerContext* context,
                                       const grpc::channelz::v1::GetServersRequest* request,
                                       grpc::channelz::v1::GetServersResponse* response) override;
  grpc::ServerUnaryReactor* GetServer(grpc::CallbackServerContext* context,
                                      const grpc::channelz::v1::GetServerRequest* request,
                                      grpc::channelz::v1::GetServerResponse* response) override;
  grpc::ServerUnaryReactor* GetServerSockets(
      grpc::CallbackServerContext* context,
      const grpc::channelz::v1::GetServerSocketsRequest* request,
      grpc::channelz::v1::GetServerSocketsResponse* response) override;
  grpc::ServerUnaryReactor* GetChannel(grpc::CallbackServerContext* context,
                                       const grpc::channelz::v1::GetChannelRequest* request,
                                       grpc::channelz::v1::GetChannelResponse* response) override;
  grpc::ServerUnaryReactor* GetSubchannel(
      grpc::CallbackServerContext* context, const grpc::channelz::v1::GetSubchannelRequest* request,
      grpc::channelz::v1::GetSubchannelResponse* response) override;
  grpc::ServerUnaryReactor* GetSocket(grpc::CallbackServerContext* context,
                                      const grpc::channelz::v1::GetSocketRequest* request,
                                      grpc::channelz::v1::GetSocketResponse* response) override;

 private:
  const CallerIdentifier identify_;
  // Its methods read gRPC's own tables and do not wait for anything.
  grpc::ChannelzService channelz_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_ADMIN_CHANNELZ_H_
