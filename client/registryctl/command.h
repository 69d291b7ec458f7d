#ifndef REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_H_

#include <functional>
#include <ostream>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/time/time.h"
#include "client/client_options.h"
#include "client/registryctl/session.h"

// What the files with subcommands share. Each Add function gives `app` some
// subcommands; the one that a command line names sets `invocation`'s action.
namespace registryd::registryctl {

// A command line, understood.
struct Invocation {
  // Options that any subcommand takes.
  std::string address;
  client::TlsOptions tls;
  absl::Duration timeout = absl::Seconds(5);
  OutputFormat format = OutputFormat::kTable;

  // One of them is set: what to do with the service, or without it.
  Action action;
  std::function<void(std::ostream& out)> local_action;
};

// A subcommand. `examples` are whole command lines, one a line.
CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& examples);

// A subcommand that is only a group of others, one of which must be named.
CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& description);

// Makes `command` do `action`.
void OnRun(CLI::App* command, Invocation& invocation, Action action);

// resolve, parse, validate, search-index, hostname.
void AddReferenceCommands(CLI::App& app, Invocation& invocation);
// lookup, insecure, tls.
void AddEndpointCommands(CLI::App& app, Invocation& invocation);
// auth-key, auth-config.
void AddAuthCommands(CLI::App& app, Invocation& invocation);
// config get, set, prepare, commit, abort.
void AddConfigCommands(CLI::App& config, Invocation& invocation);
// config load-mirrors, load-insecure, load-nondistributable.
void AddConfigLoadCommands(CLI::App& config, Invocation& invocation);
// config watch.
void AddConfigWatchCommand(CLI::App& config, Invocation& invocation);
// health, version, completion.
void AddServiceCommands(CLI::App& app, Invocation& invocation);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_H_
