#ifndef REGISTRYD_CLIENT_REGISTRYCTL_V1_VIEWS_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_V1_VIEWS_H_

#include <ostream>
#include <string>

#include "registry/v1/v1_session_service.pb.h"

// Answers about V1 registries as tables.
namespace registryd::registryctl {

// `endpoint` is the session's.
void ViewV1Ping(const std::string& endpoint, const ::registry::v1::PingResponse& answer,
                std::ostream& out);
void ViewV1Tags(const ::registry::v1::GetRemoteTagsResponse& answer, std::ostream& out);
void ViewV1Images(const ::registry::v1::GetRepositoryDataResponse& answer, std::ostream& out);
// An id a line.
void ViewV1History(const ::registry::v1::GetRemoteHistoryResponse& answer, std::ostream& out);
// A registry's text for a terminal: safe, and with its lines.
void ViewV1Json(const std::string& json, std::ostream& out);
void ViewV1Push(const std::string& image_id,
                const ::registry::v1::PushImageLayerRegistryResponse& answer, std::ostream& out);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_V1_VIEWS_H_
