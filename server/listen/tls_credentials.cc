#include "server/listen/tls_credentials.h"

#include <grpc/grpc.h>
#include <grpc/grpc_security.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "src/core/lib/gpr/useful.h"
#include "src/core/lib/gprpp/ref_counted_ptr.h"
#include "src/core/lib/gprpp/unique_type_name.h"
#include "src/core/lib/iomgr/exec_ctx.h"
#include "src/core/lib/security/credentials/tls/grpc_tls_certificate_distributor.h"
#include "src/core/lib/security/credentials/tls/grpc_tls_certificate_provider.h"
#include "src/core/lib/security/credentials/tls/grpc_tls_credentials_options.h"
#include "src/core/lib/security/security_connector/ssl_utils.h"

namespace registryd {

using ::grpc_core::MakeRefCounted;
using ::grpc_core::RefCountedPtr;

// Unlike gRPC's own provider that watches files, this one is only ever given
// what was checked: gRPC 1.51 drops the certificate that it has before it looks
// at the new one, and serves nobody when that turns out to be unusable.
class TlsCredentials::Provider : public grpc_tls_certificate_provider {
 public:
  RefCountedPtr<grpc_tls_certificate_distributor> distributor() const override {
    return distributor_;
  }

  grpc_core::UniqueTypeName type() const override {
    static grpc_core::UniqueTypeName::Factory kFactory("Registryd");
    return kFactory.Create();
  }

  void Publish(const TlsMaterials& materials) {
    grpc_core::ExecCtx exec_ctx;
    grpc_core::PemKeyCertPairList identity;
    identity.emplace_back(materials.key_pem.Reveal(), materials.certificate_pem);
    absl::optional<std::string> roots;
    if (!materials.client_ca_pem.empty()) roots = materials.client_ca_pem;
    distributor_->SetKeyMaterials("", std::move(roots), std::move(identity));
  }

 private:
  int CompareImpl(const grpc_tls_certificate_provider* other) const override {
    return grpc_core::QsortCompare(static_cast<const grpc_tls_certificate_provider*>(this), other);
  }

  const RefCountedPtr<grpc_tls_certificate_distributor> distributor_ =
      MakeRefCounted<grpc_tls_certificate_distributor>();
};

absl::StatusOr<std::unique_ptr<TlsCredentials>> TlsCredentials::Create(TlsOptions options,
                                                                       TlsReloadOptions reload) {
  std::unique_ptr<TlsCredentials> credentials(
      new TlsCredentials(std::move(options), std::move(reload)));
  if (absl::Status status = credentials->Reload(); !status.ok()) return status;
  if (credentials->reload_.interval < absl::InfiniteDuration()) {
    credentials->thread_ = std::thread([self = credentials.get()] { self->Run(); });
  }
  return credentials;
}

TlsCredentials::TlsCredentials(TlsOptions options, TlsReloadOptions reload)
    : options_(std::move(options)),
      reload_(std::move(reload)),
      // gRPC must be up for as long as a provider is.
      provider_((grpc_init(), new Provider), [](Provider* provider) {
        provider->Unref();
        grpc_shutdown();
      }) {}

TlsCredentials::~TlsCredentials() {
  stopping_.Notify();
  if (thread_.joinable()) thread_.join();
}

CoreCredentials TlsCredentials::MakeServerCredentials() const {
  auto options = MakeRefCounted<grpc_tls_credentials_options>();
  options->set_certificate_provider(provider_->Ref());
  options->set_min_tls_version(grpc_tls_version::TLS1_2);
  options->set_watch_identity_pair(true);
  if (options_.require_client_certificate) {
    options->set_watch_root_cert(true);
    options->set_cert_request_type(GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return CoreCredentials(grpc_tls_server_credentials_create(options.release()));
}

absl::Status TlsCredentials::Reload() { return TakeUp().status(); }

absl::StatusOr<bool> TlsCredentials::TakeUp() {
  absl::MutexLock lock(&reload_mutex_);
  absl::StatusOr<TlsMaterials> read = ReadTlsFiles(options_);
  if (!read.ok()) {
    seen_.reset();
    return read.status();
  }
  if (!seen_.has_value() || !(*seen_ == *read)) {
    seen_ = *std::move(read);
    seen_status_ = CheckTlsMaterials(options_, *seen_);
    if (seen_status_.ok()) {
      provider_->Publish(*seen_);
      return true;
    }
  }
  if (!seen_status_.ok()) return seen_status_;
  return false;
}

void TlsCredentials::Run() {
  absl::Status last;
  while (!stopping_.WaitFor(reload_.interval)) {
    const absl::StatusOr<bool> taken_up = TakeUp();
    if (taken_up.ok() && *taken_up) Notice("TLS certificates were taken up anew");
    if (!taken_up.ok() && taken_up.status() != last) {
      Notice(absl::StrCat("TLS certificates stay as they are: ", taken_up.status().message()));
    }
    last = taken_up.status();
  }
}

void TlsCredentials::Notice(absl::string_view message) const {
  if (reload_.notice != nullptr) reload_.notice(message);
}

}  // namespace registryd
