#include "client/registryctl/completion.h"

#include <algorithm>
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
  // Its options whose value has another type than under the same name elsewhere.
  std::map<std::string, std::string> types;
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

// `words` without those that are among `own` too.
std::vector<Word> Without(const std::vector<Word>& own, std::vector<Word> words) {
  const auto is_own = [&own](const Word& word) {
    return std::any_of(own.begin(), own.end(),
                       [&word](const Word& other) { return other.text == word.text; });
  };
  words.erase(std::remove_if(words.begin(), words.end(), is_own), words.end());
  return words;
}

// Whether an option takes a value of another type elsewhere.
bool HasOtherType(const Grammar& grammar, const std::string& spelling, const std::string& type) {
  return std::any_of(grammar.valued.begin(), grammar.valued.end(), [&](const auto& entry) {
    return entry.first != type && entry.second.count(spelling) > 0;
  });
}

void Walk(const CLI::App& app, const std::string& path, const std::vector<Word>& inherited,
          Grammar& grammar) {
  Command command{path, {}, {}};
  for (const CLI::App* const child : app.get_subcommands({})) {
    command.words.push_back({child->get_name(), child->get_description()});
  }
  Append(Choices(app), command.words);
  Append(Options(app, false), command.words);
  const std::vector<Word> passed_down = Without(Options(app, false), inherited);
  Append(passed_down, command.words);
  for (const CLI::Option* const option : app.get_options()) {
    if (option->get_expected_max() == 0) continue;  // A flag.
    const std::string type = option->get_type_name();
    for (const std::string& spelling : Spellings(*option)) {
      if (HasOtherType(grammar, spelling, type)) {
        command.types[spelling] = type;
      } else {
        grammar.valued[type].insert(spelling);
      }
    }
  }
  grammar.commands.push_back(std::move(command));
  std::vector<Word> passed_on = passed_down;
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

// What completes a value of `type`; empty: nothing does.
std::string BashValue(const std::string& type) {
  if (type == "FILE") return "compopt -o default; ";
  if (!IsChoice(type)) return "";
  return absl::StrCat("COMPREPLY=($(compgen -W ", Quote(WordsOf(type)), " -- \"$current\")); ");
}

std::string ZshValue(const std::string& type) {
  if (type == "FILE") return "_files; ";
  return IsChoice(type) ? absl::StrCat("compadd -- ", WordsOf(type), "; ") : "";
}

// A `case` for the options that mean something else after one command than elsewhere, by
// `value`, with `open` before each pattern. Empty if there are none.
std::string OwnValues(const Grammar& grammar, absl::string_view open,
                      std::string (*value)(const std::string& type)) {
  std::string cases;
  for (const Command& command : grammar.commands) {
    for (const auto& [option, type] : command.types) {
      absl::StrAppend(&cases, "    ", open, Quote(absl::StrCat(command.path, " ", option)), ") ",
                      value(type), "return ;;\n");
    }
  }
  if (cases.empty()) return "";
  return absl::StrCat("  case \"$command $option\" in\n", cases, "  esac\n");
}

std::string BashScript(const Grammar& grammar) {
  std::string values;
  for (const auto& [type, spellings] : grammar.valued) {
    const std::string value = BashValue(type);
    if (value.empty()) continue;
    absl::StrAppend(&values, "    ", absl::StrJoin(spellings, "|"), ") ", value, "return ;;\n");
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
$4  case $$option in
$2    ?*) return ;;
  esac
  case $$command in
$3  esac
}
complete -F _registryctl registryctl
)",
                          AllValued(grammar, "|"), QuotedPaths(grammar, "|"), values, commands,
                          OwnValues(grammar, "", BashValue));
}

std::string ZshScript(const Grammar& grammar) {
  std::string values;
  for (const auto& [type, spellings] : grammar.valued) {
    const std::string value = ZshValue(type);
    if (value.empty()) continue;
    absl::StrAppend(&values, "    (", absl::StrJoin(spellings, "|"), ") ", value, "return ;;\n");
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
$4  case $$option in
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
                          AllValued(grammar, "|"), QuotedPaths(grammar, "|"), values, commands,
                          OwnValues(grammar, "(", ZshValue));
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
  const auto own = command.types.find(word.text);
  const auto elsewhere = types.find(word.text);
  if (own != command.types.end() || elsewhere != types.end()) {
    const std::string& type = own != command.types.end() ? own->second : elsewhere->second;
    absl::StrAppend(&line, type == "FILE" ? " -r -F" : " -x");
    if (IsChoice(type)) absl::StrAppend(&line, " -a ", Quote(WordsOf(type)));
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
