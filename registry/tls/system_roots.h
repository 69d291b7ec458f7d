#ifndef REGISTRYD_REGISTRY_TLS_SYSTEM_ROOTS_H_
#define REGISTRYD_REGISTRY_TLS_SYSTEM_ROOTS_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"

namespace registryd {

struct SystemRootsOptions {
  // A PEM bundle. Need not exist.
  std::string file = "/etc/ssl/certs/ca-certificates.crt";
  // Folders whose files are PEM, read beside the bundle. Need not exist.
  std::vector<std::string> folders;
};

// The defaults, with $SSL_CERT_FILE and $SSL_CERT_DIR (separated by colons) in
// their place where they are set. `getenv` returns nullptr for what is not set.
SystemRootsOptions SystemRootsFromEnvironment(absl::FunctionRef<const char*(const char*)> getenv);

// The certificates that this machine trusts, read and parsed once and shared by
// every context. Immutable and thread-safe.
class SystemRoots {
 public:
  // What is no certificate is ignored, and so are duplicates. Returns
  // FAILED_PRECONDITION, naming it, if a file or folder exists but cannot be read.
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
