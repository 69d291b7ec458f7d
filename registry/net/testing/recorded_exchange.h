#ifndef REGISTRYD_REGISTRY_NET_TESTING_RECORDED_EXCHANGE_H_
#define REGISTRYD_REGISTRY_NET_TESTING_RECORDED_EXCHANGE_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"

namespace registryd {

// What an HttpReceiver was called with, and how it behaves. The test fails where
// calls overlap, come in another order than HttpReceiver's, or before the Resume of
// the part before.
//
//   RecordedExchange exchange;
//   transport.Send(std::move(request), options, {}, exchange.Receiver());
//   EXPECT_EQ(exchange.Await(), absl::OkStatus());
//   EXPECT_EQ(exchange.body(), "hello");
//
// One object serves one call of Send. Thread-safe; receivers may outlive it.
class RecordedExchange {
 public:
  RecordedExchange();
  RecordedExchange(const RecordedExchange&) = delete;
  RecordedExchange& operator=(const RecordedExchange&) = delete;

  // Called within OnHead, OnBody and OnDone, after they were recorded. To be set
  // before Receiver().
  std::function<void()> on_head, on_body, on_done;
  // Each part waits for a call of Resume().
  bool hold = false;
  // Keep the body's bytes, beside counting them.
  bool keep_body = true;

  std::unique_ptr<HttpReceiver> Receiver();

  // OnDone's status, when the receiver has been destroyed. UNKNOWN, and a failed test,
  // if that takes longer than `timeout`.
  absl::Status Await(absl::Duration timeout = absl::Seconds(30)) const;
  // Wait for OnHead, and for a part that is held; false if that does not come.
  bool AwaitHead(absl::Duration timeout = absl::Seconds(30)) const;
  bool AwaitHeld(absl::Duration timeout = absl::Seconds(30)) const;
  // Lets go of the part that is held, on this thread.
  void Resume();
  // The Resume of the part that is held: for calling later, or never.
  HttpReceiver::Resume TakeResume();

  bool done() const;
  bool has_head() const;
  HttpResponseHead head() const;
  std::string body() const;
  size_t body_bytes() const;
  size_t parts() const;

 private:
  class Recorder;
  struct State;

  const std::shared_ptr<State> state_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_RECORDED_EXCHANGE_H_
