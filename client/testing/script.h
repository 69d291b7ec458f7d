#ifndef REGISTRYD_CLIENT_TESTING_SCRIPT_H_
#define REGISTRYD_CLIENT_TESTING_SCRIPT_H_

#include <deque>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/support/status.h"

namespace registryd::client {

// What one RPC answers, and what it was asked. Thread-safe.
template <typename Request, typename Response>
class Script {
 public:
  // The answer to every call from now on.
  void Answer(Response response) {
    const absl::MutexLock lock(&mutex_);
    response_ = std::move(response);
    status_ = grpc::Status::OK;
  }
  void Fail(grpc::Status status) {
    const absl::MutexLock lock(&mutex_);
    status_ = std::move(status);
  }

  // The answer to the next call only; several are given in turn, before all others.
  void AnswerOnce(Response response) {
    const absl::MutexLock lock(&mutex_);
    once_.push_back(std::move(response));
  }

  // All requests so far, oldest first.
  std::vector<Request> requests() const {
    const absl::MutexLock lock(&mutex_);
    return requests_;
  }

  grpc::Status Play(const Request& request, Response* response) {
    const absl::MutexLock lock(&mutex_);
    requests_.push_back(request);
    if (!once_.empty()) {
      *response = std::move(once_.front());
      once_.pop_front();
      return grpc::Status::OK;
    }
    *response = response_;
    return status_;
  }

 private:
  mutable absl::Mutex mutex_;
  grpc::Status status_ ABSL_GUARDED_BY(mutex_) = grpc::Status::OK;
  Response response_ ABSL_GUARDED_BY(mutex_);
  std::deque<Response> once_ ABSL_GUARDED_BY(mutex_);
  std::vector<Request> requests_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_TESTING_SCRIPT_H_
