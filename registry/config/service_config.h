#ifndef REGISTRYD_REGISTRY_CONFIG_SERVICE_CONFIG_H_
#define REGISTRYD_REGISTRY_CONFIG_SERVICE_CONFIG_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"
#include "registry/config/index_info.h"
#include "registry/net/ip_address.h"

namespace registryd {

// What an operator writes: the three lists of Docker's daemon.json, as given.
struct ServiceOptions {
  std::vector<std::string> allow_nondistributable_artifacts;
  std::vector<std::string> mirrors;
  std::vector<std::string> insecure_registries;

  friend bool operator==(const ServiceOptions& a, const ServiceOptions& b) {
    return a.allow_nondistributable_artifacts == b.allow_nondistributable_artifacts &&
           a.mirrors == b.mirrors && a.insecure_registries == b.insecure_registries;
  }
};

// When a host name counts as insecure by its addresses.
enum class InsecureMatch {
  // The implicit loopback rule needs a loopback literal or `localhost`; another
  // name needs *all* its addresses within configured CIDRs.
  kStrict,
  // As Docker Engine: one address in one CIDR, the implicit one too, is enough.
  kCompatible,
};

// A mirror of Docker Hub, ready for a look-up.
struct Mirror {
  std::string url;  // As configured, ending in one '/'.
  // As an endpoint reports it. Docker Engine puts "https://" before what does not
  // begin with http:// or https:// in small letters: "HTTP://x/" is reported as
  // "https://HTTP://x/". Endpoints share its text.
  absl::Cord lookup_url;
  // HOST[:PORT]: names its certs.d folder and decides its trust. Empty for an
  // address without a host ("https:"), which Docker Engine accepts.
  std::string host;
};

// An immutable, validated configuration with everything that a look-up needs
// already computed. Shared by all threads.
class ServiceConfig {
 public:
  // Validates and normalises `options` as Docker Engine's newServiceConfig does,
  // in its order (non-distributable, mirrors, insecure registries) and with its
  // wording. Returns INVALID_ARGUMENT with reason MIRROR_INVALID,
  // INSECURE_REGISTRY_INVALID, INDEX_NAME_INVALID or
  // NONDISTRIBUTABLE_ARTIFACTS_INVALID; the field names the entry:
  // "mirrors[1]", "insecure_registries[0]", "allow_nondistributable_artifacts[2]".
  static absl::StatusOr<std::shared_ptr<const ServiceConfig>> Create(
      ServiceOptions options, InsecureMatch insecure_match = InsecureMatch::kStrict);

  // By which no registry is insecure, not even on this machine.
  static std::shared_ptr<const ServiceConfig> AllSecure();

  // What was given, as given.
  const ServiceOptions& options() const { return options_; }
  InsecureMatch insecure_match() const { return insecure_match_; }

  // In order of configuration, without duplicates.
  const std::vector<Cidr>& allow_nondistributable_artifacts_cidrs() const {
    return nondistributable_cidrs_;
  }
  const std::vector<std::string>& allow_nondistributable_artifacts_hostnames() const {
    return nondistributable_hostnames_;
  }
  // Configured blocks and, but for AllSecure(), 127.0.0.0/8.
  const std::vector<Cidr>& insecure_registry_cidrs() const { return insecure_cidrs_; }
  // The blocks that an operator configured: without the implicit one, unless it
  // was written down too.
  const std::vector<Cidr>& configured_insecure_cidrs() const { return configured_insecure_cidrs_; }
  // Some block can make a host insecure by the addresses of its name: without
  // it no name needs to be resolved to know how far it is trusted.
  bool insecure_match_needs_addresses() const { return insecure_match_needs_addresses_; }
  const absl::flat_hash_map<std::string, IndexInfo>& index_configs() const {
    return index_configs_;
  }
  const std::vector<Mirror>& mirrors() const { return mirrors_; }
  // Docker Engine accepts a few mirrors that no look-up for Docker Hub can use
  // ("https:opaque"). INVALID_ARGUMENT (MIRROR_INVALID, field "mirrors[1]") naming
  // the first of them, and OK without one.
  const absl::Status& mirror_status() const { return mirror_status_; }
  bool allows_nondistributable_hostname(absl::string_view hostname) const {
    return !nondistributable_set_.empty() && nondistributable_set_.contains(hostname);
  }

  // What was accepted but should be looked at, a sentence each.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  ServiceConfig() = default;
  absl::Status LoadAllowNondistributableArtifacts();
  absl::Status LoadMirrors();
  absl::Status LoadInsecureRegistries();

  ServiceOptions options_;
  InsecureMatch insecure_match_ = InsecureMatch::kStrict;
  std::vector<Cidr> nondistributable_cidrs_;
  std::vector<std::string> nondistributable_hostnames_;
  absl::flat_hash_set<std::string> nondistributable_set_;
  std::vector<Cidr> insecure_cidrs_;
  std::vector<Cidr> configured_insecure_cidrs_;
  bool insecure_match_needs_addresses_ = false;
  absl::flat_hash_map<std::string, IndexInfo> index_configs_;
  std::vector<Mirror> mirrors_;
  absl::Status mirror_status_;
  std::vector<std::string> warnings_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_CONFIG_SERVICE_CONFIG_H_
