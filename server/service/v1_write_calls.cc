#include "server/service/v1_write_calls.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "registry/v1/v1_index.h"
#include "registry/v1/v1_writes.h"

namespace registryd {

namespace api = ::registry::v1;

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const api::PushImageChecksumRegistryRequest& request, const CallContext& context,
              api::PushImageChecksumRegistryResponse*, DoneCallback done) {
  const api::V1Image& image = request.image();
  PushImageChecksumRegistry(session, {image.id(), image.checksum(), image.checksum_payload()},
                            request.registry(), context, std::move(done));
}

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const api::PushImageJSONRegistryRequest& request, const CallContext& context,
              api::PushImageJSONRegistryResponse*, DoneCallback done) {
  PushImageJsonRegistry(session, request.image_id(), request.json(), request.registry(), context,
                        std::move(done));
}

void AnswerV1(const std::shared_ptr<V1Session>& session, const api::PushRegistryTagRequest& request,
              const CallContext& context, api::PushRegistryTagResponse*, DoneCallback done) {
  PushRegistryTag(session, {request.repository(), request.revision(), request.tag()},
                  request.registry(), context, std::move(done));
}

void AnswerV1(const std::shared_ptr<V1Session>& session,
              const api::PushImageJSONIndexRequest& request, const CallContext& context,
              api::PushImageJSONIndexResponse* response, DoneCallback done) {
  V1ImageList list;
  list.repository = request.repository();
  for (const api::V1Image& image : request.images()) {
    list.images.push_back({image.id(), image.checksum(), image.tag()});
  }
  list.validate = request.validate();
  list.registries = {request.registries().begin(), request.registries().end()};
  PushImageJsonIndex(session, list, context,
                     [response, done = std::move(done)](
                         absl::StatusOr<std::vector<std::string>> endpoints) mutable {
                       if (!endpoints.ok()) return std::move(done)(endpoints.status());
                       for (std::string& endpoint : *endpoints) {
                         response->add_endpoints(std::move(endpoint));
                       }
                       std::move(done)(absl::OkStatus());
                     });
}

}  // namespace registryd
