#include "server/listen/accept_error.h"

#include <cerrno>

namespace registryd {

AcceptError ClassifyAcceptError(int error) {
  // EWOULDBLOCK may be EAGAIN, which a switch does not take twice.
  if (error == EWOULDBLOCK) return AcceptError::kNoneWaiting;
  switch (error) {
    case EAGAIN:
      return AcceptError::kNoneWaiting;
    case EINTR:
      return AcceptError::kInterrupted;
    case EMFILE:
    case ENFILE:
      return AcceptError::kNoDescriptor;
    case ENOMEM:
    case ENOBUFS:
      return AcceptError::kNoMemory;
    // Linux hands errors that are pending on the new connection to accept(2),
    // whose manual lists those to take like EAGAIN; a firewall rule adds EPERM.
    case ECONNABORTED:
    case EPERM:
    case EPROTO:
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case ENONET:
    case EHOSTUNREACH:
    case EOPNOTSUPP:
    case ENETUNREACH:
    case ETIMEDOUT:
      return AcceptError::kConnectionLost;
    default:
      return AcceptError::kBroken;
  }
}

}  // namespace registryd
