#ifndef REGISTRYD_REGISTRY_NET_CURL_EXCHANGE_H_
#define REGISTRYD_REGISTRY_NET_CURL_EXCHANGE_H_

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/net/curl/connection_pool.h"
#include "registry/net/curl/easy_handle.h"
#include "registry/net/curl/event_loop.h"
#include "registry/net/curl/exchange_plan.h"
#include "registry/net/curl/receive_budget.h"
#include "registry/net/curl/request_body.h"
#include "registry/net/curl/response_reader.h"
#include "registry/net/curl/speed_limit.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"

namespace registryd {

// One request and its response, from Send to OnDone. Always owned by a
// std::shared_ptr. All but construction and OnCancel is for the loop's thread, where
// receiver and body source are called.
class Exchange final : public ConnectionPool::Transfer,
                       public std::enable_shared_from_this<Exchange> {
 public:
  // How an exchange ended, for statistics.
  struct Summary {
    const absl::Status& status;
    bool reused_connection = false;
    // Not null: it was given up without an answer on a connection, of this pool, that
    // others use too and that has brought nothing to anyone for longer than a new one
    // may take.
    const ConnectionPool* suspect = nullptr;
  };
  // Called once, before the receiver's OnDone.
  using Ended = absl::AnyInvocable<void(const Summary&) &&>;

  // `loop` outlives the exchange's end. `budget` is for all exchanges of the loop.
  Exchange(std::shared_ptr<EventLoop> loop, std::shared_ptr<ReceiveBudget> budget,
           HttpRequest request, HttpOptions options, ExchangePlan plan, absl::Time deadline,
           std::unique_ptr<HttpReceiver> receiver, Ended ended);

  // Ends the exchange when `cancellation`, which may be null, is cancelled. The result
  // is for Start.
  Cancellation::Registration OnCancel(Cancellation* cancellation);

  const ExchangePlan& plan() const { return plan_; }
  bool finished() const { return finished_; }

  // Sends the request by `pool`, which outlives the exchange's end. Null: there are no
  // resources for one. Not for one that has ended.
  void Start(ConnectionPool* pool, absl::Duration connection_lifetime,
             Cancellation::Registration registration);

  // Ends the exchange, unless it has ended.
  void Fail(absl::Status status);

 private:
  void ShareBudget();
  void SetCallbacks();
  void SetTimers();
  void CheckSpeed();
  // From the head on.
  void LimitBodyTime();
  void OnTransferDone(CURLcode code) override;
  absl::Status StatusOf(CURLcode code) const;
  absl::Status NoConnection() const;
  absl::Status TimedOut(absl::string_view what) const;
  void Finish(absl::Status status);
  // In a callback of libcurl's, which then returns an error.
  void BreakOff(absl::Status status);
  void LeavePool(bool complete);

  // The response's way.
  size_t OnHeader(absl::string_view line);
  size_t OnBody(absl::string_view data);
  // Keeps a part of a bulk body, which is delivered with others.
  size_t Gather(absl::string_view data);
  // Hands over parts of `*data` until the receiver has to be waited for.
  absl::Status Deliver(absl::string_view* data);
  void OnResume();
  void GoOnReceiving();

  // The request's way.
  size_t OnRead(char* to, size_t room);
  void AskSource();
  void OnPart(absl::StatusOr<Secret> part);
  // After a redirect or an error: has libcurl no longer wait for the part that it asked for.
  void StopAwaitingPart();

  void Unpause();
  // Whether anything is waited for that may take its time.
  void UpdateWaiting();

  const std::shared_ptr<EventLoop> loop_;
  const std::shared_ptr<ReceiveBudget> budget_;
  std::optional<ReceiveBudget::Share> share_;  // From Start to Finish, for a bulk body.
  HttpRequest request_;                        // Headers until Start, without the body.
  HttpOptions options_;
  const ExchangePlan plan_;
  const EventLoop::Time deadline_;
  std::unique_ptr<HttpReceiver> receiver_;
  Cancellation::Registration registration_;
  Ended ended_;

  std::unique_ptr<EasyHandle> easy_;
  ConnectionPool* pool_ = nullptr;  // While the transfer is in it.
  std::vector<EventLoop::TimerId> timers_;
  std::optional<EventLoop::TimerId> connect_timer_;
  std::optional<EventLoop::TimerId> speed_timer_;
  std::optional<SpeedLimit> speed_;
  bool finished_ = false;
  bool connected_ = false;
  const ConnectionPool* suspect_ = nullptr;  // Summary's.
  absl::Status failure_;                     // BreakOff's.

  ResponseReader reader_;
  size_t head_bytes_ = 0;
  bool delivering_ = false;
  bool awaiting_resume_ = false;
  bool receive_paused_ = false;
  std::string backlog_;  // Of the body, received and not yet delivered.
  size_t backlog_taken_ = 0;
  bool delivery_is_due_ = false;  // Of the backlog; it has been posted.
  bool complete_ = false;         // Nothing more will be received.

  std::unique_ptr<RequestBody> body_;
  bool asking_ = false;  // Within HttpBodySource::Read.
  bool awaiting_part_ = false;
  bool send_paused_ = false;
  bool refused_ = false;  // The answer is a redirect or an error.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_EXCHANGE_H_
