#include "server/api.h"

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "registry/v1/config_service.grpc.pb.h"
#include "registry/v1/registry_service.grpc.pb.h"
#include "registry/v1/v1_session_service.grpc.pb.h"
#include "src/proto/grpc/health/v1/health.pb.h"

namespace registryd {
namespace {

// Reflection describes what is linked in, and gRPC's own health service is made without
// its descriptor.
[[maybe_unused]] const google::protobuf::Descriptor* const kHealthIsLinkedIn =
    grpc::health::v1::HealthCheckRequest::descriptor();

std::vector<std::string> MethodsOf(const std::vector<std::string>& services) {
  std::vector<std::string> methods;
  for (const std::string& name : services) {
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(name);
    for (int i = 0; i < service->method_count(); ++i) {
      methods.push_back(absl::StrCat(name, "/", service->method(i)->name()));
    }
  }
  return methods;
}

}  // namespace

const std::vector<std::string>& ApiServices() {
  static const auto* const services = new std::vector<std::string>{
      registry::v1::RegistryService::service_full_name(),
      registry::v1::ConfigService::service_full_name(),
      registry::v1::V1SessionService::service_full_name(),
  };
  return *services;
}

const std::vector<std::string>& ApiMethods() {
  static const auto* const methods = new std::vector<std::string>(MethodsOf(ApiServices()));
  return *methods;
}

}  // namespace registryd
