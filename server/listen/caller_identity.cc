#include "server/listen/caller_identity.h"

#include <grpc/grpc_security_constants.h>

#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "server/listen/peer_properties.h"

namespace registryd {
namespace {

constexpr uid_t kRoot = 0;
// Where the kernel does not tell; its own default.
constexpr uid_t kDefaultOverflowUid = 65534;
// What gRPC calls a transport without security.
constexpr absl::string_view kInsecureTransport = "insecure";
// What it calls the peer of a channel without address. Addresses have a scheme.
constexpr absl::string_view kInProcessPeer = "unknown";

std::vector<absl::string_view> Values(const grpc::AuthContext& auth, const char* name) {
  std::vector<absl::string_view> values;
  for (const grpc::string_ref& value : auth.FindPropertyValues(name)) {
    values.emplace_back(value.data(), value.size());
  }
  return values;
}

// The value of a property that is there exactly once.
std::optional<absl::string_view> OnlyValue(const grpc::AuthContext& auth, const char* name) {
  const std::vector<absl::string_view> values = Values(auth, name);
  if (values.size() != 1) return std::nullopt;
  return values[0];
}

CallerIdentity UnixCaller(const grpc::AuthContext& auth, const CallerPolicy& policy) {
  CallerIdentity caller;
  const std::optional<absl::string_view> text = OnlyValue(auth, kPeerUidProperty);
  uid_t uid = 0;
  if (!text.has_value() || !absl::SimpleAtoi(*text, &uid)) return caller;
  const bool trusted = uid == kRoot || uid == policy.own_uid;
  if (trusted && uid != policy.overflow_uid) caller.role = Role::kAdmin;
  caller.id = absl::StrCat("uid:", uid);
  caller.channel_private = true;
  return caller;
}

CallerIdentity TlsCaller(const grpc::AuthContext& auth, const CallerPolicy& policy) {
  CallerIdentity caller;
  caller.id = "tls";
  // The listeners ask for a certificate only where they verify it.
  if (Values(auth, GRPC_X509_PEM_CERT_PROPERTY_NAME).empty()) return caller;
  caller.channel_private = true;
  absl::string_view name;
  for (const char* kind : {GRPC_PEER_URI_PROPERTY_NAME, GRPC_PEER_DNS_PROPERTY_NAME,
                           GRPC_PEER_EMAIL_PROPERTY_NAME, GRPC_PEER_IP_PROPERTY_NAME}) {
    for (absl::string_view san : Values(auth, kind)) {
      if (name.empty()) name = san;
      if (policy.admin_sans.contains(san)) caller.role = Role::kAdmin;
    }
  }
  if (!name.empty()) {
    caller.id = absl::StrCat("san:", absl::CEscape(name));
  } else if (const auto subject = OnlyValue(auth, GRPC_X509_SUBJECT_PROPERTY_NAME)) {
    caller.id = absl::StrCat("subject:", absl::CEscape(*subject));
  }
  return caller;
}

bool IsLoopback(absl::string_view peer) {
  return absl::StartsWith(peer, "ipv4:127.") || absl::StartsWith(peer, "ipv6:[::1]:") ||
         absl::StartsWith(peer, "ipv6:%5B::1%5D:");
}

}  // namespace

uid_t OverflowUid() {
  std::ifstream file("/proc/sys/kernel/overflowuid");
  uid_t uid = 0;
  return file >> uid ? uid : kDefaultOverflowUid;
}

CallerIdentity IdentifyCaller(const grpc::AuthContext* auth, absl::string_view peer,
                              const CallerPolicy& policy) {
  const std::vector<absl::string_view> transports =
      auth == nullptr ? std::vector<absl::string_view>()
                      : Values(*auth, GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME);
  CallerIdentity caller;
  if (transports.empty()) {
    // A connection that the accept loop made always has a type.
    if (peer != kInProcessPeer) return caller;
    caller.role = policy.in_process_role;
    caller.id = "in-process";
    caller.channel_private = true;
    return caller;
  }
  if (transports.size() > 1) return caller;
  if (transports[0] == kUnixTransport) return UnixCaller(*auth, policy);
  if (transports[0] == GRPC_TLS_TRANSPORT_SECURITY_TYPE) return TlsCaller(*auth, policy);
  if (transports[0] == kInsecureTransport && IsLoopback(peer)) caller.id = "loopback";
  return caller;
}

CallerIdentity IdentifyCaller(const grpc::ServerContextBase& context, const CallerPolicy& policy) {
  const std::shared_ptr<const grpc::AuthContext> auth = context.auth_context();
  return IdentifyCaller(auth.get(), context.peer(), policy);
}

}  // namespace registryd
