#include <memory>
#include <string>

#include "client/registryctl/command.h"
#include "client/registryctl/completion.h"
#include "client/registryctl/output.h"
#include "tools/build/build_info.h"

namespace registryd::registryctl {
namespace {

using grpc::health::v1::HealthCheckResponse;

absl::Status CheckHealth(Session& session, const std::string& service) {
  grpc::health::v1::HealthCheckRequest request;
  request.set_service(service);
  const auto response = session.client.CheckHealth(request);
  session.negative = response.ok() && response->status() != HealthCheckResponse::SERVING;
  return Show(session, response, [](const HealthCheckResponse& answer, std::ostream& out) {
    Table().Row({HealthCheckResponse::ServingStatus_Name(answer.status())}).Write(out);
  });
}

void AddHealth(CLI::App& app, Invocation& invocation) {
  const auto service = std::make_shared<std::string>();
  CLI::App* const command =
      AddCommand(app, "health", "Whether the service is serving; exit code 1 if it is not",
                 "registryctl health\n"
                 "registryctl health registry.v1.RegistryService");
  command->add_option("SERVICE", *service, "gRPC service; without one, all of them");
  OnRun(command, invocation,
        [service](Session& session) { return CheckHealth(session, *service); });
}

void AddVersion(CLI::App& app, Invocation& invocation) {
  CLI::App* const command =
      AddCommand(app, "version", "The version of registryctl", "registryctl version");
  command->callback([&invocation] {
    invocation.local_action = [](std::ostream& out) { out << VersionText("registryctl") << '\n'; };
  });
}

void AddCompletion(CLI::App& app, Invocation& invocation) {
  const auto shell = std::make_shared<std::string>();
  CLI::App* const command =
      AddCommand(app, "completion", "A script that makes a shell complete registryctl's words",
                 "source <(registryctl completion bash)\n"
                 "registryctl completion zsh > \"${fpath[1]}/_registryctl\"\n"
                 "registryctl completion fish > ~/.config/fish/completions/registryctl.fish");
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}).description(""))
      ->type_name("bash|zsh|fish");
  command->callback([&app, &invocation, shell] {
    invocation.local_action = [&app, shell](std::ostream& out) {
      out << CompletionScript(app, *shell);
    };
  });
}

}  // namespace

void AddServiceCommands(CLI::App& app, Invocation& invocation) {
  AddHealth(app, invocation);
  AddVersion(app, invocation);
  AddCompletion(app, invocation);
}

}  // namespace registryd::registryctl
