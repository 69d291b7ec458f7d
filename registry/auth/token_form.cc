#include "registry/auth/token_form.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "registry/auth/auth_config.h"
#include "registry/uri/url_query.h"

namespace registryd {
namespace {

// A form with secrets. It never grows beyond what was reserved for it, so that no copy
// is left behind.
class SecretForm {
 public:
  explicit SecretForm(size_t max_bytes) { text_.reserve(max_bytes); }
  ~SecretForm() { Wipe(text_); }

  void Add(absl::string_view name, absl::string_view value) {
    std::string escaped = QueryEscape(value);
    absl::StrAppend(&text_, text_.empty() ? "" : "&", name, "=", escaped);
    Wipe(escaped);
  }

  Secret Take() { return Secret(std::move(text_)); }

 private:
  std::string text_;
};

}  // namespace

std::string TokenUrl(const Url& realm, const TokenRequest& request, bool has_account) {
  UrlQuery query = UrlQuery::Parse(realm.query());
  if (!request.service.empty()) query.Add("service", request.service);
  for (const std::string& scope : request.scopes) query.Add("scope", scope);
  if (request.offline) {
    query.Add("offline_token", "true");
    query.Add("client_id", kAuthClientId);
  }
  if (has_account) query.Add("account", request.credentials->username);
  return realm.WithQuery(query.Encode()).RequestUrl();
}

Secret TokenForm(const TokenRequest& request) {
  const AuthConfig& credentials = *request.credentials;
  const std::string scope = absl::StrJoin(request.scopes, " ");
  // Each byte may take three; the names and what is fixed take less than 256.
  SecretForm form(256 + 3 * (credentials.username.size() + credentials.password.Reveal().size() +
                             credentials.identity_token.Reveal().size() + scope.size() +
                             request.service.size()));
  const bool has_password = credentials.identity_token.empty();
  if (has_password) form.Add("access_type", "offline");
  form.Add("client_id", kAuthClientId);
  form.Add("grant_type", has_password ? "password" : "refresh_token");
  if (has_password) {
    form.Add("password", credentials.password.Reveal());
  } else {
    form.Add("refresh_token", credentials.identity_token.Reveal());
  }
  form.Add("scope", scope);
  form.Add("service", request.service);
  if (has_password) form.Add("username", credentials.username);
  return form.Take();
}

Secret BasicAuthorization(absl::string_view username, const Secret& password) {
  std::string plain = absl::StrCat(username, ":", password.Reveal());
  std::string encoded = absl::Base64Escape(plain);
  Wipe(plain);
  Secret value(absl::StrCat("Basic ", encoded));
  Wipe(encoded);
  return value;
}

}  // namespace registryd
