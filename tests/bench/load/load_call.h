#ifndef REGISTRYD_TESTS_BENCH_LOAD_LOAD_CALL_H_
#define REGISTRYD_TESTS_BENCH_LOAD_LOAD_CALL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpcpp/channel.h"
#include "grpcpp/completion_queue.h"

namespace registryd {

// A call that is made again and again, one at a time.
class LoadCall {
 public:
  virtual ~LoadCall() = default;

  // Begins it. `queue` gets `tag` when it has ended.
  virtual void Start(grpc::CompletionQueue& queue, void* tag) = 0;
  // Of the one that has ended. Empty: it had its answer; otherwise what went wrong.
  virtual std::string Error() const = 0;
};

// What a call asks: "ResolveRepository", "LookupPullEndpoints", "Echo", one text each,
// or "BatchLookupPullEndpoints", all of them.
struct LoadQuestion {
  std::string method;
  std::vector<std::string> texts;
};

// The call number `number` of that kind; the next one asks about the next text.
// INVALID_ARGUMENT for a method that is none of these.
absl::StatusOr<std::unique_ptr<LoadCall>> MakeLoadCall(
    const LoadQuestion& question, size_t number, const std::shared_ptr<grpc::Channel>& channel);

}  // namespace registryd

#endif  // REGISTRYD_TESTS_BENCH_LOAD_LOAD_CALL_H_
