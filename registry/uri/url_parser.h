#ifndef REGISTRYD_REGISTRY_URI_URL_PARSER_H_
#define REGISTRYD_REGISTRY_URI_URL_PARSER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "registry/uri/url.h"
#include "registry/uri/url_escape.h"

namespace registryd {

// Reads one URL, as net/url's parser does. A step of Url::Parse, for its use alone.
class UrlParser {
 public:
  // `text` outlives the parser.
  explicit UrlParser(absl::string_view text) : text_(text) {}

  // Fills `url` in. False, and error() set, if the text is no URL.
  bool Parse(Url& url);

  // Go's message for people, without a password.
  const std::string& error() const { return error_; }

 private:
  bool ParseWithoutFragment(absl::string_view text, Url& url);
  bool ParseScheme(absl::string_view& text, Url& url);
  bool ParseAuthority(absl::string_view text, Url& url);
  bool ParseUserInfo(absl::string_view text, Url& url);
  bool ParseHost(absl::string_view text, Url& url);
  bool ParseBracketedHost(absl::string_view text, Url& url);
  bool CheckPort(absl::string_view colon_port);
  bool Unescape(absl::string_view text, UrlPart part, std::string& decoded);
  // Decodes, to see whether it can be, and keeps the escaped form.
  bool Normalize(absl::string_view text, UrlPart part, std::string& escaped);

  // These return false. `where` is a part of the text that the message points at.
  bool Fail(absl::string_view message);
  bool Fail(absl::string_view before, absl::string_view where, absl::string_view after);

  const absl::string_view text_;
  std::string error_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_URL_PARSER_H_
