#ifndef REGISTRYD_REGISTRY_URI_URL_H_
#define REGISTRYD_REGISTRY_URI_URL_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/secret.h"

namespace registryd {

// A URL reference, read and printed as Go's net/url does. The addresses of
// registries and mirrors have to mean here what they mean to Docker Engine, and
// net/url differs from RFC 3986 and from curl in what it accepts and escapes.
//
// Where releases of Go differ: brackets hold nothing but an IPv6 address, and a
// host with several colons outside brackets ("http://fd00::9") is accepted.
class Url {
 public:
  // Returns INVALID_ARGUMENT (FIELD_INVALID, field "url") with net/url's message,
  // `parse "http://host:x": invalid port ":x" after host`. What may be a password
  // in it is masked, a part of one that the message would point at too.
  static absl::StatusOr<Url> Parse(absl::string_view text);

  const std::string& scheme() const { return scheme_; }      // Lower case; may be empty.
  const std::string& opaque() const { return opaque_; }      // What follows "scheme:", without '/'.
  const std::string& host() const { return host_; }          // Decoded HOST[:PORT].
  const std::string& path() const { return path_; }          // Escaped, as ToString writes it.
  const std::string& query() const { return query_; }        // Escaped, without '?'.
  const std::string& fragment() const { return fragment_; }  // Escaped, without '#'.
  bool has_user_info() const { return user_info_.has_value(); }
  // ToString writes a '?', be there anything behind it or not.
  bool has_query() const { return has_empty_query_ || !query_.empty(); }

  // host() without port and brackets, its zone included. A port is what follows the
  // last ':', if that is digits or nothing.
  std::string hostname() const;
  std::string port() const;

  // Decoded; empty without one.
  std::string username() const;
  Secret password() const;

  // What `reference` means on a page at this URL, as net/url's ResolveReference has it:
  // an absolute one is itself, but for the "." and ".." in its path.
  Url Resolve(const Url& reference) const;

  // This URL with another query, which is escaped already.
  Url WithQuery(absl::string_view query) const;

  // With the password, where there is one: for use, not for people.
  std::string ToString() const;
  // With "xxxxx" for the password. A user name is no secret.
  std::string Redacted() const;
  // As a request names it: without user information and fragment. What no request
  // line may hold is escaped in the query too.
  std::string RequestUrl() const;
  // For lists of URLs in messages: as RequestUrl, and without the query.
  std::string WithoutQuery() const;
  // As Redacted, and as if there were a password wherever there is a user name.
  std::string MaskedUserInfo() const;

 private:
  friend class UrlParser;

  struct UserInfo {
    std::string username;  // Escaped.
    std::optional<std::string> password;
  };

  Url() = default;
  std::string Print(absl::string_view user_info) const;

  std::string scheme_;
  std::string opaque_;
  std::optional<UserInfo> user_info_;
  std::string host_;
  std::string path_;
  std::string query_;
  std::string fragment_;
  bool has_authority_ = false;    // "//" was there, even if nothing followed.
  bool has_empty_query_ = false;  // A '?' with nothing behind it.
};

// SCHEME://HOST, or "SCHEME:" for an empty host, with the host escaped as
// Url::ToString does.
std::string UrlString(absl::string_view scheme, absl::string_view host);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_URL_H_
