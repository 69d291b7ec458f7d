#include "registry/uri/origin.h"

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"

namespace registryd {

std::optional<Origin> OriginOf(const Url& url) {
  if (url.scheme() != "http" && url.scheme() != "https") return std::nullopt;
  Origin origin;
  origin.scheme = url.scheme();
  origin.host = absl::AsciiStrToLower(url.hostname());
  if (origin.host.empty()) return std::nullopt;
  uint32_t port = url.scheme() == "https" ? 443 : 80;
  if (const std::string text = url.port(); !text.empty()) {
    if (!absl::SimpleAtoi(text, &port) || port < 1 || port > 65535) return std::nullopt;
  }
  origin.port = static_cast<uint16_t>(port);
  return origin;
}

}  // namespace registryd
