#ifndef REGISTRYD_SERVER_LISTEN_TLS_FILES_H_
#define REGISTRYD_SERVER_LISTEN_TLS_FILES_H_

#include <string>

#include "absl/status/statusor.h"
#include "registry/base/secret.h"

namespace registryd {

// What a TLS listener is made of. Paths of PEM files.
struct TlsOptions {
  // The server's certificate, then those that lead to its root.
  std::string certificate_file;
  std::string key_file;
  // Who may sign clients' certificates. Required with require_client_certificate;
  // must be empty without.
  std::string client_ca_file;
  // Without it strangers reach the HTTP/2 parser, and every caller is a reader.
  bool require_client_certificate = true;
};

// The content of the files.
struct TlsMaterials {
  std::string certificate_pem;
  Secret key_pem;
  std::string client_ca_pem;

  friend bool operator==(const TlsMaterials& a, const TlsMaterials& b) {
    return a.certificate_pem == b.certificate_pem && a.key_pem == b.key_pem &&
           a.client_ca_pem == b.client_ca_pem;
  }
};

// Reads the files. INVALID_ARGUMENT, reason SETTING_INVALID, the flag as field
// ("tls-key"), if a path is missing or uncalled for, or a file cannot be read
// or is larger than a mebibyte.
absl::StatusOr<TlsMaterials> ReadTlsFiles(const TlsOptions& options);

// Whether a listener can be made of `materials`, which were read as `options`
// says. Errors as above: no certificate, no usable key, a key that is not the
// certificate's, no client authority.
absl::Status CheckTlsMaterials(const TlsOptions& options, const TlsMaterials& materials);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_LISTEN_TLS_FILES_H_
