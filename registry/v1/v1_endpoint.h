#ifndef REGISTRYD_REGISTRY_V1_V1_ENDPOINT_H_
#define REGISTRYD_REGISTRY_V1_V1_ENDPOINT_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd {

// The address of an index or registry that speaks V1: "https://HOST[:PORT][/PATH]", to
// which "/v1/" is added. Immutable.
class V1Endpoint {
 public:
  // `address` is HOST[:PORT], or a URL; without "http://" or "https://", "https://" is
  // put in front. One '/' and then a "/v1" are cut off its end.
  //
  // Returns INVALID_ARGUMENT (HOSTNAME_INVALID, field "endpoint") for an address that
  // ends in "/v2", for what is no URL, and for one without a host or with user
  // information, query or fragment; no password is quoted.
  static absl::StatusOr<V1Endpoint> Parse(absl::string_view address);

  // Of an index that a caller names: by its name, as ValidateIndexName has it, or by an
  // address, as Parse has it. Docker Hub's by its name, or without any: kIndexServer.
  //
  // Returns INVALID_ARGUMENT, field "endpoint": INDEX_NAME_INVALID for what can be no
  // index's name, HOSTNAME_INVALID for what CheckRegistryUrl refuses; errors of Parse.
  static absl::StatusOr<V1Endpoint> OfIndex(absl::string_view index);

  // "https://HOST[:PORT]/PATH/v1/".
  std::string ToString() const { return Path(""); }
  // ToString() with `path`, escaped as URLs are, behind it.
  std::string Path(absl::string_view path) const;
  // What "/v1/" is added to, and "/v2/" may be.
  std::string root() const;
  // "https://HOST[:PORT]".
  std::string origin() const;

  const std::string& scheme() const { return scheme_; }
  // HOST[:PORT], as in certs.d.
  const std::string& host() const { return host_; }

  // Docker Hub's index: known to be there, never pinged, never asked by http.
  bool is_index_server() const;

  // The same by "http" or "https".
  V1Endpoint WithScheme(absl::string_view scheme) const;

 private:
  V1Endpoint() = default;

  std::string scheme_;
  std::string host_;
  std::string path_;  // Escaped; empty, or beginning with '/'.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_ENDPOINT_H_
