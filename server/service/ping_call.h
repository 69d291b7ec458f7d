#ifndef REGISTRYD_SERVER_SERVICE_PING_CALL_H_
#define REGISTRYD_SERVER_SERVICE_PING_CALL_H_

#include <string>

#include "registry/base/cancellation.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/v1/registry_service.pb.h"
#include "server/service/unary_call.h"
#include "server/service/upstream_parts.h"

namespace registryd {

// Answers RegistryService.PingV2Registry: a host's push endpoints are asked in order
// until one answers, an endpoint's URL with the trust that its host has. `lookup`
// outlives the call; `request` and `response` live until `done` is called.
void AnswerPing(const UpstreamParts& upstream, EndpointLookup& lookup,
                EndpointLookup::Config config, const ::registry::v1::PingV2RegistryRequest& request,
                const CallContext& context, ::registry::v1::PingV2RegistryResponse* response,
                DoneCallback done);

// The registry that `request` is for, as HostLabel shows it.
std::string RegistryOf(const ::registry::v1::PingV2RegistryRequest& request);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_PING_CALL_H_
