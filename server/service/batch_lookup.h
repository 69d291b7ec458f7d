#ifndef REGISTRYD_SERVER_SERVICE_BATCH_LOOKUP_H_
#define REGISTRYD_SERVER_SERVICE_BATCH_LOOKUP_H_

#include <memory>

#include "registry/base/cancellation.h"
#include "registry/config/service_config.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/v1/registry_service.pb.h"
#include "server/service/unary_call.h"

namespace registryd {

// Looks up where to pull each target of `request` from, all at the same time and
// by `config`, and fills in the results of `response`. A target's failure is its
// result; but when the caller's time is up the call fails as a whole. `request`
// and `response` live until `done` is called.
void LookUpBatch(EndpointLookup& lookup, const std::shared_ptr<const ServiceConfig>& config,
                 const ::registry::v1::BatchLookupPullEndpointsRequest& request,
                 const CallContext& context,
                 ::registry::v1::BatchLookupPullEndpointsResponse* response, DoneCallback done);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_BATCH_LOOKUP_H_
