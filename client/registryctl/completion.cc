#include "client/registryctl/completion.h"

#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/substitute.h"

namespace registryd::registryctl {
namespace {

// A word that may come next, and what it means.
struct Word {
  std::string text;
  std::string description;
};

// A command and what may follow it: `registryctl config`.
struct Command {
  std::string path;
  std::vector<Word> words;
};

// What a script needs to know of a command line.
struct Grammar {
  std::vector<Command> commands;
  // Options that take a value, by that value's type: `FILE`, `table|json`, `N`.
  std::map<std::string, std::set<std::string>> valued;
};

std::vector<std::string> Spellings(const CLI::Option& option) {
  std::vector<std::string> spellings;
  for (const std::string& name : option.get_snames()) spellings.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) spellings.push_back("--" + name);
  return spellings;
}

// The options of `app` are known to its subcommands too, but for --help, which
// each has itself.
std::vector<Word> Options(const CLI::App& app, bool inherited) {
  std::vector<Word> words;
  for (const CLI::Option* const option : app.get_options()) {
    if (inherited && option == app.get_help_ptr()) continue;
    for (const std::string& spelling : Spellings(*option)) {
      words.push_back({spelling, option->get_description()});
    }
  }
  return words;
}

// The words that a command's positional argument may be.
std::vector<Word> Choices(const CLI::App& app) {
  std::vector<Word> words;
  for (const CLI::Option* const option : app.get_options()) {
    if (!option->get_positional() || !absl::StrContains(option->get_type_name(), '|')) continue;
    for (const absl::string_view choice : absl::StrSplit(option->get_type_name(), '|')) {
      words.push_back({std::string(choice), option->get_description()});
    }
  }
  return words;
}

void Append(std::vector<Word> more, std::vector<Word>& words) {
  words.insert(words.end(), more.begin(), more.end());
}

void Walk(const CLI::App& app, const std::string& path, const std::vector<Word>& inherited,
          Grammar& grammar) {
  Command command{path, {}};
  for (const CLI::App* const child : app.get_subcommands({})) {
    command.words.push_back({child->get_name(), child->get_description()});
  }
  Append(Choices(app), command.words);
  Append(Options(app, false), command.words);
  Append(inherited, command.words);
  grammar.commands.push_back(std::move(command));
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_expected_max() == 0) continue;  // A flag.
    for (const std::string& spelling : Spellings(*option)) {
      grammar.valued[option->get_type_name()].insert(spelling);
    }
  }
  std::vector<Word> passed_on = inherited;
  Append(Options(app, true), passed_on);
  for (const CLI::App* const child : app.get_subcommands({})) {
    Walk(*child, absl::StrCat(path, " ", child->get_name()), passed_on, grammar);
  }
}

std::string Quote(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

std::string QuotedPaths(const Grammar& grammar, absl::string_view separator) {
  std::vector<std::string> paths;
  for (size_t i = 1; i < grammar.commands.size(); ++i) {
    paths.push_back(Quote(grammar.commands[i].path));
  }
  return absl::StrJoin(paths, separator);
}

std::string AllValued(const Grammar& grammar, absl::string_view separator) {
  std::set<std::string> options;
  for (const auto& [type, spellings] : grammar.valued) {
    options.insert(spellings.begin(), spellings.end());
  }
  return absl::StrJoin(options, separator);
}

std::string WordsOf(absl::string_view type) { return absl::StrReplaceAll(type, {{"|", " "}}); }

bool IsChoice(absl::string_view type) {
  // `HOST|CIDR` names kinds of values, `table|json` values.
  return absl::StrContains(type, '|') && absl::AsciiStrToLower(type) == type;
}

std::string BashScript(const Grammar& grammar) {
  std::string values;
  for (const auto& [type, spellings] : grammar.valued) {
    const std::string options = absl::StrJoin(spellings, "|");
    if (type == "FILE") {
      absl::StrAppend(&values, "    ", options, ") compopt -o default; return ;;\n");
    } else if (IsChoice(type)) {
      absl::StrAppend(&values, "    ", options, ") COMPREPLY=($(compgen -W ", Quote(WordsOf(type)),
                      " -- \"$current\")); return ;;\n");
    }
  }
  std::string commands;
  for (const Command& command : grammar.commands) {
    const std::string words =
        absl::StrJoin(command.words, " ",
                      [](std::string* out, const Word& word) { absl::StrAppend(out, word.text); });
    absl::StrAppend(&commands, "    ", Quote(command.path), ") COMPREPLY=($(compgen -W ",
                    Quote(words), " -- \"$current\")) ;;\n");
  }
  return absl::Substitute(R"(# bash completion for registryctl
_registryctl() {
  local current=$${COMP_WORDS[COMP_CWORD]} command=registryctl option= word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=$${COMP_WORDS[i]}
    if [[ $$word == '=' ]]; then continue; fi
    if [[ -n $$option ]]; then option=; continue; fi
    case $$word in
      $0) option=$$word ;;
      *) case "$$command $$word" in
           $1) command="$$command $$word" ;;
         esac ;;
    esac
  done
  if [[ $$current == '=' ]]; then current=; fi
  COMPREPLY=()
  case $$option in
$2    ?*) return ;;
  esac
  case $$command in
$3  esac
}
complete -F _registryctl registryctl
)",
                          AllValued(grammar, "|"), QuotedPaths(grammar, "|"), values, commands);
}

std::string ZshScript(const Grammar& grammar) {
  std::string values;
  for (const auto& [type, spellings] : grammar.valued) {
    const std::string options = absl::StrJoin(spellings, "|");
    if (type == "FILE") {
      absl::StrAppend(&values, "    (", options, ") _files; return ;;\n");
    } else if (IsChoice(type)) {
      absl::StrAppend(&values, "    (", options, ") compadd -- ", WordsOf(type), "; return ;;\n");
    }
  }
  std::string commands;
  for (const Command& command : grammar.commands) {
    absl::StrAppend(&commands, "    (", Quote(command.path), ")\n      candidates=(\n");
    for (const Word& word : command.words) {
      absl::StrAppend(&commands, "        ", Quote(absl::StrCat(word.text, ":", word.description)),
                      "\n");
    }
    absl::StrAppend(&commands, "      ) ;;\n");
  }
  return absl::Substitute(R"(#compdef registryctl
_registryctl() {
  local command=registryctl option= word
  local -a candidates
  for word in "$${(@)words[2,CURRENT-1]}"; do
    if [[ -n $$option ]]; then option=; continue; fi
    case $$word in
      ($0) option=$$word ;;
      (*) case "$$command $$word" in
            ($1) command="$$command $$word" ;;
          esac ;;
    esac
  done
  case $$option in
$2    (?*) return 1 ;;
  esac
  case $$command in
$3  esac
  _describe registryctl candidates
}
if [[ $${funcstack[1]} == _registryctl ]]; then
  _registryctl "$$@"
else
  compdef _registryctl registryctl
fi
)",
                          AllValued(grammar, "|"), QuotedPaths(grammar, "|"), values, commands);
}

// One `complete` line for an option or a subcommand of `command`.
std::string FishLine(const Command& command, const Word& word,
                     const std::map<std::string, std::string>& types) {
  std::string line = absl::StrCat("complete -c registryctl -n 'test (__registryctl_command) = \"",
                                  command.path, "\"'");
  if (absl::StartsWith(word.text, "--")) {
    absl::StrAppend(&line, " -l ", word.text.substr(2));
  } else if (absl::StartsWith(word.text, "-")) {
    absl::StrAppend(&line, " -s ", word.text.substr(1));
  } else {
    absl::StrAppend(&line, " -a ", word.text);
  }
  const auto type = types.find(word.text);
  if (type != types.end()) {
    absl::StrAppend(&line, type->second == "FILE" ? " -r -F" : " -x");
    if (IsChoice(type->second)) absl::StrAppend(&line, " -a ", Quote(WordsOf(type->second)));
  }
  // Within fish's single quotes, a backslash escapes.
  return absl::StrCat(line, " -d '", absl::StrReplaceAll(word.description, {{"'", "\\'"}}), "'\n");
}

std::string FishScript(const Grammar& grammar) {
  std::map<std::string, std::string> types;
  for (const auto& [type, spellings] : grammar.valued) {
    for (const std::string& spelling : spellings) types[spelling] = type;
  }
  std::string lines;
  for (const Command& command : grammar.commands) {
    for (const Word& word : command.words) absl::StrAppend(&lines, FishLine(command, word, types));
  }
  return absl::Substitute(R"(# fish completion for registryctl
function __registryctl_command
  set -l command registryctl
  set -l option 0
  for word in (commandline -opc)[2..-1]
    if test $$option = 1
      set option 0
      continue
    end
    switch $$word
      case $0
        set option 1
      case '*'
        switch "$$command $$word"
          case $1
            set command "$$command $$word"
        end
    end
  end
  echo $$command
end
complete -c registryctl -f
$2)",
                          AllValued(grammar, " "), QuotedPaths(grammar, " "), lines);
}

}  // namespace

std::string CompletionScript(const CLI::App& app, absl::string_view shell) {
  Grammar grammar;
  Walk(app, app.get_name(), {}, grammar);
  if (shell == "bash") return BashScript(grammar);
  if (shell == "zsh") return ZshScript(grammar);
  if (shell == "fish") return FishScript(grammar);
  return "";
}

}  // namespace registryd::registryctl
