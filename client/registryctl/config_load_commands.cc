#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "client/registryctl/command.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

// A list to put in the place of the one that the service has.
struct LoadOptions {
  std::vector<std::string> entries;
  bool empty = false;
  uint64_t expected_version = 0;
};

std::shared_ptr<LoadOptions> AddLoadOptions(CLI::App* command, const std::string& entry,
                                            const std::string& help) {
  auto options = std::make_shared<LoadOptions>();
  CLI::Option* const entries = command->add_option(entry, options->entries, help);
  command->add_flag("--empty", options->empty, "No entries")->excludes(entries);
  // Nobody shall empty a list by leaving its entries out.
  command->parse_complete_callback([options, entry] {
    if (options->entries.empty() && !options->empty) {
      throw CLI::RequiredError(entry + " or --empty");
    }
  });
  command
      ->add_option("--expected-version", options->expected_version,
                   "Fail unless this version is current")
      ->type_name("N");
  return options;
}

template <typename Response>
absl::Status ShowLoaded(Session& session, const absl::StatusOr<Response>& response) {
  return Show(session, response, [](const Response& answer, std::ostream& out) {
    ViewConfig(answer.version(), answer.config(), out);
    ViewWarnings(answer.warnings(), out);
  });
}

void AddLoadMirrors(CLI::App& config, Invocation& invocation) {
  CLI::App* const command =
      AddCommand(config, "load-mirrors", "Replace the mirrors; the other lists stay",
                 "registryctl config load-mirrors https://a.example https://b.example\n"
                 "registryctl config load-mirrors --empty");
  const auto options = AddLoadOptions(command, "URL", "Mirrors, in the order to try them");
  OnRun(command, invocation, [options](Session& session) {
    v1::LoadMirrorsRequest request;
    *request.mutable_mirrors() = {options->entries.begin(), options->entries.end()};
    request.set_expected_version(options->expected_version);
    return ShowLoaded(session, session.client.LoadMirrors(request));
  });
}

void AddLoadInsecure(CLI::App& config, Invocation& invocation) {
  CLI::App* const command =
      AddCommand(config, "load-insecure", "Replace the insecure registries; the other lists stay",
                 "registryctl config load-insecure registry.internal:5000 10.0.0.0/8\n"
                 "registryctl config load-insecure --empty");
  const auto options = AddLoadOptions(command, "ENTRY", "HOST, HOST:PORT or CIDR");
  OnRun(command, invocation, [options](Session& session) {
    v1::LoadInsecureRegistriesRequest request;
    *request.mutable_insecure_registries() = {options->entries.begin(), options->entries.end()};
    request.set_expected_version(options->expected_version);
    return ShowLoaded(session, session.client.LoadInsecureRegistries(request));
  });
}

void AddLoadNondistributable(CLI::App& config, Invocation& invocation) {
  CLI::App* const command = AddCommand(
      config, "load-nondistributable",
      "Replace the registries that may be sent non-distributable artifacts; the other lists stay",
      "registryctl config load-nondistributable registry.internal:5000\n"
      "registryctl config load-nondistributable --empty");
  const auto options = AddLoadOptions(command, "ENTRY", "HOST, HOST:PORT or CIDR");
  OnRun(command, invocation, [options](Session& session) {
    v1::LoadAllowNondistributableArtifactsRequest request;
    *request.mutable_allow_nondistributable_artifacts() = {options->entries.begin(),
                                                           options->entries.end()};
    request.set_expected_version(options->expected_version);
    return ShowLoaded(session, session.client.LoadAllowNondistributableArtifacts(request));
  });
}

}  // namespace

void AddConfigLoadCommands(CLI::App& config, Invocation& invocation) {
  AddLoadMirrors(config, invocation);
  AddLoadInsecure(config, invocation);
  AddLoadNondistributable(config, invocation);
}

}  // namespace registryd::registryctl
