#include "server/settings/help_text.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "server/settings/setting.h"

namespace registryd {
namespace {

constexpr size_t kColumns = 80;

constexpr absl::string_view kHelpHead =
    R"(registryd answers over gRPC what a fleet asks about container image registries:
which repository a reference means, which endpoints to try, whom to trust.

Usage: registryd [--SETTING VALUE]...

  registryd
      Docker's defaults, on a Unix socket and on 127.0.0.1:50051.
  registryd --config /etc/docker/daemon.json
      The registries that Docker Engine on this machine is configured for.
  registryd --listen 127.0.0.1:50051 --registry-mirror https://mirror.example
      One address, one mirror of Docker Hub.
  registryd --listen 0.0.0.0:50051 --tls-cert server.pem --tls-key server.key \
            --tls-client-ca clients.pem --admin operator.example
      For other machines: both sides show a certificate.
  registryd --check-config --config FILE
      Says whether FILE, environment and flags are good, and exits.

A flag beats the environment, the environment beats the configuration file.
A list is a repeated flag, a comma-separated variable or a JSON array; the word
none stands for an empty one. Durations are written 90s or 1m30s.

Actions:
  -h, --help         Print this text.
  --version          Print the version and the commit it was built from.
  --check-config     Validate all settings and exit: 0 good, 2 not.
)";

constexpr absl::string_view kPageHead = R"(# Settings

Each setting can be given as a flag, as an environment variable, or in the
configuration file; a flag beats the environment, the environment beats the
file, and the file beats the default.

- **Lists** are a repeated flag, a comma-separated variable, or a JSON array of
  strings. The word `none`, alone, stands for an empty list.
- **Durations** are written `90s` or `1m30s`; in the file they are strings.
- **Switches** are `on` or `off`; in the file `true` or `false`.
- An environment variable that is empty counts as not set.
- A reload (SIGHUP, or a change of the file) applies the settings marked so.
  The others take a restart, and a reload says so in the log.

The file has the form of Docker's `daemon.json`, and may be that very file: the
three lists of registries stand at its top, where Docker has them, and
everything else in an object `registryd`. Keys that only Docker knows are
ignored; a key in `registryd` that is no setting is an error.

```json
{
  "registry-mirrors": ["https://mirror.example"],
  "insecure-registries": ["10.0.0.0/8", "registry.internal:5000"],
  "registryd": {
    "listen": ["unix:/run/registryd/registryd.sock", "127.0.0.1:50051"],
    "drain-timeout": "1m",
    "max-connections": 1000
  }
}
```

`registryd --check-config` says whether all of it is good; `registryd --help`
prints the same settings for a terminal. This page is what
`registryd --settings-page` prints; a test keeps it so.
)";

// `text` in lines of at most kColumns, each indented.
std::string Wrapped(absl::string_view text, size_t indent) {
  std::string result;
  size_t column = 0;
  for (const absl::string_view word : absl::StrSplit(text, ' ')) {
    if (column == 0 || column + 1 + word.size() > kColumns) {
      absl::StrAppend(&result, column == 0 ? "" : "\n", std::string(indent, ' '), word);
      column = indent + word.size();
    } else {
      absl::StrAppend(&result, " ", word);
      column += 1 + word.size();
    }
  }
  return result + "\n";
}

// What must not be broken across lines has this for its spaces.
constexpr char kHardSpace = '\x01';

std::string Names(const Setting& setting) {
  std::vector<std::string> parts = {absl::StrCat("Default: ", DefaultText(setting), "."),
                                    absl::StrCat("Environment: ", EnvironmentName(setting), ".")};
  if (setting.in_file != Setting::InFile::kNo) {
    parts.push_back(absl::StrCat("File: ", FileKey(setting), "."));
  }
  std::string result;
  for (const std::string& part : parts) {
    absl::StrAppend(&result, result.empty() ? "" : " ",
                    absl::StrReplaceAll(part, {{" ", std::string(1, kHardSpace)}}));
  }
  return result;
}

std::string HelpEntry(const Setting& setting) {
  std::string entry = absl::StrCat("  --", setting.flag, " ", setting.placeholder,
                                   setting.type == SettingType::kList ? "  (repeatable)" : "", "\n",
                                   Wrapped(setting.meaning, 6), Wrapped(Names(setting), 6));
  return absl::StrReplaceAll(entry, {{std::string(1, kHardSpace), " "}});
}

std::string Code(absl::string_view text) {
  return text.empty() ? "" : absl::StrCat("`", absl::StrReplaceAll(text, {{"|", "\\|"}}), "`");
}

std::string PageEntry(const Setting& setting) {
  const std::string file_key = FileKey(setting);
  return absl::StrCat("\n### ", setting.key, "\n\n", Wrapped(setting.meaning, 0), "\n",
                      "| flag | environment | file | default | reload |\n|---|---|---|---|---|\n| ",
                      Code(absl::StrCat("--", setting.flag, " ", setting.placeholder)), " | ",
                      Code(EnvironmentName(setting)), " | ",
                      file_key.empty() ? "no" : Code(file_key), " | ", Code(DefaultText(setting)),
                      " | ", setting.reloadable ? "yes" : "no", " |\n");
}

}  // namespace

std::string HelpText() {
  std::string text(kHelpHead);
  absl::string_view group;
  for (const Setting& setting : AllSettings()) {
    if (setting.group != group) absl::StrAppend(&text, "\n", setting.group, ":\n");
    group = setting.group;
    absl::StrAppend(&text, HelpEntry(setting));
  }
  return text;
}

std::string SettingsPage() {
  std::string page(kPageHead);
  absl::string_view group;
  for (const Setting& setting : AllSettings()) {
    if (setting.group != group) absl::StrAppend(&page, "\n## ", setting.group, "\n");
    group = setting.group;
    absl::StrAppend(&page, PageEntry(setting));
  }
  return page;
}

}  // namespace registryd
