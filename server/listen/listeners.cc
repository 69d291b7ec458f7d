#include "server/listen/listeners.h"

#include <grpc/grpc.h>
#include <grpcpp/support/channel_arguments.h>

#include <utility>

#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "server/listen/connection_credentials.h"

namespace registryd {
namespace {

using ::grpc::experimental::ExternalConnectionAcceptor;
using ExternalConnectionType = ::grpc::ServerBuilder::experimental_type::ExternalConnectionType;

AcceptLoopOptions LoopOptions(const ListenersOptions& options) {
  AcceptLoopOptions loop;
  loop.max_connections = options.max_connections;
  loop.max_connections_per_listener = options.max_connections_per_listener;
  loop.warn = options.notice;
  return loop;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listeners>> Listeners::Create(ListenersOptions options,
                                                             grpc::ServerBuilder& builder) {
  std::vector<FileDescriptor> activated;
  for (const ActivatedSocket& socket : options.activated) activated.emplace_back(socket.fd);
  if (options.addresses.empty() && activated.empty()) {
    return FieldError(Reason::kSettingInvalid, "listen",
                      "there is nothing to listen on: no address, and no socket of a service "
                      "manager");
  }
  std::unique_ptr<Listeners> listeners(new Listeners(std::move(options)));
  if (absl::Status status = listeners->OpenAll(builder, std::move(activated)); !status.ok()) {
    return status;
  }
  builder.AddChannelArgument(
      GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS,
      static_cast<int>(absl::ToInt64Milliseconds(listeners->options_.handshake_timeout)));
  return listeners;
}

Listeners::Listeners(ListenersOptions options)
    : options_(std::move(options)),
      all_(std::make_shared<ConnectionCount>()),
      loop_(LoopOptions(options_), all_) {}

Listeners::~Listeners() { Stop(); }

absl::Status Listeners::OpenAll(grpc::ServerBuilder& builder,
                                std::vector<FileDescriptor> activated) {
  if (options_.tls.has_value()) {
    auto tls =
        TlsCredentials::Create(*options_.tls, {options_.tls_reload_interval, options_.notice});
    if (!tls.ok()) return tls.status();
    tls_ = *std::move(tls);
  }
  // All is opened before anything is added: the builder of a failed Create is
  // as it was.
  std::vector<ListeningSocket> sockets;
  for (const ListenAddress& address : options_.addresses) {
    if (absl::Status status = CheckExposure(address, tls_ != nullptr); !status.ok()) return status;
    auto socket = ListeningSocket::Open(address, options_.socket);
    if (!socket.ok()) return socket.status();
    sockets.push_back(*std::move(socket));
  }
  for (FileDescriptor& fd : activated) {
    auto socket = ListeningSocket::Adopt(std::move(fd));
    if (!socket.ok()) return socket.status();
    absl::Status status = CheckExposure(socket->address(), tls_ != nullptr);
    if (!status.ok()) return status;
    sockets.push_back(*std::move(socket));
  }
  for (ListeningSocket& socket : sockets) Add(builder, std::move(socket));
  return absl::OkStatus();
}

void Listeners::Add(grpc::ServerBuilder& builder, ListeningSocket socket) {
  auto count = std::make_shared<ConnectionCount>(all_);
  std::shared_ptr<grpc::ServerCredentials> credentials;
  if (socket.address().is_unix()) {
    credentials = UnixConnectionCredentials(count);
  } else if (tls_ != nullptr) {
    credentials = TlsConnectionCredentials(tls_->MakeServerCredentials(), count);
  } else {
    credentials = PlainTextConnectionCredentials(count);
  }
  std::unique_ptr<ExternalConnectionAcceptor> acceptor =
      builder.experimental().AddExternalConnectionAcceptor(ExternalConnectionType::FROM_FD,
                                                           std::move(credentials));
  addresses_.push_back(socket.address());
  loop_.Add(std::move(socket), std::move(count),
            [acceptor = std::move(acceptor)](int listener_fd, FileDescriptor fd) {
              ExternalConnectionAcceptor::NewConnectionParameters connection;
              connection.listener_fd = listener_fd;
              connection.fd = fd.Release();
              acceptor->HandleNewConnection(&connection);
            });
}

void Listeners::Start() { loop_.Start(); }

void Listeners::Stop() { loop_.Stop(); }

std::vector<ListenerStats> Listeners::stats() const { return loop_.stats(); }

absl::Status Listeners::ReloadCertificates() {
  return tls_ == nullptr ? absl::OkStatus() : tls_->Reload();
}

}  // namespace registryd
