#ifndef REGISTRYD_SERVER_SETTINGS_HELP_TEXT_H_
#define REGISTRYD_SERVER_SETTINGS_HELP_TEXT_H_

#include <string>

namespace registryd {

// What `registryd --help` prints: usage, examples and every setting with its
// meaning, default and other names. At most 80 columns, ends in a newline.
std::string HelpText();

// The page docs/settings.md, in Markdown.
std::string SettingsPage();

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SETTINGS_HELP_TEXT_H_
