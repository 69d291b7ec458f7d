#ifndef REGISTRYD_TESTS_REGISTRIES_DOCKER_REGISTRY_H_
#define REGISTRYD_TESTS_REGISTRIES_DOCKER_REGISTRY_H_

#include <memory>
#include <optional>
#include <string>

#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"
#include "tests/registries/token_server.h"
#include "tests/server/child_process.h"

namespace registryd {

struct DockerRegistryOptions {
  // A loopback address, in brackets if it is an IPv6 one.
  std::string address = "127.0.0.1";
  // Without one it speaks plain HTTP.
  std::optional<TestCertificate> tls;
  // Not empty: a client certificate of this authority (PEM) is required.
  std::string client_authority_pem;
  // Lets in TokenServer::kUser alone, by its password.
  bool htpasswd = false;
  // Lets in whoever has a token of this server, which outlives the registry.
  const TokenServer* tokens = nullptr;
};

// Debian's docker-registry, which $DOCKER_REGISTRY names, on a port of its own choice.
// It keeps its images in memory. Fails the test if it does not come up.
class DockerRegistry {
 public:
  explicit DockerRegistry(const DockerRegistryOptions& options = {});

  // "127.0.0.1:PORT".
  const std::string& host_port() const { return host_port_; }
  std::string log() const { return process_->log(); }

 private:
  const TemporaryFolder folder_;
  std::unique_ptr<ChildProcess> process_;
  std::string host_port_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_REGISTRIES_DOCKER_REGISTRY_H_
