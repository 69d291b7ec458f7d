#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "client/registryctl/command.h"
#include "client/registryctl/docker_files.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

// What `prepare` and `set` make a configuration of.
struct ChangeOptions {
  std::string file;
  std::vector<std::string> mirrors;
  std::vector<std::string> insecure_registries;
  std::vector<std::string> nondistributable;
  bool empty = false;
  uint64_t expected_version = 0;
};

constexpr char kSources[] = "The whole of the configuration (one is required)";

void AddChangeOptions(CLI::App* command, const std::shared_ptr<ChangeOptions>& options) {
  CLI::Option* const file =
      command->add_option("--file", options->file, "Docker's daemon.json; - is standard input")
          ->type_name("FILE")
          ->group(kSources);
  CLI::Option* const empty =
      command->add_flag("--empty", options->empty, "Docker's defaults: three empty lists")
          ->group(kSources)
          ->excludes(file);
  const auto add_list = [&](const char* name, std::vector<std::string>& list, const char* type,
                            const char* help) {
    command->add_option(name, list, help)
        ->type_name(type)
        ->group(kSources)
        ->allow_extra_args(false)
        ->excludes(file)
        ->excludes(empty);
  };
  add_list("--mirror", options->mirrors, "URL", "Mirror of Docker Hub; repeat for more");
  add_list("--insecure-registry", options->insecure_registries, "HOST|CIDR",
           "Insecure registry; repeat for more");
  add_list("--allow-nondistributable-artifacts", options->nondistributable, "HOST|CIDR",
           "Registry that may be sent non-distributable artifacts; repeat for more");
  // Nobody shall empty a configuration by leaving its content out.
  command->parse_complete_callback([options] {
    if (options->file.empty() && options->mirrors.empty() && options->insecure_registries.empty() &&
        options->nondistributable.empty() && !options->empty) {
      throw CLI::RequiredError("--file, a list, or --empty");
    }
  });
  command
      ->add_option("--expected-version", options->expected_version,
                   "Fail unless this version is current")
      ->type_name("N");
}

absl::StatusOr<v1::PrepareServiceConfigResponse> Prepare(Session& session,
                                                         const ChangeOptions& options) {
  v1::PrepareServiceConfigRequest request;
  request.set_expected_version(options.expected_version);
  v1::ServiceOptions& lists = *request.mutable_options();
  if (!options.file.empty()) {
    const auto text = ReadInput(options.file, session.in);
    if (!text.ok()) return text.status();
    // Docker takes a blank file for {}. It may be what a command that failed has printed.
    if (absl::StripAsciiWhitespace(*text).empty()) {
      return absl::InvalidArgumentError(
          "the file is blank; an empty configuration is set by --empty");
    }
    auto file = ReadDaemonFile(*text);
    if (!file.ok()) return file.status();
    lists = *std::move(file);
  } else {
    *lists.mutable_mirrors() = {options.mirrors.begin(), options.mirrors.end()};
    *lists.mutable_insecure_registries() = {options.insecure_registries.begin(),
                                            options.insecure_registries.end()};
    *lists.mutable_allow_nondistributable_artifacts() = {options.nondistributable.begin(),
                                                         options.nondistributable.end()};
  }
  return session.client.PrepareServiceConfig(request);
}

absl::Status Commit(Session& session, const std::string& transaction, uint64_t expected_version) {
  v1::CommitServiceConfigRequest request;
  request.set_transaction_id(transaction);
  request.set_expected_version(expected_version);
  return Show(session, session.client.CommitServiceConfig(request),
              [](const auto& answer, std::ostream& out) {
                ViewConfig(answer.version(), answer.config(), out);
              });
}

void AddGet(CLI::App& config, Invocation& invocation) {
  CLI::App* const command = AddCommand(config, "get", "The current configuration",
                                       "registryctl config get\n"
                                       "registryctl config get -o json");
  OnRun(command, invocation, [](Session& session) {
    return Show(session, session.client.GetServiceConfig({}), ViewCurrentConfig);
  });
}

void AddSet(CLI::App& config, Invocation& invocation) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* const command =
      AddCommand(config, "set", "Replace the configuration: prepare and commit in one",
                 "registryctl config set --mirror https://mirror.example.com "
                 "--insecure-registry 10.0.0.0/8\n"
                 "registryctl config set --file /etc/docker/daemon.json --expected-version 3\n"
                 "registryctl config set --empty");
  AddChangeOptions(command, options);
  OnRun(command, invocation, [options](Session& session) -> absl::Status {
    const auto prepared = Prepare(session, *options);
    if (!prepared.ok()) return prepared.status();
    ViewWarnings(prepared->warnings(), session.err);
    return Commit(session, prepared->transaction_id(), options->expected_version);
  });
}

void AddPrepare(CLI::App& config, Invocation& invocation) {
  const auto options = std::make_shared<ChangeOptions>();
  CLI::App* const command = AddCommand(
      config, "prepare", "Validate a configuration and keep it for a commit",
      "registryctl config prepare --file /etc/docker/daemon.json\n"
      "registryctl config prepare --mirror https://a.example --mirror https://b.example\n"
      "registryctl config prepare --empty -o json");
  AddChangeOptions(command, options);
  OnRun(command, invocation, [options](Session& session) {
    return Show(session, Prepare(session, *options), ViewPrepared);
  });
}

void AddCommit(CLI::App& config, Invocation& invocation) {
  struct Options {
    std::string transaction;
    uint64_t expected_version = 0;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      AddCommand(config, "commit", "Make a prepared configuration current",
                 "registryctl config commit TRANSACTION\n"
                 "registryctl config commit TRANSACTION --expected-version 3");
  command->add_option("TRANSACTION", options->transaction, "As prepare printed it")->required();
  command
      ->add_option("--expected-version", options->expected_version,
                   "Fail unless this version is current")
      ->type_name("N");
  OnRun(command, invocation, [options](Session& session) {
    return Commit(session, options->transaction, options->expected_version);
  });
}

void AddAbort(CLI::App& config, Invocation& invocation) {
  const auto transaction = std::make_shared<std::string>();
  CLI::App* const command = AddCommand(config, "abort", "Forget a prepared configuration",
                                       "registryctl config abort TRANSACTION");
  command->add_option("TRANSACTION", *transaction, "As prepare printed it")->required();
  OnRun(command, invocation, [transaction](Session& session) {
    v1::AbortServiceConfigRequest request;
    request.set_transaction_id(*transaction);
    return Show(session, session.client.AbortServiceConfig(request),
                [](const auto&, std::ostream& out) { out << "aborted\n"; });
  });
}

}  // namespace

void AddConfigCommands(CLI::App& config, Invocation& invocation) {
  AddGet(config, invocation);
  AddSet(config, invocation);
  AddPrepare(config, invocation);
  AddCommit(config, invocation);
  AddAbort(config, invocation);
}

}  // namespace registryd::registryctl
