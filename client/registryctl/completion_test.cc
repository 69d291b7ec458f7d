#include "client/registryctl/completion.h"

#include <string>

#include "absl/strings/match.h"
#include "client/registryctl/command_tree.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Script(const char* shell) {
  Invocation invocation;
  return CompletionScript(*BuildCommandTree(invocation), shell);
}

// A small tree whose script can be compared as a whole.
std::string SmallScript(const char* shell) {
  CLI::App app("Tool", "registryctl");
  std::string text;
  app.add_option("-o,--output", text, "It's a format")->type_name("table|json");
  app.add_subcommand("config", "Settings")->add_option("--file", text, "Source")->type_name("FILE");
  return CompletionScript(app, shell);
}

TEST(CompletionTest, BashScript) {
  EXPECT_EQ(SmallScript("bash"), R"(# bash completion for registryctl
_registryctl() {
  local current=${COMP_WORDS[COMP_CWORD]} command=registryctl option= word i
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]}
    if [[ $word == '=' ]]; then continue; fi
    if [[ -n $option ]]; then option=; continue; fi
    case $word in
      --file|--output|-o) option=$word ;;
      *) case "$command $word" in
           'registryctl config') command="$command $word" ;;
         esac ;;
    esac
  done
  if [[ $current == '=' ]]; then current=; fi
  COMPREPLY=()
  case $option in
    --file) compopt -o default; return ;;
    --output|-o) COMPREPLY=($(compgen -W 'table json' -- "$current")); return ;;
    ?*) return ;;
  esac
  case $command in
    'registryctl') COMPREPLY=($(compgen -W 'config -h --help -o --output' -- "$current")) ;;
    'registryctl config') COMPREPLY=($(compgen -W '-h --help --file -o --output' -- "$current")) ;;
  esac
}
complete -F _registryctl registryctl
)");
}

TEST(CompletionTest, ZshScriptDescribes) {
  const std::string script = SmallScript("zsh");
  EXPECT_THAT(script, HasSubstr("'--output:It'\\''s a format'"));
  EXPECT_THAT(script, HasSubstr("(--output|-o) compadd -- table json; return ;;"));
  EXPECT_THAT(script, HasSubstr("(--file) _files; return ;;"));
  EXPECT_THAT(script, HasSubstr("${funcstack[1]}"));
}

TEST(CompletionTest, FishScriptDescribes) {
  const std::string script = SmallScript("fish");
  EXPECT_THAT(script, HasSubstr("complete -c registryctl -n 'test (__registryctl_command) = "
                                "\"registryctl config\"' -l file -r -F -d 'Source'\n"));
  EXPECT_THAT(script, HasSubstr("-s o -x -a 'table json' -d 'It\\'s a format'\n"));
  EXPECT_THAT(script, HasSubstr("= \"registryctl\"' -a config -d 'Settings'\n"));
}

TEST(CompletionTest, KnowsEveryCommand) {
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    const std::string script = Script(shell);
    EXPECT_FALSE(absl::StrContains(script, "{table")) << "a validator's text is no value";
    for (const char* const command : {"resolve",
                                      "parse",
                                      "lookup",
                                      "insecure",
                                      "tls",
                                      "validate",
                                      "search-index",
                                      "hostname",
                                      "ping",
                                      "login",
                                      "search",
                                      "--password-stdin",
                                      "auth-key",
                                      "auth-config",
                                      "config",
                                      "health",
                                      "version",
                                      "completion",
                                      "pull",
                                      "push",
                                      "mirror",
                                      "index-name",
                                      "reference",
                                      "get",
                                      "set",
                                      "prepare",
                                      "commit",
                                      "abort",
                                      "load-mirrors",
                                      "load-insecure",
                                      "load-nondistributable",
                                      "watch",
                                      "pull-layer",
                                      "push-layer",
                                      "zsh"}) {
      EXPECT_TRUE(absl::StrContains(script, command)) << shell << " " << command;
    }
  }
}

// Everywhere but there, -o is the format.
TEST(CompletionTest, AnOptionMayMeanSomethingElseAfterOneCommand) {
  EXPECT_THAT(Script("bash"),
              AllOf(HasSubstr("  case \"$command $option\" in\n"
                              "    'registryctl v1 pull-layer -o') compopt -o default; return ;;\n"
                              "  esac\n"),
                    HasSubstr("    --output|-o) COMPREPLY=($(compgen -W 'table json' ")));
  EXPECT_THAT(Script("zsh"), AllOf(HasSubstr("    ('registryctl v1 pull-layer -o') _files; return"),
                                   HasSubstr("    (--output|-o) compadd -- table json; ")));
  const std::string fish = Script("fish");
  EXPECT_THAT(fish, HasSubstr("(__registryctl_command) = \"registryctl v1 pull-layer\"' "
                              "-s o -r -F -d 'Where the layer goes"));
  EXPECT_THAT(fish, Not(HasSubstr("pull-layer\"' -s o -x"))) << "it has one meaning there";
  EXPECT_THAT(fish, HasSubstr("\"registryctl v1 tags\"' -s o -x -a 'table json'"));
}

TEST(CompletionTest, AnotherShellHasNone) { EXPECT_EQ(Script("csh"), ""); }

}  // namespace
}  // namespace registryd::registryctl
