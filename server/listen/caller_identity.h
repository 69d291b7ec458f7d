#ifndef REGISTRYD_SERVER_LISTEN_CALLER_IDENTITY_H_
#define REGISTRYD_SERVER_LISTEN_CALLER_IDENTITY_H_

#include <grpcpp/security/auth_context.h>
#include <grpcpp/server_context.h>
#include <sys/types.h>
#include <unistd.h>

#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"

namespace registryd {

enum class Role {
  kReader,
  // May change the configuration, see private keys and channelz.
  kAdmin,
};

struct CallerIdentity {
  Role role = Role::kReader;
  // Who it is, for logs and for what belongs to a caller; printable ASCII.
  //   uid:1000              Unix socket
  //   san:spiffe://a/b      client certificate: its first URI, else DNS name,
  //                         email or IP address
  //   subject:CN=node-1     client certificate without such a name
  //   tls                   TLS without client certificate
  //   loopback              plain text from this machine
  //   in-process            a channel of this process
  //   unknown               anything else
  std::string id = "unknown";
  // Nobody but the caller reads what is sent to it: private keys may be.
  bool channel_private = false;
};

// The user as whom the kernel shows those that this user namespace does not map.
uid_t OverflowUid();

// Who may do what. Plain data.
struct CallerPolicy {
  // Over a Unix socket this user is an admin, as root is.
  uid_t own_uid = ::geteuid();
  // Anybody may be behind this one, so it is never an admin, not even as own_uid.
  uid_t overflow_uid = OverflowUid();
  // Subject alternative names (URI, DNS name, email, IP address) of client
  // certificates whose holders are admins; compared byte by byte.
  absl::flat_hash_set<std::string> admin_sans;
  // Of callers over Server::InProcessChannel.
  Role in_process_role = Role::kReader;
};

// Who makes the call of `context`, whose connection a listener of this folder
// accepted. A transport that is not known has a reader at its other end.
CallerIdentity IdentifyCaller(const grpc::ServerContextBase& context, const CallerPolicy& policy);

// As above, of the two things that matter. `auth` may be null.
CallerIdentity IdentifyCaller(const grpc::AuthContext* auth, absl::string_view peer,
                              const CallerPolicy& policy);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_CALLER_IDENTITY_H_
