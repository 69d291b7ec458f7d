#include "server/service/v1_create_call.h"

#include <memory>
#include <utility>

#include "registry/auth/auth_config.h"
#include "registry/base/error.h"
#include "server/service/convert.h"
#include "server/service/request_credentials.h"

namespace registryd {
namespace {

absl::StatusOr<V1SessionOptions> MakeOptions(const api::CreateSessionRequest& request,
                                             const std::string& caller) {
  V1SessionOptions options;
  options.endpoint = request.endpoint();
  options.user_agent = request.user_agent();
  for (const api::Header& header : request.headers()) {
    options.headers.push_back({header.name(), header.value()});
  }
  options.require_secure = request.require_secure();
  options.caller = caller;
  if (!HoldsCredentials(request.auth_config())) return options;
  auto credentials = CredentialsIn(request.auth_config());
  if (!credentials.ok()) return credentials.status();
  options.credentials = *std::move(credentials);
  return options;
}

}  // namespace

void AnswerCreateSession(const V1SessionParts& parts, V1SessionTable& sessions,
                         const std::string& caller, const api::CreateSessionRequest& request,
                         const CallContext& context, api::CreateSessionResponse* response,
                         DoneCallback done) {
  absl::StatusOr<V1SessionOptions> options = MakeOptions(request, caller);
  if (!options.ok()) return std::move(done)(options.status());
  absl::StatusOr<V1SessionTable::Place> place = sessions.Reserve(caller);
  if (!place.ok()) return std::move(done)(place.status());
  V1Session::Open(
      parts, *std::move(options), context,
      [&sessions, place = *std::move(place), cancellation = context.cancellation, response,
       done = std::move(done)](absl::StatusOr<std::shared_ptr<V1Session>> session) mutable {
        if (!session.ok()) return std::move(done)(session.status());
        if (cancellation->cancelled()) {
          (*session)->Close();
          return std::move(done)(
              Error(absl::StatusCode::kCancelled, Reason::kCancelled, "the caller gave up"));
        }
        response->set_endpoint((*session)->endpoint().ToString());
        response->set_standalone((*session)->standalone());
        absl::StatusOr<std::string> id = sessions.Add(std::move(place), *std::move(session));
        if (!id.ok()) return std::move(done)(id.status());
        response->set_session_id(*std::move(id));
        Fill(sessions.idle_timeout(), response->mutable_idle_timeout());
        std::move(done)(absl::OkStatus());
      });
}

}  // namespace registryd
