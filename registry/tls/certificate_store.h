#ifndef REGISTRYD_REGISTRY_TLS_CERTIFICATE_STORE_H_
#define REGISTRYD_REGISTRY_TLS_CERTIFICATE_STORE_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/tls/host_certificates.h"

namespace registryd {

// The certificates that an operator gave for a host. Thread-safe.
class CertificateStore {
 public:
  using Answer = absl::StatusOr<std::shared_ptr<const HostCertificates>>;
  using Callback = absl::AnyInvocable<void(Answer) &&>;

  virtual ~CertificateStore() = default;

  // Calls `done` exactly once with what is there for `host` (HOST[:PORT]); a
  // host without a folder has empty lists. Before Get returns, on this thread,
  // when it is known; otherwise on a thread of the store's.
  //
  // Errors: INVALID_ARGUMENT, reason CERTIFICATES_INVALID, for a certificate
  // without its key or a key without its certificate (named), or an unreadable
  // file; reason HOSTNAME_INVALID for a host that cannot be a folder's name;
  // DEADLINE_EXCEEDED, CANCELLED.
  virtual void Get(absl::string_view host, const CallContext& context, Callback done) = 0;

  // The answer if it is known now, errors included; no lock, no system call.
  // nullptr otherwise. The pointee is immutable.
  virtual std::shared_ptr<const Answer> Cached(absl::string_view host) = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_CERTIFICATE_STORE_H_
