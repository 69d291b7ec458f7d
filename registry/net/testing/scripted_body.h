#ifndef REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_BODY_H_
#define REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_BODY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "registry/net/http_message.h"

namespace registryd {

// The body of a request: its parts, in order, cut where a reader wants less. The test
// fails where a Read comes before the last was answered, or after the end. Thread-safe;
// sources may outlive it.
class ScriptedBody {
 public:
  using Part = absl::StatusOr<std::string>;

  // Empty parts are dropped: the end comes after the last, or with the first error.
  // `size` is what the source says, true or not; nullopt: nothing.
  explicit ScriptedBody(std::vector<Part> parts, std::optional<uint64_t> size = std::nullopt);

  // Read waits for Give(). To be called before Source().
  void Hold();
  // To be called once.
  std::unique_ptr<HttpBodySource> Source();

  // False if no Read waits within `timeout`.
  bool AwaitRead(absl::Duration timeout = absl::Seconds(30)) const;
  // Answers the Read that waits, on this thread: with the next part, or the end.
  void Give();
  // The Ready of the Read that waits: for calling later, or never.
  HttpBodySource::Ready TakeReady();

  // Bytes that were given.
  uint64_t given() const;
  // The source has been destroyed.
  bool AwaitDestroyed(absl::Duration timeout = absl::Seconds(30)) const;

 private:
  class Reader;
  struct State;

  const std::shared_ptr<State> state_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_BODY_H_
