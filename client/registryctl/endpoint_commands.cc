#include <memory>
#include <string>
#include <vector>

#include "client/registryctl/command.h"
#include "client/registryctl/error_report.h"
#include "client/registryctl/lookup_target.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

constexpr char kTargetHelp[] =
    "Host (HOST.NAME, localhost or [IPV6], with or without :PORT) or image reference";

// What targets are taken for; by default each by its looks.
struct TargetOptions {
  std::vector<std::string> targets;
  bool host = false;
  bool reference = false;
};

// Sets the target of a request or of one of a batch.
template <typename Message>
void SetTarget(const TargetOptions& options, const std::string& target, Message& message) {
  const bool host = options.host || (!options.reference && LooksLikeHostname(target));
  if (host) {
    message.set_hostname(target);
  } else {
    message.set_reference(target);
  }
}

void AddTargetFlags(CLI::App* command, TargetOptions& options) {
  CLI::Option* const host =
      command->add_flag("--host", options.host, "Take each target for a host");
  command->add_flag("--reference", options.reference, "Take each target for a reference")
      ->excludes(host);
}

absl::Status LookupOne(Session& session, const TargetOptions& options) {
  v1::LookupPullEndpointsRequest request;
  SetTarget(options, options.targets[0], request);
  return Show(
      session, session.client.LookupPullEndpoints(request),
      [](const auto& answer, std::ostream& out) { ViewEndpoints(answer.endpoints(), out); });
}

absl::Status LookupSeveral(Session& session, const TargetOptions& options) {
  v1::BatchLookupPullEndpointsRequest request;
  for (const std::string& target : options.targets) {
    SetTarget(options, target, *request.add_targets());
  }
  const auto response = session.client.BatchLookupPullEndpoints(request);
  absl::Status status = Show(session, response, [&](const auto& answer, std::ostream& out) {
    ViewBatch(options.targets, answer, out);
  });
  if (!status.ok()) return status;
  for (int i = 0; i < response->results_size() && i < request.targets_size(); ++i) {
    if (!response->results(i).has_error()) continue;
    session.negative = true;
    const v1::Error& error = response->results(i).error();
    session.err << TargetErrorLine(options.targets[i], error.code(), error.reason(),
                                   error.message());
  }
  return absl::OkStatus();
}

void AddLookupPull(CLI::App& lookup, Invocation& invocation) {
  const auto options = std::make_shared<TargetOptions>();
  CLI::App* const command =
      AddCommand(lookup, "pull", "Endpoints to pull from, in the order to try them",
                 "registryctl lookup pull ubuntu\n"
                 "registryctl lookup pull localhost:5000\n"
                 "registryctl lookup pull ubuntu quay.io/a/b registry.example.com -o json");
  command->add_option("TARGET", options->targets, kTargetHelp)->required();
  AddTargetFlags(command, *options);
  OnRun(command, invocation, [options](Session& session) {
    return options->targets.size() == 1 ? LookupOne(session, *options)
                                        : LookupSeveral(session, *options);
  });
}

void AddLookupPush(CLI::App& lookup, Invocation& invocation) {
  const auto options = std::make_shared<TargetOptions>();
  options->targets.resize(1);
  CLI::App* const command =
      AddCommand(lookup, "push", "Endpoints to push to, in the order to try them",
                 "registryctl lookup push registry.example.com/team/app\n"
                 "registryctl lookup push docker.io");
  command->add_option("TARGET", options->targets[0], kTargetHelp)->required();
  AddTargetFlags(command, *options);
  OnRun(command, invocation, [options](Session& session) {
    v1::LookupPushEndpointsRequest request;
    SetTarget(*options, options->targets[0], request);
    return Show(
        session, session.client.LookupPushEndpoints(request),
        [](const auto& answer, std::ostream& out) { ViewEndpoints(answer.endpoints(), out); });
  });
}

void AddInsecure(CLI::App& app, Invocation& invocation) {
  const auto host = std::make_shared<std::string>();
  CLI::App* const command =
      AddCommand(app, "insecure", "Whether a registry is reached without verified TLS, and why",
                 "registryctl insecure localhost:5000\n"
                 "registryctl insecure registry.example.com -o json");
  command->add_option("HOST", *host, "HOST or HOST:PORT")->required();
  OnRun(command, invocation, [host](Session& session) {
    v1::IsInsecureRegistryRequest request;
    request.set_hostname(*host);
    return Show(session, session.client.IsInsecureRegistry(request), ViewInsecure);
  });
}

void AddTls(CLI::App& app, Invocation& invocation) {
  struct Options {
    std::string host;
    bool private_keys = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      AddCommand(app, "tls", "How a registry's TLS is handled: roots and client certificates",
                 "registryctl tls registry.example.com:5000\n"
                 "registryctl tls registry.example.com:5000 -o json\n"
                 "sudo registryctl tls registry.example.com:5000 --private-keys");
  command->add_option("HOST", options->host, "HOST or HOST:PORT")->required();
  command->add_flag("--private-keys", options->private_keys,
                    "Also print private keys (role admin; Unix socket or client certificate)");
  OnRun(command, invocation, [options](Session& session) {
    v1::GetTLSConfigRequest request;
    request.set_hostname(options->host);
    request.set_include_private_keys(options->private_keys);
    return Show(session, session.client.GetTLSConfig(request),
                [](const auto& answer, std::ostream& out) { ViewTls(answer.tls_config(), out); });
  });
}

}  // namespace

void AddEndpointCommands(CLI::App& app, Invocation& invocation) {
  CLI::App* const lookup = AddGroup(app, "lookup", "Endpoints of a host or reference");
  AddLookupPull(*lookup, invocation);
  AddLookupPush(*lookup, invocation);
  AddInsecure(app, invocation);
  AddTls(app, invocation);
}

}  // namespace registryd::registryctl
