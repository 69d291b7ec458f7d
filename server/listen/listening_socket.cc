#include "server/listen/listening_socket.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

absl::Status CannotListen(const ListenAddress& address, absl::StatusCode code,
                          absl::string_view why) {
  return Error(code, Reason::kSettingInvalid,
               absl::StrCat("cannot listen on ", address.ToString(), ": ", why));
}

absl::Status CannotListen(const ListenAddress& address, int error) {
  switch (error) {
    case EADDRINUSE:
      return CannotListen(address, absl::StatusCode::kFailedPrecondition,
                          "another process listens there");
    case EADDRNOTAVAIL:
      return CannotListen(address, absl::StatusCode::kFailedPrecondition,
                          "this machine does not have the address");
    case ENOENT:
    case ENOTDIR:
      return CannotListen(address, absl::StatusCode::kFailedPrecondition,
                          "the folder of the socket does not exist");
    case EACCES:
    case EPERM:
      return CannotListen(address, absl::StatusCode::kPermissionDenied, std::strerror(error));
    default:
      return CannotListen(address, absl::StatusCode::kInternal, std::strerror(error));
  }
}

absl::StatusOr<ListenAddress> AddressOf(int fd) {
  sockaddr_storage storage;
  std::memset(&storage, 0, sizeof(storage));
  socklen_t length = sizeof(storage);
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
    return Error(absl::StatusCode::kInvalidArgument, Reason::kSettingInvalid,
                 absl::StrCat("file descriptor ", fd, ": ", std::strerror(errno)));
  }
  return ListenAddress::FromSockaddr(storage, length);
}

// A lock on the folder of the file at `address`: between bind() and listen() a socket refuses
// connections, and others would take its file for stale. Whoever may read the folder can keep it
// locked, so that after a second, or where this process may not read it, things go on without.
FileDescriptor LockFolder(const ListenAddress& address) {
  constexpr int kTries = 1'000;  // A millisecond apart.
  std::string folder = address.path().substr(0, address.path().rfind('/') + 1);
  if (folder.empty()) folder = ".";
  FileDescriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < kTries && ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0; ++i) {
    if (errno != EWOULDBLOCK) break;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return lock;
}

// Removes the file at `address` if it is a socket that refuses connections.
absl::Status RemoveStale(const ListenAddress& address, const sockaddr* name, socklen_t length) {
  struct stat file;
  if (::lstat(address.path().c_str(), &file) != 0) {
    // Gone since bind() looked.
    return errno == ENOENT ? absl::OkStatus() : CannotListen(address, errno);
  }
  if (!S_ISSOCK(file.st_mode)) {
    return CannotListen(address, absl::StatusCode::kFailedPrecondition,
                        "a file that is no socket is in the way");
  }
  FileDescriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!probe.valid()) return CannotListen(address, errno);
  if (::connect(probe.get(), name, length) == 0 || errno == EAGAIN) {
    return CannotListen(address, EADDRINUSE);
  }
  // Only "refused" says that nobody is there.
  if (errno != ECONNREFUSED) return CannotListen(address, errno);
  if (::unlink(address.path().c_str()) != 0 && errno != ENOENT) return CannotListen(address, errno);
  return absl::OkStatus();
}

absl::Status BindUnix(const ListenAddress& address, int fd, mode_t mode) {
  socklen_t length = 0;
  const sockaddr_storage storage = address.ToSockaddr(&length);
  const auto* name = reinterpret_cast<const sockaddr*>(&storage);
  // The file inherits the socket's own mode, less the umask: at no moment does
  // it allow more than `mode`.
  if (::fchmod(fd, mode) != 0) return CannotListen(address, errno);
  if (::bind(fd, name, length) != 0) {
    if (errno != EADDRINUSE) return CannotListen(address, errno);
    if (absl::Status status = RemoveStale(address, name, length); !status.ok()) return status;
    if (::bind(fd, name, length) != 0) return CannotListen(address, errno);
  }
  if (::chmod(address.path().c_str(), mode) != 0) return CannotListen(address, errno);
  return absl::OkStatus();
}

absl::Status BindTcp(const ListenAddress& address, int fd) {
  socklen_t length = 0;
  const sockaddr_storage storage = address.ToSockaddr(&length);
  const int on = 1;
  // A restart need not wait for old connections to time out.
  if (::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) {
    return CannotListen(address, errno);
  }
  // [::] means IPv6 alone, whatever the machine's default: 0.0.0.0 may be given beside it.
  if (storage.ss_family == AF_INET6 &&
      ::setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)) != 0) {
    return CannotListen(address, errno);
  }
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&storage), length) != 0) {
    return CannotListen(address, errno);
  }
  return absl::OkStatus();
}

}  // namespace

ListeningSocket::ListeningSocket(FileDescriptor fd, ListenAddress address)
    : fd_(std::move(fd)), address_(std::move(address)) {}

ListeningSocket::~ListeningSocket() { Close(); }

absl::StatusOr<ListeningSocket> ListeningSocket::Open(const ListenAddress& address,
                                                      const ListeningSocketOptions& options) {
  const int family = address.is_unix() ? AF_UNIX : address.ip().is_v4() ? AF_INET : AF_INET6;
  FileDescriptor fd(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd.valid()) return CannotListen(address, errno);
  const FileDescriptor lock = address.is_unix() ? LockFolder(address) : FileDescriptor();
  const absl::Status bound = address.is_unix() ? BindUnix(address, fd.get(), options.unix_mode)
                                               : BindTcp(address, fd.get());
  if (!bound.ok()) return bound;
  absl::StatusOr<ListenAddress> actual = AddressOf(fd.get());
  if (!actual.ok()) return actual.status();

  ListeningSocket socket(std::move(fd), *std::move(actual));
  if (address.is_unix()) {
    struct stat file;
    if (::lstat(address.path().c_str(), &file) != 0) return CannotListen(address, errno);
    socket.owns_file_ = true;
    socket.device_ = file.st_dev;
    socket.inode_ = file.st_ino;
  }
  if (::listen(socket.fd(), options.backlog) != 0) return CannotListen(address, errno);
  return socket;
}

absl::StatusOr<ListeningSocket> ListeningSocket::Adopt(FileDescriptor fd) {
  const auto refuse = [&fd](absl::string_view why) {
    return Error(absl::StatusCode::kInvalidArgument, Reason::kSettingInvalid,
                 absl::StrCat("file descriptor ", fd.get(), " of the service manager: ", why));
  };
  int type = 0;
  int listening = 0;
  socklen_t length = sizeof(int);
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_TYPE, &type, &length) != 0) {
    return refuse(std::strerror(errno));
  }
  length = sizeof(int);
  if (type != SOCK_STREAM ||
      ::getsockopt(fd.get(), SOL_SOCKET, SO_ACCEPTCONN, &listening, &length) != 0 ||
      listening == 0) {
    return refuse("not a stream socket in listening state");
  }
  absl::StatusOr<ListenAddress> address = AddressOf(fd.get());
  if (!address.ok()) return refuse(address.status().message());
  const int flags = ::fcntl(fd.get(), F_GETFL);
  if (flags < 0 || ::fcntl(fd.get(), F_SETFL, flags | O_NONBLOCK) != 0 ||
      ::fcntl(fd.get(), F_SETFD, FD_CLOEXEC) != 0) {
    return refuse(std::strerror(errno));
  }
  return ListeningSocket(std::move(fd), *std::move(address));
}

void ListeningSocket::Close() {
  if (!fd_.valid()) return;
  // Before the close: while it listens, nobody else takes the file for stale.
  struct stat file;
  if (owns_file_ && ::lstat(address_.path().c_str(), &file) == 0 && file.st_dev == device_ &&
      file.st_ino == inode_) {
    ::unlink(address_.path().c_str());
  }
  fd_ = FileDescriptor();
}

}  // namespace registryd
