#ifndef REGISTRYD_CLIENT_V1_SESSION_H_
#define REGISTRYD_CLIENT_V1_SESSION_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "client/v1_session_client.h"
#include "registry/v1/v1_session_service.pb.h"

namespace registryd::client {

// A session with a V1 registry, which ends with this object. Thread-safe.
class V1Session {
 public:
  // Asks the service for a session. Errors as CreateSession's. `client` must outlive what
  // is returned, which is not null.
  static absl::StatusOr<std::unique_ptr<V1Session>> Open(
      const V1SessionClient& client, const ::registry::v1::CreateSessionRequest& request,
      V1SessionClient::Deadline deadline = std::nullopt);

  // Asks the service to delete the session, for at most two seconds. If that fails, the
  // service ends it when it has been idle.
  ~V1Session();

  V1Session(const V1Session&) = delete;
  V1Session& operator=(const V1Session&) = delete;

  // Goes into each request as `session_id`.
  const std::string& id() const { return facts_.session_id(); }

  // What the service told of the session.
  const ::registry::v1::CreateSessionResponse& facts() const { return facts_; }

 private:
  V1Session(const V1SessionClient& client, ::registry::v1::CreateSessionResponse facts);

  const V1SessionClient& client_;
  const ::registry::v1::CreateSessionResponse facts_;
};

}  // namespace registryd::client

#endif  // REGISTRYD_CLIENT_V1_SESSION_H_
