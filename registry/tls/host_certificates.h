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

  friend bool operator==(const TrustRoot& a, const TrustRoot& b) {
    return a.file == b.file && a.pem == b.pem;
  }
};

// A `*.cert` of certs.d/HOST and its `*.key`.
struct ClientCertificate {
  std::string certificate_file;
  std::string key_file;
  std::string certificate_pem;
  Secret key_pem;

  friend bool operator==(const ClientCertificate& a, const ClientCertificate& b) {
    return a.certificate_file == b.certificate_file && a.key_file == b.key_file &&
           a.certificate_pem == b.certificate_pem && a.key_pem == b.key_pem;
  }
};

// What certs.d holds for one host. Immutable and shared. Both lists are sorted
// by file name.
struct HostCertificates {
  std::vector<TrustRoot> roots;
  std::vector<ClientCertificate> client_certificates;

  friend bool operator==(const HostCertificates& a, const HostCertificates& b) {
    return a.roots == b.roots && a.client_certificates == b.client_certificates;
  }
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
