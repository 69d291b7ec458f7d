#ifndef REGISTRYD_SERVER_SERVICE_CONVERT_H_
#define REGISTRYD_SERVER_SERVICE_CONVERT_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_field.h"
#include "google/protobuf/timestamp.pb.h"
#include "registry/auth/auth_challenge.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/v2_ping.h"
#include "registry/config/index_info.h"
#include "registry/config/service_config.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/reference/reference.h"
#include "registry/search/search_results.h"
#include "registry/tls/host_certificates.h"
#include "registry/v1/registry_service.pb.h"
#include "registry/v1/types.pb.h"

// The core's types as messages of the API, and back. Each Fill sets all fields
// of a message that was empty. Private keys are written only where PrivateKeys says
// so.
namespace registryd {

namespace api = ::registry::v1;

enum class PrivateKeys { kLeaveOut, kInclude };

void Fill(const IndexInfo& index, api::IndexInfo* message);
void Fill(const RepositoryInfo& repository, api::RepositoryInfo* message);
void Fill(const TlsConfig& config, PrivateKeys keys, api::TLSConfig* message);
void Fill(const APIEndpoint& endpoint, api::APIEndpoint* message);
void Fill(const std::vector<APIEndpoint>& endpoints,
          google::protobuf::RepeatedPtrField<api::APIEndpoint>* messages);
void Fill(const AuthConfig& config, api::AuthConfig* message);
void Fill(const ServiceConfig& config, api::ServiceConfig* message);
void Fill(const ServiceOptions& options, api::ServiceOptions* message);
// `status` is not OK.
void Fill(const absl::Status& status, api::Error* message);
// All but its index.
void Fill(const Reference& reference, api::ParseReferenceResponse* message);
void Fill(absl::Time time, google::protobuf::Timestamp* message);
void Fill(absl::Duration duration, google::protobuf::Duration* message);
// What registries say is made UTF-8, as every string of the API must be.
void Fill(const AuthChallenge& challenge, api::Challenge* message);
void Fill(const SearchResult& result, api::SearchResult* message);
void Fill(const V2Ping& ping, api::PingV2RegistryResponse* response);

api::InsecureMatch ToMessage(InsecureMatch match);

IndexInfo FromMessage(const api::IndexInfo& message);
AuthConfig FromMessage(const api::AuthConfig& message);
ServiceOptions FromMessage(const api::ServiceOptions& message);
AuthConfigs FromMessage(const google::protobuf::Map<std::string, api::AuthConfig>& messages);

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_CONVERT_H_
