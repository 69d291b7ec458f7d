#include "client/registryctl/bracketed_arguments.h"

namespace registryd::registryctl {
namespace {

constexpr char kGuard = ' ';

}  // namespace

std::vector<std::string> GuardBrackets(std::vector<std::string> args) {
  for (std::string& arg : args) {
    if (!arg.empty() && arg.front() == '[' && arg.back() == ']') arg.insert(arg.begin(), kGuard);
  }
  return args;
}

void TakeBrackets(CLI::App& app) {
  for (CLI::Option* const option : app.get_options()) {
    if (option->get_expected_max() == 0) continue;  // A flag.
    option->transform(CLI::Validator(
        [](std::string& value) {
          if (value.size() > 1 && value[0] == kGuard && value[1] == '[') value.erase(0, 1);
          return std::string();
        },
        /*description=*/""));
  }
  for (CLI::App* const command : app.get_subcommands([](CLI::App*) { return true; })) {
    TakeBrackets(*command);
  }
}

}  // namespace registryd::registryctl
