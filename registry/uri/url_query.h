#ifndef REGISTRYD_REGISTRY_URI_URL_QUERY_H_
#define REGISTRYD_REGISTRY_URI_URL_QUERY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace registryd {

// `text` as one name or value of a query, or of a form: Go's url.QueryEscape.
std::string QueryEscape(absl::string_view text);

// The parameters of a query, with the rules of Go's url.Values. A secret does not
// belong here: nothing is wiped.
//
//   UrlQuery query = UrlQuery::Parse(realm.query());
//   query.Add("service", "registry.example");
//   realm.WithQuery(query.Encode())
class UrlQuery {
 public:
  // Pairs that hold a ';' or a wrong escape are left out, as Go's URL.Query does.
  static UrlQuery Parse(absl::string_view query);

  // Behind what `name` has already.
  void Add(absl::string_view name, absl::string_view value);
  // In place of what `name` has.
  void Set(absl::string_view name, absl::string_view value);

  // "a=1&a=2&b=": by name, each one's values in order. Without '?'.
  std::string Encode() const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_URI_URL_QUERY_H_
