#include "registry/auth/caching_token_source.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "registry/auth/token_cache.h"
#include "registry/base/pending_call.h"

namespace registryd {
namespace {

constexpr absl::Duration kMinMargin = absl::Seconds(5);
constexpr absl::Duration kMaxMargin = absl::Seconds(30);

}  // namespace

class CachingTokenSource::Core : public std::enable_shared_from_this<Core> {
 public:
  using Result = absl::StatusOr<Token>;
  using Call = PendingCall<Token>;

  Core(TokenSource& upstream, TimerQueue& timers, const Clock& clock,
       const CachingTokenSourceOptions& options)
      : upstream_(upstream),
        timers_(timers),
        clock_(clock),
        max_age_(options.max_age),
        cache_(options.max_entries) {}

  void Get(TokenRequest request, const CallContext& context, Callback done) {
    auto key = std::make_shared<const TokenKey>(request);
    if (std::optional<Token> token = Find(*key)) return std::move(done)(*std::move(token));
    const auto waiter = std::make_shared<Waiter>();
    std::shared_ptr<Call> call = Call::Start(
        context, timers_,
        [core = shared_from_this(), waiter, done = std::move(done)](Result result) mutable {
          core->Leave(*waiter);
          std::move(done)(std::move(result));
        });
    Join(std::move(key), std::move(request), *waiter, std::move(call));
  }

  void Forget(const TokenRequest& request) {
    const TokenKey key(request);
    absl::MutexLock lock(&mutex_);
    cache_.Erase(key);
  }

  void Clear() {
    // What they hold is destroyed after the lock is released.
    Questions questions;
    absl::MutexLock lock(&mutex_);
    cache_.Clear();
    questions.swap(questions_);
    ++generation_;
  }

  TokenCacheStats stats() const {
    absl::MutexLock lock(&mutex_);
    TokenCacheStats stats = stats_;
    stats.in_flight = questions_.size();
    stats.entries = cache_.size();
    return stats;
  }

 private:
  // What the upstream is being asked, and who waits for it. Guarded by mutex_, but for
  // what is constant.
  struct Question {
    explicit Question(std::shared_ptr<const TokenKey> key) : key(std::move(key)) {}

    const std::shared_ptr<const TokenKey> key;
    const std::shared_ptr<Cancellation> cancellation = std::make_shared<Cancellation>();
    uint64_t generation = 0;
    uint64_t next_id = 0;
    absl::flat_hash_map<uint64_t, std::shared_ptr<Call>> waiters;
  };

  // One caller's place in a question. Guarded by mutex_.
  struct Waiter {
    std::shared_ptr<Question> question;  // Null before it has one.
    uint64_t id = 0;
    bool left = false;
  };

  using Questions = absl::flat_hash_map<const TokenKey*, std::shared_ptr<Question>,
                                        TokenKey::PointerHash, TokenKey::PointerEqual>;

  std::optional<Token> Find(const TokenKey& key) {
    absl::MutexLock lock(&mutex_);
    return FindLocked(key);
  }

  std::optional<Token> FindLocked(const TokenKey& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    // Read under the lock: a token that was stored meanwhile is not of the future.
    const Token* const token = cache_.Find(key, clock_.Now());
    if (token == nullptr) return std::nullopt;
    ++stats_.hits;
    return *token;
  }

  void Join(std::shared_ptr<const TokenKey> key, TokenRequest request, Waiter& waiter,
            std::shared_ptr<Call> call) {
    std::shared_ptr<Question> question;
    {
      absl::ReleasableMutexLock lock(&mutex_);
      if (waiter.left) return;
      const auto found = questions_.find(key.get());
      if (found != questions_.end()) {
        AddWaiter(found->second, waiter, std::move(call));
        return;
      }
      // The answer may have come since the caller looked: a question is forgotten and
      // its token stored at once.
      if (std::optional<Token> token = FindLocked(*key)) {
        lock.Release();
        call->Finish(*std::move(token));
        return;
      }
      question = std::make_shared<Question>(std::move(key));
      question->generation = generation_;
      questions_.emplace(question->key.get(), question);
      AddWaiter(question, waiter, std::move(call));
    }
    upstream_.Get(std::move(request), {absl::InfiniteFuture(), question->cancellation},
                  [core = shared_from_this(), question](Result result) {
                    core->Answer(*question, std::move(result));
                  });
  }

  void AddWaiter(std::shared_ptr<Question> question, Waiter& waiter, std::shared_ptr<Call> call)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    ++stats_.misses;
    waiter.id = question->next_id++;
    question->waiters[waiter.id] = std::move(call);
    waiter.question = std::move(question);
  }

  // The waiter's call is over. The last to leave an unanswered question cancels it.
  void Leave(Waiter& waiter) {
    std::shared_ptr<Question> question;
    // Destroyed after the lock is released, as all that may call back.
    std::shared_ptr<Call> call;
    {
      absl::MutexLock lock(&mutex_);
      waiter.left = true;
      question = std::move(waiter.question);
      if (question == nullptr) return;
      const auto found = question->waiters.find(waiter.id);
      if (found == question->waiters.end()) return;  // Answered.
      call = std::move(found->second);
      question->waiters.erase(found);
      if (!question->waiters.empty()) return;
      Close(*question);
    }
    question->cancellation->Cancel();
  }

  void Answer(Question& question, Result result) {
    absl::flat_hash_map<uint64_t, std::shared_ptr<Call>> waiters;
    {
      absl::MutexLock lock(&mutex_);
      waiters.swap(question.waiters);
      Close(question);
      if (result.ok() && question.generation == generation_) {
        const absl::Time now = clock_.Now();
        cache_.Store(question.key, *result, now, UsableUntil(*result, now));
      }
    }
    for (const auto& [id, call] : waiters) call->Finish(result);
  }

  // Later requests ask anew.
  void Close(const Question& question) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const auto found = questions_.find(question.key.get());
    if (found != questions_.end() && found->second.get() == &question) questions_.erase(found);
  }

  absl::Time UsableUntil(const Token& token, absl::Time now) const {
    const absl::Duration margin = std::clamp((token.expires - now) / 10, kMinMargin, kMaxMargin);
    return std::min(token.expires - margin, now + max_age_);
  }

  TokenSource& upstream_;
  TimerQueue& timers_;
  const Clock& clock_;
  const absl::Duration max_age_;

  mutable absl::Mutex mutex_;
  TokenCache cache_ ABSL_GUARDED_BY(mutex_);
  // Those that may still be joined, by their own keys.
  Questions questions_ ABSL_GUARDED_BY(mutex_);
  // Counts calls of Clear, so that no token of before comes in after it.
  uint64_t generation_ ABSL_GUARDED_BY(mutex_) = 0;
  TokenCacheStats stats_ ABSL_GUARDED_BY(mutex_);
};

CachingTokenSource::CachingTokenSource(TokenSource& upstream, TimerQueue& timers,
                                       const Clock& clock, const CachingTokenSourceOptions& options)
    : core_(std::make_shared<Core>(upstream, timers, clock, options)) {}

CachingTokenSource::~CachingTokenSource() = default;

void CachingTokenSource::Get(TokenRequest request, const CallContext& context, Callback done) {
  core_->Get(std::move(request), context, std::move(done));
}

void CachingTokenSource::Forget(const TokenRequest& request) { core_->Forget(request); }

void CachingTokenSource::Clear() { core_->Clear(); }

TokenCacheStats CachingTokenSource::stats() const { return core_->stats(); }

}  // namespace registryd
