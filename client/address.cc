#include "client/address.h"

#include <arpa/inet.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstdint>
#include <cstdlib>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"

namespace registryd::client {
namespace {

constexpr size_t kMaxSocketPath = sizeof(sockaddr_un::sun_path) - 1;

// gRPC takes a target for a URI, so that `%`, `#`, `[` and the like in it must
// be escaped.
std::string PercentEncode(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || absl::StrContains("-._~/:", c)) {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

absl::Status Invalid(absl::string_view text, absl::string_view why) {
  return absl::InvalidArgumentError(absl::StrCat("address \"", text, "\": ", why));
}

absl::StatusOr<Address> ParseUnix(absl::string_view text, absl::string_view path) {
  // `unix:///run/x.sock`, the URI form, means the same as `unix:/run/x.sock`.
  if (absl::StartsWith(path, "///")) path.remove_prefix(2);
  if (path.empty()) return Invalid(text, "the path of the socket is missing");
  if (absl::StartsWith(path, "//")) {
    return Invalid(text, "a socket is on this machine; write unix:/PATH");
  }
  if (absl::StrContains(path, '\0')) return Invalid(text, "a path holds no NUL");
  if (path.size() > kMaxSocketPath) {
    return Invalid(text, absl::StrCat("the path of a socket has at most ", kMaxSocketPath,
                                      " bytes; this one has ", path.size()));
  }
  return Address{absl::StrCat("unix:", PercentEncode(path)), true, true};
}

bool IsLoopback(const std::string& host) {
  if (absl::EqualsIgnoreCase(host, "localhost")) return true;
  in_addr v4;
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24 == 127;
  in6_addr v6;
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

bool IsName(absl::string_view host) {
  for (const char c : host) {
    if (!absl::ascii_isalnum(c) && !absl::StrContains("-._", c)) return false;
  }
  return !host.empty();
}

bool IsIpv6(const std::string& host) {
  in6_addr ignored;
  return inet_pton(AF_INET6, host.c_str(), &ignored) == 1;
}

bool IsPort(absl::string_view text) {
  uint32_t port = 0;
  return !text.empty() && text.size() <= 5 && absl::ascii_isdigit(text[0]) &&
         absl::SimpleAtoi(text, &port) && port >= 1 && port <= 65535;
}

}  // namespace

absl::StatusOr<Address> ParseAddress(absl::string_view text) {
  absl::string_view rest = text;
  if (absl::ConsumePrefix(&rest, "unix:")) return ParseUnix(text, rest);

  const size_t colon = text.rfind(':');
  if (colon == absl::string_view::npos || !IsPort(text.substr(colon + 1))) {
    return Invalid(text, "want unix:PATH or HOST:PORT, with a port from 1 to 65535");
  }
  absl::string_view host = text.substr(0, colon);
  if (absl::ConsumePrefix(&host, "[")) {
    if (!absl::ConsumeSuffix(&host, "]") || !IsIpv6(std::string(host))) {
      return Invalid(text, "not an IPv6 address in brackets");
    }
  } else if (IsIpv6(std::string(host))) {
    return Invalid(text, "an IPv6 address stands in brackets: [::1]:50051");
  } else if (!IsName(host)) {
    return Invalid(text, "want unix:PATH or HOST:PORT, without a scheme or path");
  }
  return Address{absl::StrCat("dns:///", PercentEncode(text)), false,
                 IsLoopback(std::string(host))};
}

std::string DefaultAddress() {
  std::vector<std::string> sockets;
  if (const char* runtime = std::getenv("XDG_RUNTIME_DIR"); runtime != nullptr) {
    sockets.push_back(absl::StrCat(runtime, "/registryd/registryd.sock"));
  }
  sockets.emplace_back(kDefaultSocket);
  return DefaultAddress(std::getenv(kAddressVariable), sockets);
}

std::string DefaultAddress(const char* variable, const std::vector<std::string>& sockets) {
  if (variable != nullptr && *variable != '\0') return variable;
  for (const std::string& socket : sockets) {
    struct stat status;
    if (stat(socket.c_str(), &status) == 0 && S_ISSOCK(status.st_mode)) {
      return absl::StrCat("unix:", socket);
    }
  }
  return std::string(kDefaultHostPort);
}

}  // namespace registryd::client
