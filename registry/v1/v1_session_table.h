#ifndef REGISTRYD_REGISTRY_V1_V1_SESSION_TABLE_H_
#define REGISTRYD_REGISTRY_V1_V1_SESSION_TABLE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/clock.h"
#include "registry/base/timer_queue.h"
#include "registry/v1/v1_session.h"

namespace registryd {

struct V1SessionTableOptions {
  // A session that has had no call for so long ends. Positive.
  absl::Duration idle_timeout = absl::Minutes(15);
  // Of one caller at one time, those that are being opened included. At least 1.
  size_t max_per_caller = 64;
  // Of all callers.
  size_t max_sessions = 10'000;
};

// The sessions that are open, by an id that cannot be guessed. A session belongs to the
// caller that made it: to anybody else it is not there. Thread-safe.
class V1SessionTable {
  class State;

 public:
  // Makes a session's id; NewSessionId in production.
  using NewId = absl::AnyInvocable<absl::StatusOr<std::string>()>;

  // A place for a session that is being opened; free again when it is destroyed.
  class Place {
   public:
    Place(Place&&) noexcept = default;
    Place& operator=(Place&&) noexcept = default;

   private:
    friend class V1SessionTable;
    class Hold;
    explicit Place(std::shared_ptr<Hold> hold) : hold_(std::move(hold)) {}

    std::shared_ptr<Hold> hold_;
  };

  // `timers` and `clock` outlive the table and what it hands out. Idle times are those
  // of `clock`; `timers` tells when to look.
  V1SessionTable(const V1SessionTableOptions& options, TimerQueue& timers, const Clock& clock,
                 NewId new_id);
  V1SessionTable(const V1SessionTable&) = delete;
  V1SessionTable& operator=(const V1SessionTable&) = delete;

  // Closes all sessions.
  ~V1SessionTable();

  // Errors: RESOURCE_EXHAUSTED (OVERLOADED) above a limit; UNAVAILABLE (SHUTTING_DOWN)
  // after Drain.
  absl::StatusOr<Place> Reserve(absl::string_view caller);

  // Puts `session` into `place`; returns its id. Errors: UNAVAILABLE (SHUTTING_DOWN) after
  // Drain, those of NewId; `session` is then closed.
  absl::StatusOr<std::string> Add(Place place, std::shared_ptr<V1Session> session);

  // The session, for one call: while the pointer, or a copy of it, is held it is not
  // idle. NOT_FOUND (SESSION_NOT_FOUND) if there is no such session of `caller`.
  absl::StatusOr<std::shared_ptr<V1Session>> Find(absl::string_view id, absl::string_view caller);

  // Closes a session. NOT_FOUND as in Find.
  absl::Status Delete(absl::string_view id, absl::string_view caller);

  // No session is added any more; idle ones are closed now, others with their last call.
  void Drain();

  // Sessions that are open; those that are being opened are not counted.
  size_t size() const;

  absl::Duration idle_timeout() const { return options_.idle_timeout; }

 private:
  const V1SessionTableOptions options_;
  const std::shared_ptr<State> state_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_SESSION_TABLE_H_
