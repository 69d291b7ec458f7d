#include "client/v1_session.h"

#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"

namespace registryd::client {
namespace {

constexpr absl::Duration kDeletionTimeout = absl::Seconds(2);

}  // namespace

absl::StatusOr<std::unique_ptr<V1Session>> V1Session::Open(const V1SessionClient& client,
                                                           const v1::CreateSessionRequest& request,
                                                           V1SessionClient::Deadline deadline) {
  auto facts = client.CreateSession(request, deadline);
  if (!facts.ok()) return facts.status();
  return absl::WrapUnique(new V1Session(client, *std::move(facts)));
}

V1Session::V1Session(const V1SessionClient& client, v1::CreateSessionResponse facts)
    : client_(client), facts_(std::move(facts)) {}

V1Session::~V1Session() {
  v1::DeleteSessionRequest request;
  request.set_session_id(id());
  client_.DeleteSession(request, absl::Now() + kDeletionTimeout).IgnoreError();
}

}  // namespace registryd::client
