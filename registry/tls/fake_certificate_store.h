#ifndef REGISTRYD_REGISTRY_TLS_FAKE_CERTIFICATE_STORE_H_
#define REGISTRYD_REGISTRY_TLS_FAKE_CERTIFICATE_STORE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/tls/certificate_store.h"

namespace registryd {

// A CertificateStore that answers from a table. A host that is not in it has no
// certificates.
//
//   FakeCertificateStore store;
//   store.Set("registry.internal:5000", certificates);
//   store.Hold();            // Get keeps its callers waiting, Cached knows nothing ...
//   lookup.Pull(...);
//   store.Release();         // ... until now: they are answered on this thread.
//
// A held call also ends by its Cancellation, on the cancelling thread, and is
// refused at once when its deadline has passed at the real clock. Thread-safe.
class FakeCertificateStore : public CertificateStore {
 public:
  FakeCertificateStore();
  // Held calls end with CANCELLED.
  ~FakeCertificateStore() override;

  void Set(absl::string_view host, HostCertificates certificates);
  void SetError(absl::string_view host, absl::Status error);

  void Hold();
  void Release();

  void Get(absl::string_view host, const CallContext& context, Callback done) override;
  std::shared_ptr<const Answer> Cached(absl::string_view host) override;

  // Hosts that Get and Cached were asked for, in order.
  std::vector<std::string> asked() const;
  // Calls of Get that are being held.
  size_t held() const;

 private:
  struct HeldCall;

  std::shared_ptr<const Answer> Find(absl::string_view host) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<const Answer> nothing_;
  mutable absl::Mutex mutex_;
  bool holding_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, std::shared_ptr<const Answer>, std::less<>> answers_
      ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> asked_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<HeldCall>> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_FAKE_CERTIFICATE_STORE_H_
