#include "registry/net/curl_http_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "registry/net/curl/connection_pool.h"
#include "registry/net/curl/event_loop.h"
#include "registry/net/curl/exchange.h"
#include "registry/net/curl/exchange_plan.h"
#include "registry/net/curl/receive_budget.h"
#include "registry/tls/ssl_context_cache.h"

namespace registryd {

// The state of the transport, which outlives it where an exchange still ends. What is
// not said to be for any thread is for the loop's.
class CurlHttpTransport::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(std::shared_ptr<EventLoop> loop, std::shared_ptr<const SystemRoots> roots,
       CurlHttpTransportOptions options)
      : loop_(std::move(loop)), options_(options), contexts_(std::move(roots)) {}

  // Any thread.
  void Send(HttpRequest request, HttpOptions options, const CallContext& context,
            std::unique_ptr<HttpReceiver> receiver);
  Stats stats() const;

  // Any thread but the loop's.
  void Stop() {
    stopping_ = true;
    loop_->Stop([self = shared_from_this()] { self->EndAll(); });
  }

 private:
  struct Pool {
    std::unique_ptr<ConnectionPool> connections;
    // Held, since their addresses are in the key.
    SslContext target_context;
    SslContext proxy_context;
    // While it has no exchange.
    std::optional<EventLoop::TimerId> end_timer;
    std::optional<std::list<std::string>::iterator> idle;
  };

  void Start(const std::shared_ptr<Exchange>& exchange, Cancellation::Registration registration);
  ConnectionPool* PoolFor(const ExchangePlan& plan);
  void Ended(const std::string& key, const Exchange* exchange, const Exchange::Summary& summary);
  // Gives no more exchanges to the pool, which ends with its last: its connection may be
  // one that takes everything and answers nothing.
  void Retire(const std::string& key, const ConnectionPool* pool);
  // Closes, soon, the pools that are too many.
  void Trim();
  void End(const std::string& key);
  void EndAll();

  void Refuse(HttpReceiver& receiver, absl::Status status);
  void CountFailure(const absl::Status& status);

  const std::shared_ptr<EventLoop> loop_;
  const CurlHttpTransportOptions options_;
  SslContextCache contexts_;
  const std::shared_ptr<ReceiveBudget> budget_ = std::make_shared<ReceiveBudget>();
  std::atomic<bool> stopping_{false};

  absl::flat_hash_map<const Exchange*, std::shared_ptr<Exchange>> exchanges_;
  absl::flat_hash_map<std::string, Pool> pools_;
  // Keys of pools without exchanges; the first was used the longest time ago.
  std::list<std::string> idle_;
  // Without a key any more.
  std::list<Pool> retired_;

  // Any thread.
  ConnectionCounts connections_;
  std::atomic<uint64_t> requests_{0};
  std::atomic<size_t> active_{0};
  std::atomic<uint64_t> reused_{0};
  std::atomic<size_t> keys_{0};
  mutable absl::Mutex mutex_;
  std::map<Reason, uint64_t> failures_ ABSL_GUARDED_BY(mutex_);
};

void CurlHttpTransport::Core::Send(HttpRequest request, HttpOptions options,
                                   const CallContext& context,
                                   std::unique_ptr<HttpReceiver> receiver) {
  ++requests_;
  if (stopping_) {
    return Refuse(*receiver, Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                                   "the service is shutting down"));
  }
  absl::StatusOr<ExchangePlan> plan = PlanExchange(request, options, contexts_);
  if (!plan.ok()) return Refuse(*receiver, plan.status());
  if (++active_ > options_.max_active) {
    --active_;
    return Refuse(*receiver, Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                                   absl::StrCat("there are ", options_.max_active,
                                                " requests to registries already")));
  }
  std::string key = plan->pool_key;
  // The exchange is known by its address; it is not looked at.
  auto address = std::make_shared<const Exchange*>(nullptr);
  auto exchange = std::make_shared<Exchange>(
      loop_, budget_, std::move(request), std::move(options), *std::move(plan), context.deadline,
      std::move(receiver),
      [self = shared_from_this(), key = std::move(key), address](const Exchange::Summary& summary) {
        self->Ended(key, *address, summary);
      });
  *address = exchange.get();
  Cancellation::Registration registration = exchange->OnCancel(context.cancellation.get());
  const bool posted = loop_->Post(
      [self = shared_from_this(), exchange, registration = std::move(registration)]() mutable {
        self->Start(exchange, std::move(registration));
      });
  if (posted) return;
  exchange->Fail(
      Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown, "the service is shutting down"));
}

void CurlHttpTransport::Core::Start(const std::shared_ptr<Exchange>& exchange,
                                    Cancellation::Registration registration) {
  if (exchange->finished()) return;
  exchanges_[exchange.get()] = exchange;
  exchange->Start(PoolFor(exchange->plan()), options_.idle_lifetime, std::move(registration));
}

ConnectionPool* CurlHttpTransport::Core::PoolFor(const ExchangePlan& plan) {
  Pool& pool = pools_[plan.pool_key];
  if (pool.connections == nullptr) {
    pool.connections = ConnectionPool::Create(*loop_, options_.max_idle_per_key, connections_);
    if (pool.connections == nullptr) {
      pools_.erase(plan.pool_key);
      return nullptr;
    }
    pool.target_context = plan.target_context;
    pool.proxy_context = plan.proxy_context;
    keys_ = pools_.size();
  }
  if (pool.end_timer.has_value()) loop_->Cancel(*pool.end_timer);
  if (pool.idle.has_value()) idle_.erase(*pool.idle);
  pool.end_timer = std::nullopt;
  pool.idle = std::nullopt;
  return pool.connections.get();
}

void CurlHttpTransport::Core::Ended(const std::string& key, const Exchange* exchange,
                                    const Exchange::Summary& summary) {
  --active_;
  if (summary.reused_connection) ++reused_;
  if (!summary.status.ok()) CountFailure(summary.status);
  if (exchanges_.erase(exchange) == 0) return;  // It had not started.
  if (summary.suspect != nullptr) Retire(key, summary.suspect);
  if (!retired_.empty()) {
    // Later: this is called while the pool is at work.
    loop_->RunAt(EventLoop::Now(), [self = shared_from_this()] {
      self->retired_.remove_if([](const Pool& pool) { return pool.connections->active() == 0; });
    });
  }

  const auto it = pools_.find(key);
  if (it == pools_.end() || it->second.connections->active() > 0 || it->second.idle.has_value()) {
    return;
  }
  Pool& pool = it->second;
  pool.idle = idle_.insert(idle_.end(), key);
  // Later: this is called while the pool, or another, is at work.
  // Libcurl does not see that many end together, and keeps more than it should then.
  const size_t open = pool.connections->open();
  const absl::Duration lifetime = open == 0 || open > std::max<size_t>(options_.max_idle_per_key, 1)
                                      ? absl::ZeroDuration()
                                      : options_.idle_lifetime;
  pool.end_timer = loop_->RunAt(EventLoop::Now() + absl::ToChronoNanoseconds(lifetime),
                                [this, key] { End(key); });
  if (connections_.closable > options_.max_idle) {
    loop_->RunAt(EventLoop::Now(), [self = shared_from_this()] { self->Trim(); });
  }
}

void CurlHttpTransport::Core::Retire(const std::string& key, const ConnectionPool* pool) {
  const auto it = pools_.find(key);
  if (it == pools_.end() || it->second.connections.get() != pool) return;
  it->second.connections->KeepNoConnections();
  retired_.push_back(std::move(it->second));
  pools_.erase(it);
  keys_ = pools_.size();
}

void CurlHttpTransport::Core::Trim() {
  while (connections_.closable > options_.max_idle && !idle_.empty()) {
    End(std::string(idle_.front()));
  }
}

void CurlHttpTransport::Core::End(const std::string& key) {
  const auto it = pools_.find(key);
  if (it == pools_.end()) return;
  Pool pool = std::move(it->second);
  pools_.erase(it);
  keys_ = pools_.size();
  if (pool.idle.has_value()) idle_.erase(*pool.idle);
  if (pool.end_timer.has_value()) loop_->Cancel(*pool.end_timer);
}

void CurlHttpTransport::Core::EndAll() {
  std::vector<std::shared_ptr<Exchange>> exchanges;
  for (const auto& [address, exchange] : exchanges_) exchanges.push_back(exchange);
  for (const auto& exchange : exchanges) {
    exchange->Fail(Error(absl::StatusCode::kUnavailable, Reason::kShuttingDown,
                         "the service is shutting down"));
  }
  idle_.clear();
  retired_.clear();
  pools_.clear();
  keys_ = 0;
}

void CurlHttpTransport::Core::Refuse(HttpReceiver& receiver, absl::Status status) {
  CountFailure(status);
  receiver.OnDone(std::move(status));
}

void CurlHttpTransport::Core::CountFailure(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  ++failures_[ReasonOf(status)];
}

CurlHttpTransport::Stats CurlHttpTransport::Core::stats() const {
  Stats stats;
  stats.requests = requests_;
  stats.active = active_;
  stats.connections_opened = connections_.opened;
  stats.connections_reused = reused_;
  stats.connections = connections_.open;
  stats.idle = connections_.idle;
  stats.keys = keys_;
  absl::MutexLock lock(&mutex_);
  stats.failures = failures_;
  return stats;
}

absl::StatusOr<std::unique_ptr<CurlHttpTransport>> CurlHttpTransport::Create(
    std::shared_ptr<const SystemRoots> roots, CurlHttpTransportOptions options) {
  // Never undone: other users of libcurl in the process would not like that.
  static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (ready != CURLE_OK) return absl::InternalError("libcurl cannot be initialised");
  absl::StatusOr<std::shared_ptr<EventLoop>> loop = EventLoop::Create();
  if (!loop.ok()) return loop.status();
  return std::unique_ptr<CurlHttpTransport>(
      new CurlHttpTransport(std::make_shared<Core>(*std::move(loop), std::move(roots), options)));
}

CurlHttpTransport::CurlHttpTransport(std::shared_ptr<Core> core) : core_(std::move(core)) {}

CurlHttpTransport::~CurlHttpTransport() { core_->Stop(); }

void CurlHttpTransport::Send(HttpRequest request, HttpOptions options, const CallContext& context,
                             std::unique_ptr<HttpReceiver> receiver) {
  core_->Send(std::move(request), std::move(options), context, std::move(receiver));
}

CurlHttpTransport::Stats CurlHttpTransport::stats() const { return core_->stats(); }

}  // namespace registryd
