#include "server/listen/listen_address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/uri/password_mask.h"

namespace registryd {
namespace {

// sun_path less its terminating NUL.
constexpr size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;

absl::Status Invalid(absl::string_view text, absl::string_view why) {
  // A path has no password, and may have an '@'.
  const std::string shown = absl::StartsWith(text, "unix") ? std::string(text) : MaskPassword(text);
  return FieldError(Reason::kSettingInvalid, "listen",
                    absl::StrCat("invalid listen address \"", shown, "\": ", why));
}

constexpr absl::string_view kAbstract =
    "abstract Unix sockets are not supported, because no file permission guards them; name a path";

absl::StatusOr<ListenAddress> ParseUnix(absl::string_view text, absl::string_view path) {
  if (absl::ConsumePrefix(&path, "//") && !absl::StartsWith(path, "/")) {
    return Invalid(text, "after unix:// the path must be absolute, as in unix:///run/x.sock");
  }
  if (path.empty()) return Invalid(text, "the path is missing");
  if (path[0] == '@' || path[0] == '\0') return Invalid(text, kAbstract);
  if (absl::StrContains(path, '\0')) return Invalid(text, "the path holds a NUL");
  if (path.back() == '/') return Invalid(text, "the path names a folder");
  if (path.size() > kMaxPath) {
    return Invalid(text, absl::StrCat("the path is longer than ", kMaxPath, " bytes"));
  }
  return ListenAddress::Unix(std::string(path));
}

std::optional<uint16_t> ParsePort(absl::string_view text) {
  if (text.empty() || text.size() > 5) return std::nullopt;
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
  }
  uint32_t port = 0;
  if (!absl::SimpleAtoi(text, &port) || port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

}  // namespace

absl::StatusOr<ListenAddress> ListenAddress::Parse(absl::string_view text) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix:")) return ParseUnix(text, rest);
  if (absl::StartsWith(text, "unix-abstract:")) return Invalid(text, kAbstract);

  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos) return Invalid(text, "expected unix:PATH or HOST:PORT");
  absl::string_view host = text.substr(0, colon);
  const bool bracketed = absl::ConsumePrefix(&host, "[");
  if (bracketed && !absl::ConsumeSuffix(&host, "]")) {
    return Invalid(text, "expected [IPV6]:PORT");
  }
  if (!bracketed && absl::StrContains(host, ':')) {
    return Invalid(text, "write an IPv6 address in brackets, as in [::1]:50051");
  }
  if (host.empty()) {
    return Invalid(text, "the host is missing; 0.0.0.0 or [::] mean every interface");
  }
  const std::optional<IpAddress> ip =
      IpAddress::Parse(!bracketed && host == "localhost" ? "127.0.0.1" : host);
  if (!ip.has_value() || (bracketed && !absl::StrContains(host, ':'))) {
    return Invalid(text, "the host must be an IP address or localhost");
  }
  const std::optional<uint16_t> port = ParsePort(text.substr(colon + 1));
  if (!port.has_value()) return Invalid(text, "the port must be a number from 0 to 65535");
  return Tcp(*ip, *port);
}

absl::StatusOr<ListenAddress> ListenAddress::FromSockaddr(const sockaddr_storage& address,
                                                          socklen_t length) {
  switch (address.ss_family) {
    case AF_UNIX: {
      const auto& un = reinterpret_cast<const sockaddr_un&>(address);
      constexpr size_t kPathOffset = offsetof(sockaddr_un, sun_path);
      if (length <= kPathOffset) return Invalid("unix:", "the socket has no path");
      if (un.sun_path[0] == '\0') return Invalid("unix:@", kAbstract);
      return Unix(std::string(un.sun_path, strnlen(un.sun_path, length - kPathOffset)));
    }
    case AF_INET: {
      const auto& in = reinterpret_cast<const sockaddr_in&>(address);
      const absl::string_view bytes(reinterpret_cast<const char*>(&in.sin_addr),
                                    sizeof(in.sin_addr));
      return Tcp(*IpAddress::FromBytes(bytes), ntohs(in.sin_port));
    }
    case AF_INET6: {
      const auto& in6 = reinterpret_cast<const sockaddr_in6&>(address);
      const absl::string_view bytes(reinterpret_cast<const char*>(&in6.sin6_addr),
                                    sizeof(in6.sin6_addr));
      return Tcp(*IpAddress::FromBytes(bytes), ntohs(in6.sin6_port));
    }
    default:
      return Invalid(absl::StrCat("address family ", address.ss_family),
                     "only Unix and TCP sockets are supported");
  }
}

ListenAddress ListenAddress::Unix(std::string path) {
  ListenAddress address;
  address.unix_ = true;
  address.path_ = std::move(path);
  return address;
}

ListenAddress ListenAddress::Tcp(const IpAddress& ip, uint16_t port) {
  ListenAddress address;
  address.ip_ = ip;
  address.port_ = port;
  return address;
}

sockaddr_storage ListenAddress::ToSockaddr(socklen_t* length) const {
  sockaddr_storage storage;
  std::memset(&storage, 0, sizeof(storage));
  if (unix_) {
    auto& un = reinterpret_cast<sockaddr_un&>(storage);
    un.sun_family = AF_UNIX;
    std::memcpy(un.sun_path, path_.data(), path_.size());
    *length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path_.size() + 1);
  } else if (ip_.is_v4()) {
    auto& in = reinterpret_cast<sockaddr_in&>(storage);
    in.sin_family = AF_INET;
    in.sin_port = htons(port_);
    std::memcpy(&in.sin_addr, ip_.bytes().data() + 12, 4);
    *length = sizeof(in);
  } else {
    auto& in6 = reinterpret_cast<sockaddr_in6&>(storage);
    in6.sin6_family = AF_INET6;
    in6.sin6_port = htons(port_);
    std::memcpy(&in6.sin6_addr, ip_.bytes().data(), 16);
    *length = sizeof(in6);
  }
  return storage;
}

std::string ListenAddress::ToString() const {
  if (unix_) return absl::StrCat("unix:", path_);
  if (ip_.is_v4()) return absl::StrCat(ip_.ToString(), ":", port_);
  return absl::StrCat("[", ip_.ToString(), "]:", port_);
}

absl::Status CheckExposure(const ListenAddress& address, bool tls) {
  if (tls || address.is_local()) return absl::OkStatus();
  return Invalid(address.ToString(),
                 "other machines could reach it in plain text; give --tls-cert, --tls-key and "
                 "--tls-client-ca, or listen on 127.0.0.1, [::1] or a unix:PATH");
}

}  // namespace registryd
