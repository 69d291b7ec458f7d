#ifndef REGISTRYD_CLIENT_REGISTRYCTL_SESSION_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_SESSION_H_

#include <functional>
#include <istream>
#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/registry_client.h"
#include "client/registryctl/output.h"
#include "client/registryctl/terminals.h"

namespace registryd::registryctl {

namespace v1 = ::registry::v1;

enum class OutputFormat {
  kTable,
  kJson,
};

// What a command works with.
struct Session {
  std::istream& in;
  // The answer, and nothing else.
  std::ostream& out;
  // Everything else.
  std::ostream& err;
  OutputFormat format = OutputFormat::kTable;
  client::RegistryClient& client;
  Terminals terminals;
  // Set by a command whose answer is no: the process ends with kNegative.
  bool negative = false;
};

// What a command does. A failure is reported by the caller.
using Action = std::function<absl::Status(Session&)>;

// Writes `response` as the session's format asks: by Protobuf's JSON mapping, or
// by `view(response, out)`. A failure is passed on.
template <typename Response, typename View>
absl::Status Show(Session& session, const absl::StatusOr<Response>& response, View view) {
  if (!response.ok()) return response.status();
  if (session.format == OutputFormat::kJson) {
    return WriteJson(*response, JsonLayout::kIndented, session.out);
  }
  view(*response, session.out);
  return absl::OkStatus();
}

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_SESSION_H_
