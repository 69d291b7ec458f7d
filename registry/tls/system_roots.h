#ifndef REGISTRYD_REGISTRY_TLS_SYSTEM_ROOTS_H_
#define REGISTRYD_REGISTRY_TLS_SYSTEM_ROOTS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace registryd {

// Where Go's crypto/x509 looks for them on Linux.
struct SystemRootsOptions {
  // PEM bundles, of which the first that can be read counts. None need exist.
  std::vector<std::string> files = {
      "/etc/ssl/certs/ca-certificates.crt",  // Debian, Ubuntu, Arch
      "/etc/pki/tls/certs/ca-bundle.crt",    // Fedora
      "/etc/ssl/ca-bundle.pem",              // openSUSE
      "/etc/pki/tls/cacert.pem",
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // RHEL
      "/etc/ssl/cert.pem",                                  // Alpine
  };
  // Folders whose files are PEM, read beside the bundle. Need not exist.
  std::vector<std::string> folders = {"/etc/ssl/certs", "/etc/pki/tls/certs"};
};

// The defaults, with $SSL_CERT_FILE in place of the files and $SSL_CERT_DIR (separated
// by colons) in place of the folders where they are set. `getenv` returns nullptr for
// what is not set.
SystemRootsOptions SystemRootsFromEnvironment(absl::FunctionRef<const char*(const char*)> getenv);

// The certificates that this machine trusts, read and parsed once and shared by
// every context. Immutable and thread-safe.
class SystemRoots {
 public:
  // What is no certificate is ignored, and so are duplicates and what cannot be read.
  // But if that leaves none, returns FAILED_PRECONDITION, naming the first file or folder
  // that exists and cannot be read.
  static absl::StatusOr<std::shared_ptr<const SystemRoots>> Load(const SystemRootsOptions& options);

  ~SystemRoots();

  // How many there are. With none every verification fails.
  size_t size() const;

  // For registry/tls alone, whose internal header defines it.
  struct Store;
  const Store& store() const { return *store_; }

 private:
  explicit SystemRoots(std::unique_ptr<Store> store);

  const std::unique_ptr<Store> store_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_SYSTEM_ROOTS_H_
