#include "server/listen/socket_activation.h"

#include <cstdint>
#include <cstdlib>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// The protocol's SD_LISTEN_FDS_START.
constexpr int kFirstDescriptor = 3;
// Far above any unit; keeps a damaged variable from costing memory.
constexpr int kMaxSockets = 1024;

absl::Status Malformed(absl::string_view variable, absl::string_view value) {
  return Error(absl::StatusCode::kInvalidArgument, Reason::kSettingInvalid,
               absl::StrCat("socket activation: malformed ", variable, "=\"", value, "\""));
}

std::optional<int64_t> ParseNumber(absl::string_view text) {
  for (char c : text) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) return std::nullopt;
  }
  int64_t number = 0;
  if (!absl::SimpleAtoi(text, &number)) return std::nullopt;
  return number;
}

std::optional<std::string> TakeVariable(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  std::string copy = value;
  ::unsetenv(name);
  return copy;
}

}  // namespace

ActivationEnvironment ActivationEnvironment::Take() {
  ActivationEnvironment environment;
  environment.listen_pid = TakeVariable("LISTEN_PID");
  environment.listen_fds = TakeVariable("LISTEN_FDS");
  environment.listen_fdnames = TakeVariable("LISTEN_FDNAMES");
  return environment;
}

absl::StatusOr<std::vector<ActivatedSocket>> ActivatedSockets(
    const ActivationEnvironment& environment, pid_t self) {
  std::vector<ActivatedSocket> sockets;
  if (!environment.listen_pid.has_value() || !environment.listen_fds.has_value()) return sockets;
  const std::optional<int64_t> pid = ParseNumber(*environment.listen_pid);
  if (!pid.has_value()) return Malformed("LISTEN_PID", *environment.listen_pid);
  if (*pid != self) return sockets;
  const std::optional<int64_t> count = ParseNumber(*environment.listen_fds);
  if (!count.has_value() || *count > kMaxSockets) {
    return Malformed("LISTEN_FDS", *environment.listen_fds);
  }
  std::vector<std::string> names;
  if (environment.listen_fdnames.has_value()) {
    names = absl::StrSplit(*environment.listen_fdnames, ':');
    if (*count == 0 && names == std::vector<std::string>{""}) names.clear();
    if (names.size() != static_cast<size_t>(*count)) {
      return Malformed("LISTEN_FDNAMES", *environment.listen_fdnames);
    }
  } else {
    names.assign(static_cast<size_t>(*count), "unknown");
  }
  for (size_t i = 0; i < names.size(); ++i) {
    sockets.push_back({kFirstDescriptor + static_cast<int>(i), std::move(names[i])});
  }
  return sockets;
}

}  // namespace registryd
