#ifndef REGISTRYD_REGISTRY_TLS_CERTIFICATE_CHECK_H_
#define REGISTRYD_REGISTRY_TLS_CERTIFICATE_CHECK_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "registry/tls/server_name.h"

// BoringSSL's SSL_CTX, X509 and X509_STORE_CTX, whose headers stay within registry/tls
// and the transport.
struct ssl_ctx_st;
struct x509_st;
struct x509_store_ctx_st;

namespace registryd {

// Verifies the chain of a server's certificate, that none of it but the trusted one at
// its end is signed with MD5 or SHA-1, and that it is for the right name; remembers what
// was wrong. The handshake fails then, so that nothing is sent. Names are looked for
// where Go's crypto/x509 does: in the subject alternative names, addresses among the IP
// addresses only, and never in the common name; ServerName says which ones match. For
// one connection at a time.
class CertificateCheck {
 public:
  // `host`: a name, or an IP address without brackets. `server`: HOST[:PORT], for
  // messages. `remedy`: where a certificate authority has to be put to be trusted,
  // as in "certs.d/HOST:PORT/ca.crt".
  CertificateCheck(absl::string_view host, absl::string_view server, absl::string_view remedy);

  // Has the connections of `context`, which verifies, checked by `check`, which lives
  // as long as `context`.
  static void Install(std::shared_ptr<CertificateCheck> check, ssl_ctx_st* context);

  // OK, or FAILED_PRECONDITION, reason TLS_VERIFICATION_FAILED: which certificate was
  // not accepted, why, and what helps. What the certificate says is escaped and cut.
  const absl::Status& status() const { return status_; }

 private:
  // Called in place of X509_verify_cert.
  static int Verify(x509_store_ctx_st* context, void* check);
  // What is to be said of a chain that X509_verify_cert takes.
  absl::Status CheckAlgorithms(x509_store_ctx_st* context) const;
  absl::Status CheckName(x509_store_ctx_st* context) const;
  // Why it does not take one.
  absl::Status Failure(x509_store_ctx_st* context) const;
  // `certificate` may be null.
  absl::Status Refusal(x509_st* certificate, absl::string_view what, absl::string_view help) const;

  const ServerName name_;
  const std::string host_;  // For messages.
  const std::string server_;
  const std::string remedy_;
  absl::Status status_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_CERTIFICATE_CHECK_H_
