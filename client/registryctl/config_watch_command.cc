#include <cstdint>
#include <limits>
#include <memory>

#include "client/registryctl/command.h"
#include "client/registryctl/stop_signal.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

absl::Status ShowVersion(Session& session, const v1::WatchServiceConfigResponse& version) {
  if (session.format == OutputFormat::kJson) {
    absl::Status status = WriteJson(version, JsonLayout::kOneLine, session.out);
    if (!status.ok()) return status;
  } else {
    ViewConfig(version.version(), version.config(), session.out);
    session.out << '\n';
  }
  session.out.flush();
  return absl::OkStatus();
}

// Shows versions as they come, `count` at most, or without end if it is 0.
absl::Status Watch(Session& session, uint64_t count) {
  const auto watch = session.client.WatchServiceConfig();
  const StopSignal stop([&watch] { watch->Cancel(); });
  for (uint64_t seen = 0; (count == 0 || seen < count) && session.out; ++seen) {
    const auto version = watch->Next();
    if (!version.ok()) return stop.received() ? absl::OkStatus() : version.status();
    absl::Status status = ShowVersion(session, *version);
    if (!status.ok()) return status;
  }
  return absl::OkStatus();
}

}  // namespace

void AddConfigWatchCommand(CLI::App& config, Invocation& invocation) {
  const auto count = std::make_shared<uint64_t>(0);
  CLI::App* const command =
      AddCommand(config, "watch", "Follow the configuration: now, then each change, until Ctrl-C",
                 "registryctl config watch\n"
                 "registryctl config watch -o json | jq .version\n"
                 "registryctl config watch --count 1");
  command->add_option("--count", *count, "End after so many versions")
      ->type_name("N")
      ->check(CLI::Range(uint64_t{1}, std::numeric_limits<uint64_t>::max()).description(""));
  command->callback([&invocation, count] {
    if (invocation.timeout.has_value()) {
      throw CLI::ValidationError("--timeout", "a watch has no end of its own");
    }
    invocation.action = [count](Session& session) { return Watch(session, *count); };
  });
}

}  // namespace registryd::registryctl
