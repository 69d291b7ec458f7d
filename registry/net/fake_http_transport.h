#ifndef REGISTRYD_REGISTRY_NET_FAKE_HTTP_TRANSPORT_H_
#define REGISTRYD_REGISTRY_NET_FAKE_HTTP_TRANSPORT_H_

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/base/timer_queue.h"
#include "registry/net/http_transport.h"

namespace registryd {

// Plays a script, and remembers what it was asked. All calls of an exchange come
// on the thread that lets it go on: the one that calls Send, Resume, the source's
// Ready or Cancel; at the deadline on a thread of its own. Thread-safe.
//
//   FakeHttpTransport transport;
//   transport.Reply("GET", "https://registry.example/v2/", {{401, {}}, {"denied"}});
class FakeHttpTransport final : public HttpTransport {
 public:
  // What one request is answered with.
  struct Response {
    HttpResponseHead head;
    // The body, in the parts that OnBody gets.
    std::vector<std::string> parts = {};
    // How it ends, after the parts.
    absl::Status status = absl::OkStatus();
    // Without a head: `status` is all that comes.
    bool no_head = false;
    // The end does not come: the exchange waits for its deadline or cancellation.
    bool stalls = false;
  };

  // What was sent.
  struct Request {
    std::string method;
    std::string url;
    std::vector<HttpHeader> headers;
    std::vector<SecretHttpHeader> secret_headers;
    std::string body;
    HttpOptions options;
  };

  FakeHttpTransport() = default;
  // Ends what is going on with UNAVAILABLE, SHUTTING_DOWN.
  ~FakeHttpTransport() override;

  // Of a response's parts those go to nobody that its request or status allows no body
  // for (HEAD, 204, 304).
  void Send(HttpRequest request, HttpOptions options, const CallContext& context,
            std::unique_ptr<HttpReceiver> receiver) override;

  // Answers the next such request that has no answer yet. Requests that nothing is
  // scripted for end with UNAVAILABLE.
  void Reply(absl::string_view method, absl::string_view url, Response response);

  // Requests so far, in order, each when its body was complete.
  std::vector<Request> requests() const;

  // Waits until there were so many.
  void AwaitRequests(size_t count) const;

  // Parts of bodies that receivers were given so far.
  size_t parts_given() const { return parts_given_; }

  // Answers that nobody asked for yet: 0 at the end of a test that used its script.
  size_t replies_left() const;

 private:
  class Exchange;

  // Remembers `request`, and returns its answer.
  Response Take(Request request);
  void Forget(Exchange* exchange);

  mutable absl::Mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::deque<Response>> script_
      ABSL_GUARDED_BY(mutex_);
  std::vector<Request> requests_ ABSL_GUARDED_BY(mutex_);
  // What is going on.
  absl::flat_hash_map<Exchange*, std::shared_ptr<Exchange>> exchanges_ ABSL_GUARDED_BY(mutex_);
  std::atomic<size_t> parts_given_{0};
  TimerQueue timers_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_FAKE_HTTP_TRANSPORT_H_
