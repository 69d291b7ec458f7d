#include "registry/tls/fake_certificate_store.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "absl/time/clock.h"
#include "registry/base/error.h"

namespace registryd {

// The first of Release, Cancel and the destructor to finish the call ends it.
struct FakeCertificateStore::HeldCall {
  HeldCall(absl::string_view host, Callback done) : host(host), done(std::move(done)) {}

  void Finish(Answer answer) {
    if (!finished.exchange(true)) std::move(done)(std::move(answer));
  }

  const std::string host;
  Callback done;
  std::atomic<bool> finished{false};
  Cancellation::Registration registration;
};

FakeCertificateStore::FakeCertificateStore()
    : nothing_(std::make_shared<const Answer>(std::make_shared<const HostCertificates>())) {}

FakeCertificateStore::~FakeCertificateStore() {
  std::vector<std::shared_ptr<HeldCall>> held;
  {
    absl::MutexLock lock(&mutex_);
    held.swap(held_);
  }
  for (const auto& call : held) {
    call->Finish(Error(absl::StatusCode::kCancelled, Reason::kCancelled, "the store is gone"));
  }
}

void FakeCertificateStore::Set(absl::string_view host, HostCertificates certificates) {
  auto answer = std::make_shared<const Answer>(
      std::make_shared<const HostCertificates>(std::move(certificates)));
  absl::MutexLock lock(&mutex_);
  answers_[std::string(host)] = std::move(answer);
}

void FakeCertificateStore::SetError(absl::string_view host, absl::Status error) {
  auto answer = std::make_shared<const Answer>(std::move(error));
  absl::MutexLock lock(&mutex_);
  answers_[std::string(host)] = std::move(answer);
}

void FakeCertificateStore::Hold() {
  absl::MutexLock lock(&mutex_);
  holding_ = true;
}

void FakeCertificateStore::Release() {
  std::vector<std::pair<std::shared_ptr<HeldCall>, std::shared_ptr<const Answer>>> ready;
  {
    absl::MutexLock lock(&mutex_);
    holding_ = false;
    for (auto& call : held_) {
      auto answer = Find(call->host);
      ready.emplace_back(std::move(call), std::move(answer));
    }
    held_.clear();
  }
  for (const auto& [call, answer] : ready) call->Finish(*answer);
}

void FakeCertificateStore::Get(absl::string_view host, const CallContext& context, Callback done) {
  std::shared_ptr<HeldCall> call;
  std::shared_ptr<const Answer> answer;
  {
    absl::MutexLock lock(&mutex_);
    asked_.emplace_back(host);
    if (holding_) {
      call = std::make_shared<HeldCall>(host, std::move(done));
      held_.push_back(call);
    } else {
      answer = Find(host);
    }
  }
  if (answer != nullptr) return std::move(done)(*answer);
  if (context.deadline <= absl::Now()) {
    return call->Finish(Error(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded,
                              "deadline exceeded while certificates were read"));
  }
  if (context.cancellation == nullptr) return;
  auto registration = context.cancellation->OnCancel([weak = std::weak_ptr<HeldCall>(call)] {
    if (auto cancelled = weak.lock()) {
      cancelled->Finish(Error(absl::StatusCode::kCancelled, Reason::kCancelled, "cancelled"));
    }
  });
  absl::MutexLock lock(&mutex_);
  call->registration = std::move(registration);
}

std::shared_ptr<const CertificateStore::Answer> FakeCertificateStore::Cached(
    absl::string_view host) {
  absl::MutexLock lock(&mutex_);
  asked_.emplace_back(host);
  return holding_ ? nullptr : Find(host);
}

std::vector<std::string> FakeCertificateStore::asked() const {
  absl::MutexLock lock(&mutex_);
  return asked_;
}

size_t FakeCertificateStore::held() const {
  absl::MutexLock lock(&mutex_);
  return std::count_if(held_.begin(), held_.end(),
                       [](const auto& call) { return !call->finished.load(); });
}

std::shared_ptr<const CertificateStore::Answer> FakeCertificateStore::Find(
    absl::string_view host) const {
  auto it = answers_.find(host);
  return it == answers_.end() ? nothing_ : it->second;
}

}  // namespace registryd
