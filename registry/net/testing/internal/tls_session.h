#ifndef REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_TLS_SESSION_H_
#define REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_TLS_SESSION_H_

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "registry/net/testing/scripted_http_server.h"

// BoringSSL's, whose headers stay in the .cc.
struct ssl_ctx_st;
struct ssl_st;

namespace registryd {

// What a server's TLS connections share. Aborts on a certificate that is no good.
std::shared_ptr<ssl_ctx_st> MakeServerContext(const ScriptedTls& tls);

// The server's end of TLS over bytes that others carry. Not thread-safe.
class TlsSession {
 public:
  explicit TlsSession(ssl_ctx_st* context);

  // Takes bytes off the wire, and appends what they hold to `plain`, and what is to
  // be sent for them to `wire`. False: the peer is refused, or talks no TLS.
  bool Read(absl::string_view from_wire, std::string* plain, std::string* wire);
  // Encrypts; only when established.
  void Write(absl::string_view plain, std::string* wire);
  // The close_notify.
  void Close(std::string* wire);

  bool established() const;
  std::string server_name() const;
  bool has_client_certificate() const;

 private:
  void TakeOutput(std::string* wire);

  const std::unique_ptr<ssl_st, void (*)(ssl_st*)> ssl_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_TLS_SESSION_H_
