#ifndef REGISTRYD_SERVER_LISTEN_LISTENING_SOCKET_H_
#define REGISTRYD_SERVER_LISTEN_LISTENING_SOCKET_H_

#include <sys/types.h>

#include "absl/status/statusor.h"
#include "registry/fs/file_descriptor.h"
#include "server/listen/listen_address.h"

namespace registryd {

struct ListeningSocketOptions {
  // Permissions of a Unix socket's file. Anyone may connect by default, because
  // a caller's role comes from its uid, which the kernel vouches for, and not
  // from its being able to connect.
  mode_t unix_mode = 0666;
  // Connections that wait for accept(); the kernel lowers it to its own limit.
  int backlog = 4096;
};

// A non-blocking, close-on-exec socket in listening state. Not thread-safe.
class ListeningSocket {
 public:
  // Binds and listens. A Unix socket's file that nobody listens on any more is
  // replaced; one that a process listens on, or a file that is no socket, is an
  // error, as is a missing folder. Of processes that start at the same moment one
  // gets the path, if they may read its folder; waits at most a second for another.
  //
  // Errors: FAILED_PRECONDITION (address in use, no such folder, not a socket,
  // address not on this machine), PERMISSION_DENIED, INTERNAL for what else
  // the kernel may say; reason SETTING_INVALID, the address named.
  static absl::StatusOr<ListeningSocket> Open(const ListenAddress& address,
                                              const ListeningSocketOptions& options);

  // Takes over a socket that another program bound and listens on: the service
  // manager. Its file, if any, stays when the socket is closed. INVALID_ARGUMENT
  // if `fd` is no listening stream socket of a supported family; it is then
  // closed.
  static absl::StatusOr<ListeningSocket> Adopt(FileDescriptor fd);

  ListeningSocket(ListeningSocket&&) = default;
  ListeningSocket& operator=(ListeningSocket&&) = delete;
  // Closes.
  ~ListeningSocket();

  // Valid until Close().
  int fd() const { return fd_.get(); }

  // The actual address: with the port that the kernel chose.
  const ListenAddress& address() const { return address_; }

  // Stops listening, and removes the file that Open made, unless another has
  // taken its place. Later calls do nothing.
  void Close();

 private:
  ListeningSocket(FileDescriptor fd, ListenAddress address);

  FileDescriptor fd_;
  ListenAddress address_;
  // Identify the file that Open made.
  bool owns_file_ = false;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_LISTENING_SOCKET_H_
