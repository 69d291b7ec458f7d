#include "server/observe/host_label.h"

#include <algorithm>

#include "absl/strings/ascii.h"

namespace registryd {
namespace {

constexpr size_t kMaxHostSize = 255;
constexpr size_t kMaxPortSize = 5;

bool IsName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_';
  });
}

bool IsAddress(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isxdigit(c) || c == ':' || c == '.';
  });
}

// Nothing, or ":" and a number.
bool IsPort(absl::string_view text) {
  if (text.empty()) return true;
  text.remove_prefix(1);
  return !text.empty() && text.size() <= kMaxPortSize &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsHost(absl::string_view host) {
  if (host.empty() || host.size() > kMaxHostSize) return false;
  if (host[0] == '[') {
    const size_t end = host.find(']');
    if (end == absl::string_view::npos) return false;
    const absl::string_view port = host.substr(end + 1);
    return IsAddress(host.substr(1, end - 1)) && (port.empty() || port[0] == ':') && IsPort(port);
  }
  const size_t colon = host.find(':');
  if (colon != host.rfind(':')) return IsAddress(host);
  const size_t size = std::min(colon, host.size());
  return IsName(host.substr(0, size)) && IsPort(host.substr(size));
}

}  // namespace

std::string HostLabel(absl::string_view host) {
  return IsHost(host) ? absl::AsciiStrToLower(host) : std::string(kInvalidHost);
}

}  // namespace registryd
