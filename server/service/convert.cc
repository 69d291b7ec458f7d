#include "server/service/convert.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/auth/v2_request.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"
#include "registry/base/utf8.h"
#include "registry/net/ip_address.h"
#include "server/grpc_status.h"

namespace registryd {
namespace {

using Strings = google::protobuf::RepeatedPtrField<std::string>;

void Fill(const std::vector<std::string>& values, Strings* messages) {
  messages->Assign(values.begin(), values.end());
}

void Fill(const std::vector<Cidr>& blocks, Strings* messages) {
  messages->Reserve(static_cast<int>(blocks.size()));
  for (const Cidr& block : blocks) *messages->Add() = block.ToString();
}

std::vector<std::string> ToVector(const Strings& messages) {
  return {messages.begin(), messages.end()};
}

std::string ToString(absl::string_view text) { return std::string(text); }
std::string ToString(const Secret& secret) { return std::string(secret.Reveal()); }

Secret ToSecret(const std::string& text) { return Secret(absl::string_view(text)); }

}  // namespace

void Fill(const IndexInfo& index, api::IndexInfo* message) {
  message->set_name(index.name);
  for (const absl::Cord& mirror : index.mirrors) {
    absl::CopyCordToString(mirror, message->add_mirrors());
  }
  message->set_secure(index.secure);
  message->set_official(index.official);
}

void Fill(const RepositoryInfo& repository, api::RepositoryInfo* message) {
  message->set_name(ToString(repository.reference.name()));
  Fill(repository.index, message->mutable_index());
  message->set_official(repository.official);
}

// Files may hold any bytes, and be called by any; what is PEM in them is ASCII.
void Fill(const TlsConfig& config, PrivateKeys keys, api::TLSConfig* message) {
  message->set_insecure_skip_verify(config.insecure_skip_verify);
  message->set_min_version(api::TLS_VERSION_1_2);
  for (const TrustRoot& root : config.certificates->roots) {
    auto* const added = message->add_root_certificates();
    added->set_file(ValidUtf8(root.file));
    added->set_pem(ValidUtf8(root.pem));
  }
  for (const ClientCertificate& certificate : config.certificates->client_certificates) {
    auto* const added = message->add_client_certificates();
    added->set_certificate_file(ValidUtf8(certificate.certificate_file));
    added->set_key_file(ValidUtf8(certificate.key_file));
    added->set_certificate_pem(ValidUtf8(certificate.certificate_pem));
    if (keys == PrivateKeys::kInclude) {
      added->set_private_key_pem(ValidUtf8(certificate.key_pem.Reveal()));
    }
  }
}

void Fill(const APIEndpoint& endpoint, api::APIEndpoint* message) {
  message->set_mirror(endpoint.mirror);
  absl::CopyCordToString(endpoint.url, message->mutable_url());
  message->set_version(api::API_VERSION_V2);
  message->set_allow_nondistributable_artifacts(endpoint.allow_nondistributable_artifacts);
  message->set_official(endpoint.official);
  message->set_trim_hostname(endpoint.trim_hostname);
  Fill(endpoint.tls_config, PrivateKeys::kLeaveOut, message->mutable_tls_config());
}

void Fill(const std::vector<APIEndpoint>& endpoints,
          google::protobuf::RepeatedPtrField<api::APIEndpoint>* messages) {
  messages->Reserve(static_cast<int>(endpoints.size()));
  for (const APIEndpoint& endpoint : endpoints) Fill(endpoint, messages->Add());
}

void Fill(const AuthConfig& config, api::AuthConfig* message) {
  message->set_username(config.username);
  message->set_password(ToString(config.password));
  message->set_auth(ToString(config.auth));
  message->set_server_address(config.server_address);
  message->set_identity_token(ToString(config.identity_token));
  message->set_registry_token(ToString(config.registry_token));
  message->set_email(config.email);
}

void Fill(const ServiceConfig& config, api::ServiceConfig* message) {
  Fill(config.allow_nondistributable_artifacts_cidrs(),
       message->mutable_allow_nondistributable_artifacts_cidrs());
  Fill(config.allow_nondistributable_artifacts_hostnames(),
       message->mutable_allow_nondistributable_artifacts_hostnames());
  Fill(config.insecure_registry_cidrs(), message->mutable_insecure_registry_cidrs());
  for (const auto& [name, index] : config.index_configs()) {
    Fill(index, &(*message->mutable_index_configs())[name]);
  }
  for (const Mirror& mirror : config.mirrors()) message->add_mirrors(mirror.url);
}

void Fill(const ServiceOptions& options, api::ServiceOptions* message) {
  Fill(options.allow_nondistributable_artifacts,
       message->mutable_allow_nondistributable_artifacts());
  Fill(options.mirrors, message->mutable_mirrors());
  Fill(options.insecure_registries, message->mutable_insecure_registries());
}

void Fill(const absl::Status& status, api::Error* message) {
  message->set_code(static_cast<int>(status.code()));
  message->set_reason(ToString(ReasonName(ReasonOf(status))));
  message->set_message(SafeMessage(status.message()));
  message->set_field(FieldOf(status));
}

void Fill(const Reference& reference, api::ParseReferenceResponse* message) {
  message->set_domain(ToString(reference.domain()));
  message->set_path(ToString(reference.path()));
  message->set_name(ToString(reference.name()));
  message->set_tag(ToString(reference.tag()));
  message->set_digest(ToString(reference.digest()));
  message->set_familiar_name(ToString(reference.familiar_name()));
  message->set_familiar(reference.familiar());
  message->set_canonical(ToString(reference.canonical()));
  message->set_official(reference.official());
}

void Fill(absl::Time time, google::protobuf::Timestamp* message) {
  const timespec split = absl::ToTimespec(time);
  message->set_seconds(split.tv_sec);
  message->set_nanos(static_cast<int32_t>(split.tv_nsec));
}

void Fill(absl::Duration duration, google::protobuf::Duration* message) {
  message->set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  message->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

void Fill(const AuthChallenge& challenge, api::Challenge* message) {
  message->set_scheme(ValidUtf8(challenge.scheme));
  for (const auto& [name, value] : challenge.parameters) {
    (*message->mutable_parameters())[ValidUtf8(name)] = ValidUtf8(value);
  }
}

void Fill(const SearchResult& result, api::SearchResult* message) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  constexpr int64_t kLeast = std::numeric_limits<int32_t>::min();
  message->set_star_count(
      static_cast<int32_t>(std::max(kLeast, std::min(kMost, result.star_count))));
  message->set_is_official(result.is_official);
  message->set_name(ValidUtf8(result.name));
  message->set_is_automated(result.is_automated);
  message->set_description(ValidUtf8(result.description));
}

void Fill(const V2Ping& ping, api::PingV2RegistryResponse* response) {
  response->set_endpoint_url(ping.endpoint_url);
  response->set_answered_url(ValidUtf8(ping.answered_url));
  response->set_status_code(ping.status_code);
  for (const std::string& version : ping.api_versions) {
    response->add_api_versions(ValidUtf8(version));
  }
  for (const AuthChallenge& challenge : ping.ChallengesFor(V2Url(ping.endpoint_url))) {
    Fill(challenge, response->add_challenges());
  }
  Fill(ping.elapsed, response->mutable_elapsed());
}

api::InsecureMatch ToMessage(InsecureMatch match) {
  switch (match) {
    case InsecureMatch::kStrict:
      return api::INSECURE_MATCH_STRICT;
    case InsecureMatch::kCompatible:
      return api::INSECURE_MATCH_COMPATIBLE;
  }
  return api::INSECURE_MATCH_UNSPECIFIED;
}

IndexInfo FromMessage(const api::IndexInfo& message) {
  IndexInfo index{message.name(), {}, message.secure(), message.official()};
  for (const std::string& mirror : message.mirrors()) index.mirrors.emplace_back(mirror);
  return index;
}

AuthConfig FromMessage(const api::AuthConfig& message) {
  AuthConfig config;
  config.username = message.username();
  config.password = ToSecret(message.password());
  config.auth = ToSecret(message.auth());
  config.email = message.email();
  config.server_address = message.server_address();
  config.identity_token = ToSecret(message.identity_token());
  config.registry_token = ToSecret(message.registry_token());
  return config;
}

ServiceOptions FromMessage(const api::ServiceOptions& message) {
  ServiceOptions options;
  options.allow_nondistributable_artifacts = ToVector(message.allow_nondistributable_artifacts());
  options.mirrors = ToVector(message.mirrors());
  options.insecure_registries = ToVector(message.insecure_registries());
  return options;
}

AuthConfigs FromMessage(const google::protobuf::Map<std::string, api::AuthConfig>& messages) {
  AuthConfigs configs;
  for (const auto& [key, message] : messages) configs.emplace(key, FromMessage(message));
  return configs;
}

}  // namespace registryd
