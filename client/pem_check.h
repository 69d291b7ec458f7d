#ifndef REGISTRYD_CLIENT_PEM_CHECK_H_
#define REGISTRYD_CLIENT_PEM_CHECK_H_

#include <string>

#include "absl/status/status.h"

// Whether PEM is of use to TLS. gRPC tells only when it connects, and then not of
// which file. Errors are INVALID_ARGUMENT; their messages go on from a file's name.
namespace registryd::client {

// There is a certificate, and all can be read.
absl::Status CheckCertificates(const std::string& pem);

// There is a private key without a passphrase, and it is that of the first of
// `certificates`.
absl::Status CheckKey(const std::string& pem, const std::string& certificates);

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_PEM_CHECK_H_
