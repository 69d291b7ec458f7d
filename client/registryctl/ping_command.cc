#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "client/registryctl/command.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {

void AddPingCommand(CLI::App& app, Invocation& invocation) {
  const auto target = std::make_shared<std::string>();
  CLI::App* const command =
      AddCommand(app, "ping", "Whether a registry answers, and what it wants to be shown",
                 "registryctl ping docker.io\n"
                 "registryctl ping localhost:5000\n"
                 "registryctl ping https://registry.example.com/prefix -o json");
  command
      ->add_option("TARGET", *target,
                   "HOST or HOST:PORT, whose endpoints are tried in turn, or a URL")
      ->required();
  OnRunUpstream(command, invocation, [target](Session& session) {
    v1::PingV2RegistryRequest request;
    if (absl::StrContains(*target, "://")) {
      request.set_endpoint_url(*target);
    } else {
      request.set_hostname(*target);
    }
    return Show(session, session.client.PingV2Registry(request), ViewPing);
  });
}

}  // namespace registryd::registryctl
