#ifndef REGISTRYD_CLIENT_REGISTRYCTL_VIEWS_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_VIEWS_H_

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "registry/v1/config_service.pb.h"
#include "registry/v1/registry_service.pb.h"
#include "registry/v1/types.pb.h"

// The service's answers as tables.
namespace registryd::registryctl {

// `config_version` is that of the configuration which answered; 0: none did.
void ViewRepository(const ::registry::v1::RepositoryInfo& repository, uint64_t config_version,
                    std::ostream& out);
void ViewReference(const ::registry::v1::ParseReferenceResponse& reference, std::ostream& out);
void ViewIndex(const ::registry::v1::IndexInfo& index, std::ostream& out);

void ViewEndpoints(const google::protobuf::RepeatedPtrField<::registry::v1::APIEndpoint>& endpoints,
                   std::ostream& out);
// `targets` are those that were asked for; failed ones are left out.
void ViewBatch(const std::vector<std::string>& targets,
               const ::registry::v1::BatchLookupPullEndpointsResponse& batch, std::ostream& out);
void ViewInsecure(const ::registry::v1::IsInsecureRegistryResponse& answer, std::ostream& out);
// With the private keys that it holds, if any.
void ViewTls(const ::registry::v1::TLSConfig& config, std::ostream& out);

// Its secrets are shown as they are: hide them first.
void ViewAuthConfig(const ::registry::v1::ResolveAuthConfigResponse& answer, std::ostream& out);

// The identity token, which is a secret, only if `show_token`.
void ViewLogin(const ::registry::v1::AuthResponse& answer, bool show_token, std::ostream& out);
void ViewPing(const ::registry::v1::PingV2RegistryResponse& answer, std::ostream& out);
// As `docker search` prints it: descriptions are one line, and without `no_trunc` cut to
// 45 characters.
void ViewSearch(const google::protobuf::RepeatedPtrField<::registry::v1::SearchResult>& results,
                bool no_trunc, std::ostream& out);

void ViewConfig(uint64_t version, const ::registry::v1::ServiceConfig& config, std::ostream& out);
void ViewCurrentConfig(const ::registry::v1::GetServiceConfigResponse& answer, std::ostream& out);
void ViewPrepared(const ::registry::v1::PrepareServiceConfigResponse& answer, std::ostream& out);
void ViewWarnings(const google::protobuf::RepeatedPtrField<std::string>& warnings,
                  std::ostream& out);

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_VIEWS_H_
