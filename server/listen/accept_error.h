#ifndef REGISTRYD_SERVER_LISTEN_ACCEPT_ERROR_H_
#define REGISTRYD_SERVER_LISTEN_ACCEPT_ERROR_H_

namespace registryd {

// What an errno of accept4() asks of an accept loop.
enum class AcceptError {
  kNoneWaiting,     // Wait for the next connection.
  kInterrupted,     // Try again at once.
  kConnectionLost,  // This connection failed; try the next at once.
  kNoDescriptor,    // The process or the system is out of file descriptors.
  kNoMemory,        // Try again later.
  kBroken,          // The listening socket itself is of no use.
};

AcceptError ClassifyAcceptError(int error);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_ACCEPT_ERROR_H_
