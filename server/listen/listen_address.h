#ifndef REGISTRYD_SERVER_LISTEN_LISTEN_ADDRESS_H_
#define REGISTRYD_SERVER_LISTEN_LISTEN_ADDRESS_H_

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/net/ip_address.h"

namespace registryd {

// Where a listener is: a path of the file system, or an address and port. A
// value; thread-compatible.
class ListenAddress {
 public:
  // Parses what `--listen` takes:
  //
  //   unix:PATH          PATH absolute or relative; `unix:///run/x.sock` too
  //   127.0.0.1:50051    port 0 lets the kernel choose
  //   [::1]:50051
  //   localhost:50051    127.0.0.1
  //
  // Other host names are refused: what they resolve to, and so who can reach
  // the listener, may change. Abstract Unix sockets are refused: no permission
  // of the file system guards them.
  //
  // Returns INVALID_ARGUMENT, reason SETTING_INVALID, field "listen".
  static absl::StatusOr<ListenAddress> Parse(absl::string_view text);

  // The address that getsockname() reported. Errors as Parse's, for a family
  // other than AF_UNIX, AF_INET and AF_INET6, and for a Unix socket without path.
  static absl::StatusOr<ListenAddress> FromSockaddr(const sockaddr_storage& address,
                                                    socklen_t length);

  static ListenAddress Unix(std::string path);
  static ListenAddress Tcp(const IpAddress& ip, uint16_t port);

  bool is_unix() const { return unix_; }
  // Of a Unix socket; otherwise empty.
  const std::string& path() const { return path_; }
  // Of a TCP listener.
  const IpAddress& ip() const { return ip_; }
  uint16_t port() const { return port_; }

  // Whether only this machine's processes can connect.
  bool is_local() const { return unix_ || ip_.is_loopback(); }

  // For bind(). `*length` is set to the part of the result that is in use.
  sockaddr_storage ToSockaddr(socklen_t* length) const;

  // The form that Parse reads.
  std::string ToString() const;

 private:
  bool unix_ = false;
  std::string path_;
  IpAddress ip_;
  uint16_t port_ = 0;
};

// Whether a listener may be opened at `address`: a plain-text one must be
// local. Returns INVALID_ARGUMENT that says what to do instead.
absl::Status CheckExposure(const ListenAddress& address, bool tls);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_LISTEN_ADDRESS_H_
