#include "registry/net/testing/internal/journal.h"

#include <string>
#include <utility>

namespace registryd {

int Journal::Accepted() {
  absl::MutexLock lock(&mutex_);
  facts_.connections.emplace_back();
  ++facts_.open;
  return static_cast<int>(facts_.connections.size()) - 1;
}

void Journal::Received(int connection, absl::string_view wire, absl::string_view plain) {
  absl::MutexLock lock(&mutex_);
  facts_.connections[connection].wire.append(wire.data(), wire.size());
  facts_.connections[connection].plain.append(plain.data(), plain.size());
}

void Journal::Established(int connection, absl::string_view server_name, bool client_certificate) {
  absl::MutexLock lock(&mutex_);
  ScriptedConnection& facts = facts_.connections[connection];
  facts.tls_established = true;
  facts.server_name = std::string(server_name);
  facts.client_certificate = client_certificate;
}

void Journal::Closed(int connection) {
  absl::MutexLock lock(&mutex_);
  if (std::exchange(facts_.connections[connection].open, false)) --facts_.open;
}

void Journal::Add(ScriptedRequest request) {
  absl::MutexLock lock(&mutex_);
  facts_.requests.push_back(std::move(request));
}

void Journal::Stalled(bool stalled) {
  absl::MutexLock lock(&mutex_);
  if (stalled) {
    ++facts_.stalled;
  } else {
    --facts_.stalled;
  }
}

void Journal::Sent(uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  facts_.bytes_sent += bytes;
}

void Journal::Read(absl::FunctionRef<void(const Facts&)> read) const {
  absl::MutexLock lock(&mutex_);
  read(facts_);
}

bool Journal::Await(absl::Duration timeout,
                    const std::function<bool(const Facts&)>& reached) const {
  const auto condition = [&]() ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return reached(facts_); };
  absl::MutexLock lock(&mutex_);
  return mutex_.AwaitWithTimeout(absl::Condition(&condition), timeout);
}

}  // namespace registryd
