#ifndef REGISTRYD_REGISTRY_TLS_IDENTITY_IDENTITY_CHECK_H_
#define REGISTRYD_REGISTRY_TLS_IDENTITY_IDENTITY_CHECK_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace registryd {

// Checks of the PEM files that make up one end of a TLS connection, before a TLS
// library that reports less is given them. Each returns INVALID_ARGUMENT, without
// payload, with a message that continues "the file ...": "holds no certificate".
// No message has a byte of a file in it. Thread-safe.

// One certificate or more, each of which parses. For chains (the first is the
// end's own) and for trust roots.
absl::Status CheckCertificates(absl::string_view pem);

// A private key, not encrypted.
absl::Status CheckPrivateKey(absl::string_view pem);

// That the key is the first certificate's; both have passed the checks above.
absl::Status CheckKeyBelongsTo(absl::string_view key_pem, absl::string_view certificate_pem);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_IDENTITY_IDENTITY_CHECK_H_
