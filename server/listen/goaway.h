#ifndef REGISTRYD_SERVER_LISTEN_GOAWAY_H_
#define REGISTRYD_SERVER_LISTEN_GOAWAY_H_

namespace registryd {

// Tells the client of every connection to a gRPC server of this process, by
// HTTP/2's GOAWAY, to make no new call over it. Calls that run, and those that
// are on their way at this time, are served as before.
//
// grpc::Server::Shutdown sends it too, but resets at once what is on its way:
// such a client sees CANCELLED, and does not know to ask elsewhere. So this comes
// first, and Shutdown when no call runs any more.
//
// Returns before anything is sent. Thread-safe.
void SendGoaway();

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_GOAWAY_H_
