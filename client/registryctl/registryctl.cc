#include "client/registryctl/registryctl.h"

#include <algorithm>
#include <memory>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/address.h"
#include "client/registry_client.h"
#include "client/registryctl/bracketed_arguments.h"
#include "client/registryctl/command_tree.h"
#include "client/registryctl/error_report.h"
#include "client/registryctl/exit_code.h"
#include "client/registryctl/session.h"
#include "client/registryctl/terminal_text.h"
#include "tools/build/build_info.h"

namespace registryd::registryctl {
namespace {

client::ClientOptions ClientOptionsOf(const Invocation& invocation) {
  client::ClientOptions options;
  options.address = invocation.address.empty() ? client::DefaultAddress() : invocation.address;
  options.timeout = invocation.timeout.value_or(invocation.default_timeout);
  options.user_agent = absl::StrCat("registryctl/", kVersion);
  const client::TlsOptions& tls = invocation.tls;
  if (!tls.ca_file.empty() || !tls.cert_file.empty() || !tls.server_name.empty()) {
    options.tls = tls;
  }
  return options;
}

// What is wrong with a command line. A word that is not known goes before what is
// missing, which is mostly for want of that word.
std::string Complaint(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unknown = app.remaining();
  if (unknown.empty() || error.get_name() != "RequiredError") return error.what();
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) command = command->get_subcommands().front();
  const bool group = command->get_require_subcommand_min() > 0;
  const char* const kind = unknown.front()[0] == '-' ? "option" : group ? "subcommand" : "argument";
  return absl::StrCat("unknown ", kind, " \"", unknown.front(), "\"");
}

// Reads `args`. Help and versions that were asked for go to `out`.
ExitCode Parse(CLI::App& app, const std::vector<std::string>& args, std::ostream& out,
               std::ostream& err) {
  if (!std::all_of(args.begin(), args.end(), IsUtf8)) {
    err << "registryctl: the arguments must be UTF-8\n";
    return ExitCode::kUsage;
  }
  try {
    // CLI11 takes them from the end.
    app.parse(GuardBrackets({args.rbegin(), args.rend()}));
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) {
      app.exit(error, out, err);
    } else {
      err << "registryctl: " << TerminalText(Complaint(app, error))
          << "\nSee registryctl --help, or --help after a subcommand.\n";
    }
    return error.get_exit_code() == 0 ? ExitCode::kOk : ExitCode::kUsage;
  }
  return ExitCode::kOk;
}

ExitCode RunAction(const Invocation& invocation, std::istream& in, std::ostream& out,
                   std::ostream& err, Terminals terminals) {
  const client::ClientOptions options = ClientOptionsOf(invocation);
  const auto client = client::RegistryClient::Create(options);
  if (!client.ok()) {
    err << "registryctl: " << TerminalText(client.status().message()) << "\n";
    return ExitCode::kUsage;
  }
  Session session{in, out, err, invocation.format, **client, terminals};
  const absl::Status status = invocation.action(session);
  if (!status.ok()) {
    out.flush();
    err << ErrorReport(status, options.address);
    return ExitCodeFor(status.code());
  }
  return session.negative ? ExitCode::kNegative : ExitCode::kOk;
}

}  // namespace

int RunRegistryctl(const std::vector<std::string>& args, std::istream& in, std::ostream& out,
                   std::ostream& err, Terminals terminals) {
  Invocation invocation;
  const std::unique_ptr<CLI::App> app = BuildCommandTree(invocation);
  ExitCode code = Parse(*app, args, out, err);
  if (invocation.local_action) {
    invocation.local_action(out);
  } else if (invocation.action) {
    code = RunAction(invocation, in, out, err, terminals);
  }
  if (!out.flush()) {
    err << "registryctl: the output cannot be written\n";
    if (code == ExitCode::kOk) code = ExitCode::kInternal;
  }
  return static_cast<int>(code);
}

}  // namespace registryd::registryctl
