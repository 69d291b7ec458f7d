#include "server/settings/command_line.h"

#include <algorithm>
#include <utility>

#include "CLI/CLI.hpp"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/uri/password_mask.h"
#include "server/settings/nearest_name.h"

namespace registryd {
namespace {

using Action = CommandLine::Action;

constexpr std::pair<absl::string_view, Action> kActions[] = {
    {"-h,--help", Action::kHelp},
    {"--version", Action::kVersion},
    {"--settings-page", Action::kSettingsPage},
    {"--check-config", Action::kCheckConfig},
};

absl::Status Fault(absl::string_view flag, absl::string_view problem) {
  return FieldError(Reason::kSettingInvalid, flag, absl::StrCat(flag, ": ", problem));
}

// CLI11 takes "--flag=" for a flag whose value is the next argument. An empty
// value is an argument of its own, then.
std::vector<std::string> SplitEmptyValues(const std::vector<std::string>& arguments) {
  std::vector<std::string> result;
  for (const std::string& argument : arguments) {
    if (absl::StartsWith(argument, "--") && argument.find('=') == argument.size() - 1) {
      result.push_back(argument.substr(0, argument.size() - 1));
      result.emplace_back();
    } else {
      result.push_back(argument);
    }
  }
  return result;
}

absl::Status UnknownArgument(absl::string_view argument) {
  const size_t dashes = argument.find_first_not_of('-');
  if (dashes == 0 || dashes == absl::string_view::npos) {
    // It may be the value of a setting, after a space too many.
    return Fault(MaskPassword(argument),
                 "no argument is expected here; settings are given as --NAME VALUE");
  }
  std::vector<absl::string_view> names = {"help", "version", "check-config"};
  for (const Setting& setting : AllSettings()) names.push_back(setting.flag);
  const absl::string_view flag = argument.substr(0, argument.find('='));
  const absl::string_view nearest = NearestName(flag.substr(dashes), names);
  return Fault(flag, nearest.empty() ? "no such flag; see --help"
                                     : absl::StrCat("no such flag; is --", nearest, " meant?"));
}

absl::StatusOr<CommandLine> Collect(
    const CLI::App& app, const std::vector<CLI::Option*>& actions,
    const std::vector<std::pair<const Setting*, CLI::Option*>>& settings) {
  for (const std::string& argument : app.remaining()) return UnknownArgument(argument);
  CommandLine result;
  for (size_t i = actions.size(); i-- > 0;) {
    if (!actions[i]->empty()) result.action = kActions[i].second;
  }
  for (const auto& [setting, option] : settings) {
    if (option->empty()) continue;
    const std::string origin = absl::StrCat("--", setting->flag);
    if (setting->type != SettingType::kList && option->results().size() > 1) {
      return Fault(origin, "given more than once");
    }
    for (const std::string& text : option->results()) {
      // No value begins so: it is the next flag.
      if (absl::StartsWith(text, "--")) return Fault(origin, "needs a value");
    }
    result.values[setting->key] = {option->results(), origin};
  }
  return result;
}

}  // namespace

absl::StatusOr<CommandLine> ParseCommandLine(const std::vector<std::string>& arguments) {
  try {
    CLI::App app;
    app.set_help_flag();
    app.allow_extras();
    std::vector<CLI::Option*> actions;
    for (const auto& [name, action] : kActions) {
      actions.push_back(app.add_flag(std::string(name)));
    }
    std::vector<std::pair<const Setting*, CLI::Option*>> settings;
    for (const Setting& setting : AllSettings()) {
      CLI::Option* option = app.add_option(absl::StrCat("--", setting.flag));
      // One value each time, taken as it stands ("[::1]:50051" is no list).
      option->expected(1)->allow_extra_args(false);
      option->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
      settings.emplace_back(&setting, option);
    }
    std::vector<std::string> reversed = SplitEmptyValues(arguments);
    std::reverse(reversed.begin(), reversed.end());  // CLI11 takes them from the back.
    app.parse(std::move(reversed));
    return Collect(app, actions, settings);
  } catch (const CLI::Error& e) {
    return FieldError(Reason::kSettingInvalid, "command line", e.what());
  }
}

}  // namespace registryd
