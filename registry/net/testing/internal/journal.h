#ifndef REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_JOURNAL_H_
#define REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_JOURNAL_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/net/testing/scripted_http_server.h"

namespace registryd {

// What a server has seen, shared by its thread and those who ask. Thread-safe.
class Journal {
 public:
  struct Facts {
    std::vector<ScriptedRequest> requests;
    std::vector<ScriptedConnection> connections;
    size_t open = 0;
    size_t stalled = 0;
    uint64_t bytes_sent = 0;
  };

  // Returns the index of the new connection.
  int Accepted();
  void Received(int connection, absl::string_view wire, absl::string_view plain);
  void Established(int connection, absl::string_view server_name, bool client_certificate);
  void Closed(int connection);
  void Add(ScriptedRequest request);
  void Stalled(bool stalled);
  void Sent(uint64_t bytes);

  // Calls `read` with the lock held.
  void Read(absl::FunctionRef<void(const Facts&)> read) const;
  // False if `reached` is not true within `timeout`.
  bool Await(absl::Duration timeout, const std::function<bool(const Facts&)>& reached) const;

 private:
  mutable absl::Mutex mutex_;
  Facts facts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_JOURNAL_H_
