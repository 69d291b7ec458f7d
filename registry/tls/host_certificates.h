#ifndef REGISTRYD_REGISTRY_TLS_HOST_CERTIFICATES_H_
#define REGISTRYD_REGISTRY_TLS_HOST_CERTIFICATES_H_

#include <memory>
#include <string>
#include <vector>

#include "registry/base/secret.h"

namespace registryd {

// A `*.crt` of certs.d/HOST: added to the system's trust roots.
struct TrustRoot {
  std::string file;  // Its name within the host's folder.
  std::string pem;   // Its whole content; parts that are no certificate are ignored.
};

// A `*.cert` of certs.d/HOST and its `*.key`.
struct ClientCertificate {
  std::string certificate_file;
  std::string key_file;
  std::string certificate_pem;
  Secret key_pem;
};

// What certs.d holds for one host. Immutable and shared. Both lists are sorted
// by file name.
struct HostCertificates {
  std::vector<TrustRoot> roots;
  std::vector<ClientCertificate> client_certificates;
};

// How to trust one host.
struct TlsConfig {
  // Certificate and name are not verified; `certificates` is then empty, as
  // certs.d is not read for an insecure host.
  bool insecure_skip_verify = false;
  // Never null.
  std::shared_ptr<const HostCertificates> certificates = std::make_shared<const HostCertificates>();
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_HOST_CERTIFICATES_H_
