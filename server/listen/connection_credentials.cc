#include "server/listen/connection_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security_constants.h>
#include <grpc/support/alloc.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "server/listen/peer_properties.h"
#include "src/core/lib/channel/channel_args.h"
#include "src/core/lib/gprpp/debug_location.h"
#include "src/core/lib/gprpp/ref_counted_ptr.h"
#include "src/core/lib/gprpp/unique_type_name.h"
#include "src/core/lib/iomgr/closure.h"
#include "src/core/lib/iomgr/endpoint.h"
#include "src/core/lib/iomgr/error.h"
#include "src/core/lib/iomgr/exec_ctx.h"
#include "src/core/lib/security/context/security_context.h"
#include "src/core/lib/security/credentials/credentials.h"
#include "src/core/lib/security/security_connector/security_connector.h"
#include "src/core/lib/slice/slice_internal.h"
#include "src/core/lib/transport/handshaker.h"
#include "src/core/tsi/transport_security_interface.h"
#include "src/cpp/server/secure_server_credentials.h"

namespace registryd {
namespace {

using ::grpc_core::MakeRefCounted;
using ::grpc_core::RefCountedPtr;

// Of a new connection; the rest of the handshake is the inner credentials' own.
enum class Peer { kUnix, kOther };

// Rides on the auth context, which lives as long as the connection's channel
// and its calls do.
class HoldExtension : public grpc_auth_context::Extension {
 public:
  explicit HoldExtension(std::unique_ptr<ConnectionCount::Hold> hold) : hold_(std::move(hold)) {}

 private:
  const std::unique_ptr<ConnectionCount::Hold> hold_;
};

absl::StatusOr<RefCountedPtr<grpc_auth_context>> UnixAuthContext(int fd) {
  ucred peer;
  socklen_t length = sizeof(peer);
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0) {
    return absl::UnavailableError(absl::StrCat("SO_PEERCRED: ", std::strerror(errno)));
  }
  auto context = MakeRefCounted<grpc_auth_context>(nullptr);
  context->add_cstring_property(GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME, kUnixTransport);
  context->add_cstring_property(GRPC_TRANSPORT_SECURITY_LEVEL_PROPERTY_NAME,
                                tsi_security_level_to_string(TSI_PRIVACY_AND_INTEGRITY));
  context->add_cstring_property(kPeerUidProperty, absl::StrCat(peer.uid).c_str());
  context->add_cstring_property(kPeerGidProperty, absl::StrCat(peer.gid).c_str());
  context->add_cstring_property(kPeerPidProperty, absl::StrCat(peer.pid).c_str());
  context->set_peer_identity_property_name(kPeerUidProperty);
  return context;
}

// The last handshaker of a connection: the security handshaker has succeeded
// and left its auth context in the arguments.
class ConnectionHandshaker : public grpc_core::Handshaker {
 public:
  ConnectionHandshaker(Peer peer, std::shared_ptr<ConnectionCount> count)
      : peer_(peer), hold_(std::make_unique<ConnectionCount::Hold>(std::move(count))) {}

  const char* name() const override { return "registryd_connection"; }

  // DoHandshake waits for nothing.
  void Shutdown(grpc_error_handle why) override {}

  void DoHandshake(grpc_tcp_server_acceptor* acceptor, grpc_closure* on_handshake_done,
                   grpc_core::HandshakerArgs* args) override {
    absl::Status status = Describe(*args);
    if (!status.ok()) Discard(status, *args);
    grpc_core::ExecCtx::Run(DEBUG_LOCATION, on_handshake_done, std::move(status));
  }

 private:
  absl::Status Describe(grpc_core::HandshakerArgs& args) {
    if (peer_ == Peer::kUnix) {
      auto context = UnixAuthContext(grpc_endpoint_get_fd(args.endpoint));
      if (!context.ok()) return context.status();
      args.args = args.args.SetObject(*std::move(context));
    }
    auto* context = args.args.GetObject<grpc_auth_context>();
    if (context == nullptr) return absl::InternalError("the handshake left no auth context");
    context->set_extension(std::make_unique<HoldExtension>(std::move(hold_)));
    return absl::OkStatus();
  }

  // What a handshaker that fails owes its manager.
  static void Discard(const absl::Status& status, grpc_core::HandshakerArgs& args) {
    grpc_endpoint_shutdown(args.endpoint, status);
    grpc_endpoint_destroy(args.endpoint);
    args.endpoint = nullptr;
    args.args = grpc_core::ChannelArgs();
    grpc_slice_buffer_destroy(args.read_buffer);
    gpr_free(args.read_buffer);
    args.read_buffer = nullptr;
  }

  const Peer peer_;
  std::unique_ptr<ConnectionCount::Hold> hold_;
};

class ConnectionSecurityConnector final : public grpc_server_security_connector {
 public:
  ConnectionSecurityConnector(RefCountedPtr<grpc_server_credentials> credentials,
                              RefCountedPtr<grpc_server_security_connector> inner, Peer peer,
                              std::shared_ptr<ConnectionCount> count)
      : grpc_server_security_connector(inner->url_scheme(), std::move(credentials)),
        inner_(std::move(inner)),
        peer_(peer),
        count_(std::move(count)) {}

  // The security handshaker that the inner connector adds has the inner one
  // check the peer.
  void add_handshakers(const grpc_core::ChannelArgs& args, grpc_pollset_set* interested_parties,
                       grpc_core::HandshakeManager* manager) override {
    inner_->add_handshakers(args, interested_parties, manager);
    manager->Add(MakeRefCounted<ConnectionHandshaker>(peer_, count_));
  }

  void check_peer(tsi_peer peer, grpc_endpoint* endpoint, const grpc_core::ChannelArgs& args,
                  RefCountedPtr<grpc_auth_context>* auth_context,
                  grpc_closure* on_peer_checked) override {
    inner_->check_peer(peer, endpoint, args, auth_context, on_peer_checked);
  }

  void cancel_check_peer(grpc_closure* on_peer_checked, grpc_error_handle error) override {
    inner_->cancel_check_peer(on_peer_checked, std::move(error));
  }

  int cmp(const grpc_security_connector* other) const override {
    return server_security_connector_cmp(static_cast<const grpc_server_security_connector*>(other));
  }

 private:
  const RefCountedPtr<grpc_server_security_connector> inner_;
  const Peer peer_;
  const std::shared_ptr<ConnectionCount> count_;
};

class CoreConnectionCredentials final : public grpc_server_credentials {
 public:
  CoreConnectionCredentials(CoreCredentials inner, Peer peer,
                            std::shared_ptr<ConnectionCount> count)
      : inner_(std::move(inner)), peer_(peer), count_(std::move(count)) {}

  RefCountedPtr<grpc_server_security_connector> create_security_connector(
      const grpc_core::ChannelArgs& args) override {
    auto connector = inner_->create_security_connector(args);
    if (connector == nullptr) return nullptr;
    return MakeRefCounted<ConnectionSecurityConnector>(Ref(), std::move(connector), peer_, count_);
  }

  grpc_core::UniqueTypeName type() const override { return inner_->type(); }

 private:
  const CoreCredentials inner_;
  const Peer peer_;
  const std::shared_ptr<ConnectionCount> count_;
};

std::shared_ptr<grpc::ServerCredentials> Decorate(CoreCredentials inner, Peer peer,
                                                  std::shared_ptr<ConnectionCount> count) {
  return std::make_shared<grpc::SecureServerCredentials>(
      new CoreConnectionCredentials(std::move(inner), peer, std::move(count)));
}

}  // namespace

std::shared_ptr<grpc::ServerCredentials> UnixConnectionCredentials(
    std::shared_ptr<ConnectionCount> count) {
  return Decorate(CoreCredentials(grpc_insecure_server_credentials_create()), Peer::kUnix,
                  std::move(count));
}

std::shared_ptr<grpc::ServerCredentials> PlainTextConnectionCredentials(
    std::shared_ptr<ConnectionCount> count) {
  return Decorate(CoreCredentials(grpc_insecure_server_credentials_create()), Peer::kOther,
                  std::move(count));
}

std::shared_ptr<grpc::ServerCredentials> TlsConnectionCredentials(
    CoreCredentials tls, std::shared_ptr<ConnectionCount> count) {
  return Decorate(std::move(tls), Peer::kOther, std::move(count));
}

}  // namespace registryd
