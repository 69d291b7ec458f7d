#ifndef REGISTRYD_SERVER_SERVICE_AUTH_CALL_H_
#define REGISTRYD_SERVER_SERVICE_AUTH_CALL_H_

#include <string>

#include "registry/base/cancellation.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/v1/registry_service.pb.h"
#include "server/listen/caller_identity.h"
#include "server/service/unary_call.h"
#include "server/service/upstream_parts.h"

namespace registryd {

// Answers RegistryService.Auth: with the caller's credentials, or for an admin with the
// service's own. The token that the latter may bring stays here. `request` and
// `response` live until `done` is called.
void AnswerAuth(const UpstreamParts& upstream, EndpointLookup::Config config,
                const ::registry::v1::AuthRequest& request, const CallerIdentity& caller,
                const CallContext& context, ::registry::v1::AuthResponse* response,
                DoneCallback done);

// The registry that `request` is for, as HostLabel shows it.
std::string RegistryOf(const ::registry::v1::AuthRequest& request);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_AUTH_CALL_H_
