#include "client/registryctl/command.h"

#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace registryd::registryctl {

CLI::App* AddCommand(CLI::App& parent, const std::string& name, const std::string& description,
                     const std::string& examples) {
  CLI::App* const command = parent.add_subcommand(name, description);
  const std::vector<std::string> lines = absl::StrSplit(examples, '\n', absl::SkipEmpty());
  command->footer("Examples:\n  " + absl::StrJoin(lines, "\n  ") +
                  "\n\nOptions of every command, exit codes: registryctl --help");
  return command;
}

CLI::App* AddGroup(CLI::App& parent, const std::string& name, const std::string& description) {
  CLI::App* const group = parent.add_subcommand(name, description);
  group->require_subcommand(1);
  group->footer("More on each: registryctl " + name + " SUBCOMMAND --help");
  return group;
}

void OnRun(CLI::App* command, Invocation& invocation, Action action) {
  command->callback([&invocation, action = std::move(action)] { invocation.action = action; });
}

void OnRunUpstream(CLI::App* command, Invocation& invocation, Action action) {
  command->callback([&invocation, action = std::move(action)] {
    invocation.action = action;
    invocation.default_timeout = absl::Minutes(1);
  });
}

}  // namespace registryd::registryctl
