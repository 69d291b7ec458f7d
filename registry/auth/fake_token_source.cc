#include "registry/auth/fake_token_source.h"

#include <utility>

namespace registryd {

FakeTokenSource::FakeTokenSource(Answer answer) : answer_(std::move(answer)) {}

void FakeTokenSource::Get(TokenRequest request, const CallContext& /*context*/, Callback done) {
  Answer answer;
  {
    absl::MutexLock lock(&mutex_);
    answer = answer_;
    requests_.push_back(request);
  }
  std::move(done)(answer(request));
}

void FakeTokenSource::Forget(const TokenRequest& request) {
  absl::MutexLock lock(&mutex_);
  forgotten_.push_back(request);
}

void FakeTokenSource::SetAnswer(Answer answer) {
  absl::MutexLock lock(&mutex_);
  answer_ = std::move(answer);
}

std::vector<TokenRequest> FakeTokenSource::requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

std::vector<TokenRequest> FakeTokenSource::forgotten() const {
  absl::MutexLock lock(&mutex_);
  return forgotten_;
}

}  // namespace registryd
