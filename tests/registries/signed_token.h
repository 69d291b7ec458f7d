#ifndef REGISTRYD_TESTS_REGISTRIES_SIGNED_TOKEN_H_
#define REGISTRYD_TESTS_REGISTRIES_SIGNED_TOKEN_H_

#include <string>

#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"
#include "registry/tls/test_certificates.h"

namespace registryd {

// A JSON Web Token over `claims`, signed by the P-256 key of `signer` (ES256), whose
// certificate goes with it (x5c): the form that docker-registry verifies against its
// `rootcertbundle`.
std::string SignedToken(const nlohmann::json& claims, const TestCertificate& signer);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_REGISTRIES_SIGNED_TOKEN_H_
