#ifndef REGISTRYD_TESTS_REGISTRIES_TOKEN_SERVER_H_
#define REGISTRYD_TESTS_REGISTRIES_TOKEN_SERVER_H_

#include <optional>
#include <string>
#include <vector>

#include "registry/net/testing/scripted_http_server.h"
#include "registry/tls/test_certificates.h"

namespace registryd {

// A token server in the way of Docker's distribution: it gives whoever knows the
// password of kUser, or the refresh token that went with an earlier answer, a token
// that a DockerRegistry accepts whose options name this server.
class TokenServer {
 public:
  static constexpr char kUser[] = "ann";
  static constexpr char kPassword[] = "s3cret pass";
  static constexpr char kService[] = "registry.test";
  static constexpr char kIssuer[] = "tokens.test";
  static constexpr char kRefreshToken[] = "r3fresh";

  // Without `tls` it speaks plain HTTP.
  explicit TokenServer(std::optional<ScriptedTls> tls = std::nullopt);

  std::string realm() const { return server_.url("/token"); }
  std::string host_port() const { return server_.host_port(); }
  // Of the authority that signs, PEM.
  const std::string& root() const { return authority_.certificate_pem(); }

  const ScriptedHttpServer& server() const { return server_; }

 private:
  ScriptedResponse Answer(const ScriptedRequest& request) const;
  ScriptedResponse Grant(const std::string& user, const std::vector<std::string>& scopes) const;

  const TestCertificateAuthority authority_;
  const TestCertificate signer_;
  ScriptedHttpServer server_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_REGISTRIES_TOKEN_SERVER_H_
