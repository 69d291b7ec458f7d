#include "server/service/batch_lookup.h"

#include <atomic>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "registry/base/error.h"
#include "registry/tls/host_certificates.h"
#include "server/service/convert.h"
#include "server/service/lookup_target.h"

namespace registryd {
namespace {

bool IsOfTheWholeCall(const absl::Status& status) {
  return status.code() == absl::StatusCode::kCancelled ||
         status.code() == absl::StatusCode::kDeadlineExceeded;
}

// Of the certificates in an answer, in bytes. Clients take 64 MiB.
constexpr size_t kMaxCertificateBytes = size_t{32} << 20;

size_t CertificateBytes(const std::vector<APIEndpoint>& endpoints) {
  size_t bytes = 0;
  for (const APIEndpoint& endpoint : endpoints) {
    const HostCertificates& certificates = *endpoint.tls_config.certificates;
    for (const TrustRoot& root : certificates.roots) bytes += root.pem.size();
    for (const ClientCertificate& client : certificates.client_certificates) {
      bytes += client.certificate_pem.size();
    }
  }
  return bytes;
}

absl::Status TooManyCertificates() {
  return Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge,
               "the certificates of the targets before this one take 32 MiB: ask for fewer targets "
               "at once");
}

std::string TargetName(int index) { return absl::StrCat("targets[", index, "]"); }

// A batch that is being answered. Its last target ends it.
class Batch {
 public:
  Batch(int size, DoneCallback done) : waiting_(size), done_(std::move(done)) {}

  // Targets have results of their own, so that no lock is needed for them.
  void Succeed(const std::vector<APIEndpoint>& endpoints, api::PullEndpointsResult* result) {
    const size_t bytes = CertificateBytes(endpoints);
    if (bytes > 0 &&
        certificate_bytes_.fetch_add(bytes, std::memory_order_relaxed) > kMaxCertificateBytes) {
      return Fail(TooManyCertificates(), result);
    }
    Fill(endpoints, result->mutable_endpoints());
    CountDown();
  }

  void Fail(const absl::Status& status, api::PullEndpointsResult* result) {
    if (IsOfTheWholeCall(status)) {
      absl::MutexLock lock(&mutex_);
      status_.Update(status);
    } else {
      Fill(status, result->mutable_error());
    }
    CountDown();
  }

 private:
  void CountDown() {
    if (waiting_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
    absl::Status status;
    {
      absl::MutexLock lock(&mutex_);
      status = status_;
    }
    std::move(done_)(std::move(status));
  }

  std::atomic<int> waiting_;
  std::atomic<size_t> certificate_bytes_{0};
  absl::Mutex mutex_;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  DoneCallback done_;
};

}  // namespace

void LookUpBatch(EndpointLookup& lookup, const std::shared_ptr<const ServiceConfig>& config,
                 const api::BatchLookupPullEndpointsRequest& request, const CallContext& context,
                 api::BatchLookupPullEndpointsResponse* response, DoneCallback done) {
  const int size = request.targets_size();
  if (size == 0) return std::move(done)(absl::OkStatus());
  // After the last target `request` and `response` may be gone.
  std::vector<api::PullEndpointsResult*> results;
  results.reserve(size);
  for (int i = 0; i < size; ++i) results.push_back(response->add_results());
  const auto batch = std::make_shared<Batch>(size, std::move(done));
  for (int i = 0; i < size; ++i) {
    const api::LookupTarget& target = request.targets(i);
    absl::StatusOr<std::string> hostname = TargetHostname(target);
    if (!hostname.ok()) {
      batch->Fail(WithFieldPrefix(hostname.status(), TargetName(i)), results[i]);
      continue;
    }
    lookup.Pull(config, *hostname, context,
                [batch, result = results[i], i,
                 field = TargetField(target)](absl::StatusOr<std::vector<APIEndpoint>> endpoints) {
                  if (endpoints.ok()) return batch->Succeed(*endpoints, result);
                  const std::string blamed = absl::StrCat(TargetName(i), ".", field);
                  batch->Fail(BlameField(endpoints.status(), blamed), result);
                });
  }
}

}  // namespace registryd
