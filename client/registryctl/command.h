#ifndef REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_H_

#include <functional>
#include <optional>
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
  std::optional<absl::Duration> timeout;
  OutputFormat format = OutputFormat::kTable;

  // Without a `timeout`; the subcommand may set another.
  absl::Duration default_timeout = absl::Seconds(5);

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

// The same for what the service answers only when a registry has answered it: calls
// may take a minute.
void OnRunUpstream(CLI::App* command, Invocation& invocation, Action action);

// resolve, parse, validate, search-index, hostname.
void AddReferenceCommands(CLI::App& app, Invocation& invocation);
// lookup, insecure, tls.
void AddEndpointCommands(CLI::App& app, Invocation& invocation);
// login.
void AddLoginCommand(CLI::App& app, Invocation& invocation);
// ping.
void AddPingCommand(CLI::App& app, Invocation& invocation);
// search.
void AddSearchCommand(CLI::App& app, Invocation& invocation);
// auth-key, auth-config.
void AddAuthCommands(CLI::App& app, Invocation& invocation);
// config get, set, prepare, commit, abort.
void AddConfigCommands(CLI::App& config, Invocation& invocation);
// config load-mirrors, load-insecure, load-nondistributable.
void AddConfigLoadCommands(CLI::App& config, Invocation& invocation);
// config watch.
void AddConfigWatchCommand(CLI::App& config, Invocation& invocation);
// v1 ping, tags, images, history, json, search.
void AddV1ReadCommands(CLI::App& v1, Invocation& invocation);
// v1 pull-layer.
void AddV1PullCommand(CLI::App& v1, Invocation& invocation);
// v1 push-layer, tag.
void AddV1PushCommands(CLI::App& v1, Invocation& invocation);
// health, version, completion.
void AddServiceCommands(CLI::App& app, Invocation& invocation);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_COMMAND_H_
