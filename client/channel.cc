#include "client/channel.h"

#include <string>
#include <tuple>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/address.h"
#include "client/pem_check.h"
#include "client/read_file.h"
#include "client/service_config.h"
#include "grpc/grpc.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/support/channel_arguments.h"

namespace registryd::client {
namespace {

// Answers grow with what certs.d holds and with the size of a batch.
constexpr int kMaxAnswerBytes = 64 << 20;

// A peer that is silent for so long is asked whether it is there, and counts as gone
// when it does not answer within the other. The service takes pings every ten seconds.
constexpr int kKeepaliveTimeMs = 30'000;
constexpr int kKeepaliveTimeoutMs = 20'000;

// The content of the file that `option` names. Empty without a file.
absl::StatusOr<std::string> ReadPem(absl::string_view option, const std::string& path) {
  if (path.empty()) return "";
  absl::StatusOr<std::string> content = ReadFile(path);
  if (!content.ok()) {
    return absl::InvalidArgumentError(absl::StrCat(option, ": ", content.status().message()));
  }
  if (!absl::StrContains(*content, "-----BEGIN ")) {
    return absl::InvalidArgumentError(absl::StrCat(option, ": ", path, " holds no PEM"));
  }
  return content;
}

absl::Status Named(absl::string_view option, const std::string& path, const absl::Status& status) {
  if (status.ok()) return status;
  return absl::InvalidArgumentError(absl::StrCat(option, ": ", path, " ", status.message()));
}

// Whether gRPC can use what the files hold.
absl::Status Check(const TlsOptions& tls, const grpc::SslCredentialsOptions& read) {
  absl::Status status;
  if (!tls.ca_file.empty()) {
    status.Update(Named("ca_file", tls.ca_file, CheckCertificates(read.pem_root_certs)));
  }
  if (!tls.cert_file.empty()) {
    status.Update(Named("cert_file", tls.cert_file, CheckCertificates(read.pem_cert_chain)));
    status.Update(
        Named("key_file", tls.key_file, CheckKey(read.pem_private_key, read.pem_cert_chain)));
  }
  return status;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> TlsCredentials(const TlsOptions& tls) {
  if (tls.cert_file.empty() != tls.key_file.empty()) {
    return absl::InvalidArgumentError("a TLS client certificate and its key go together");
  }
  grpc::SslCredentialsOptions options;
  for (const auto& [name, path, content] :
       {std::tuple("ca_file", &tls.ca_file, &options.pem_root_certs),
        std::tuple("cert_file", &tls.cert_file, &options.pem_cert_chain),
        std::tuple("key_file", &tls.key_file, &options.pem_private_key)}) {
    absl::StatusOr<std::string> pem = ReadPem(name, *path);
    if (!pem.ok()) return pem.status();
    *content = *std::move(pem);
  }
  if (absl::Status status = Check(tls, options); !status.ok()) return status;
  return grpc::SslCredentials(options);
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const Address& address, const std::optional<TlsOptions>& tls) {
  if (address.unix_socket && tls.has_value()) {
    return absl::InvalidArgumentError("TLS is not spoken over a Unix socket");
  }
  if (tls.has_value() || !address.local) return TlsCredentials(tls.value_or(TlsOptions()));
  return grpc::InsecureChannelCredentials();
}

// Keeps gRPC up from the first call to the end of the process. Otherwise its last user
// waits for its threads, one of which may sleep for ten seconds when much was sent.
void KeepGrpc() {
  static const bool kept = [] {
    grpc_init();
    return true;
  }();
  static_cast<void>(kept);
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::Channel>> CreateChannel(const ClientOptions& options) {
  KeepGrpc();
  const auto address = ParseAddress(options.address.empty() ? DefaultAddress() : options.address);
  if (!address.ok()) return address.status();
  const auto credentials = Credentials(*address, options.tls);
  if (!credentials.ok()) return credentials.status();

  grpc::ChannelArguments arguments;
  arguments.SetServiceConfigJSON(kServiceConfig);
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);  // No bound.
  if (!options.user_agent.empty()) arguments.SetUserAgentPrefix(options.user_agent);
  if (options.tls.has_value() && !options.tls->server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.tls->server_name);
  }
  return grpc::CreateCustomChannel(address->target, *credentials, arguments);
}

}  // namespace registryd::client
