#ifndef REGISTRYD_SERVER_LISTEN_PEER_PROPERTIES_H_
#define REGISTRYD_SERVER_LISTEN_PEER_PROPERTIES_H_

namespace registryd {

// What a connection over a Unix socket carries in its grpc::AuthContext, beside
// the names of grpc/grpc_security_constants.h. Only connection_credentials.cc
// sets these: no peer can.

// The value of "transport_security_type".
inline constexpr char kUnixTransport[] = "unix";
// Of the process that connected, in decimal, as the kernel recorded them then
// and as this process's namespaces show them.
inline constexpr char kPeerUidProperty[] = "peer_uid";
inline constexpr char kPeerGidProperty[] = "peer_gid";
inline constexpr char kPeerPidProperty[] = "peer_pid";

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_PEER_PROPERTIES_H_
