#include "server/admin_channelz.h"

#include "absl/status/status.h"
#include "server/grpc_status.h"

namespace registryd {
namespace {

using Channelz = grpc::channelz::v1::Channelz;

// Answers an admin by `method` of `channelz`.
template <typename Request, typename Response>
grpc::ServerUnaryReactor* AnswerAdmin(
    const CallerIdentifier& identify, grpc::CallbackServerContext* context,
    Channelz::Service& channelz,
    grpc::Status (Channelz::Service::*method)(grpc::ServerContext*, const Request*, Response*),
    const Request* request, Response* response) {
  const absl::Status allowed = RequireAdmin(identify(*context));
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(allowed.ok() ? (channelz.*method)(nullptr, request, response)
                               : ToGrpcStatus(allowed));
  return reactor;
}

}  // namespace

grpc::ServerUnaryReactor* AdminChannelz::GetTopChannels(
    grpc::CallbackServerContext* context, const grpc::channelz::v1::GetTopChannelsRequest* request,
    grpc::channelz::v1::GetTopChannelsResponse* response) {
  return AnswerAdmin(identify_, context, channelz_, &Channelz::Service::GetTopChannels, request,
                     response);
}

grpc::ServerUnaryReactor* AdminChannelz::GetServers(
    grpc::CallbackServerContext* context, const grpc::channelz::v1::GetServersRequest* request,
    grpc::channelz::v1::GetServersResponse* response) {
  return AnswerAdmin(identify_, context, channelz_, &Channelz::Service::GetServers, request,
                     response);
}

grpc::ServerUnaryReactor* AdminChannelz::GetServer(
    grpc::CallbackServerContext* context, const grpc::channelz::v1::GetServerRequest* request,
    grpc::channelz::v1::GetServerResponse* response) {
  return AnswerAdmin(identify_, context, channelz_, &Channelz::Service::GetServer, request,
                     response);
}

grpc::ServerUnaryReactor* AdminChannelz::GetServerSockets(
    grpc::CallbackServerContext* context,
    const grpc::channelz::v1::GetServerSocketsRequest* request,
    grpc::channelz::v1::GetServerSocketsResponse* response) {
  return AnswerAdmin(identify_, context, channelz_, &Channelz::Service::GetServerSockets, request,
                     response);
}

grpc::ServerUnaryReactor* AdminChannelz::GetChannel(
    grpc::CallbackServerContext* context, const grpc::channelz::v1::GetChannelRequest* request,
    grpc::channelz::v1::GetChannelResponse* response) {
  return AnswerAdmin(identify_, context, channelz_, &Channelz::Service::GetChannel, request,
                     response);
}

grpc::ServerUnaryReactor* AdminChannelz::GetSubchannel(
    grpc::CallbackServerContext* context, const grpc::channelz::v1::GetSubchannelRequest* request,
    grpc::channelz::v1::GetSubchannelResponse* response) {
  return AnswerAdmin(identify_, context, channelz_, &Channelz::Service::GetSubchannel, request,
                     response);
}

grpc::ServerUnaryReactor* AdminChannelz::GetSocket(
    grpc::CallbackServerContext* context, const grpc::channelz::v1::GetSocketRequest* request,
    grpc::channelz::v1::GetSocketResponse* response) {
  return AnswerAdmin(identify_, context, channelz_, &Channelz::Service::GetSocket, request,
                     response);
}

}  // namespace registryd
