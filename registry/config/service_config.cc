#include "registry/config/service_config.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/config/host_port.h"
#include "registry/reference/index_name.h"
#include "registry/uri/mirror_url.h"
#include "registry/uri/password_mask.h"
#include "registry/uri/url.h"

namespace registryd {
namespace {

constexpr absl::string_view kPublicIndex = "docker.io";
// A registry on the machine itself is taken for a developer's.
constexpr absl::string_view kImplicitInsecureCidr = "127.0.0.0/8";

std::string Field(absl::string_view list, size_t index) {
  return absl::StrCat(list, "[", index, "]");
}

// `status`, naming `field` in place of what it named.
absl::Status AtField(const absl::Status& status, absl::string_view field) {
  return FieldError(ReasonOf(status), field, status.message());
}

bool HasScheme(absl::string_view text) { return absl::StrContains(text, "://"); }

// Cuts a leading http:// or https:// off, in any case of letters, and says so.
absl::string_view CutScheme(absl::string_view registry, std::vector<std::string>& warnings) {
  for (const absl::string_view scheme : {"http://", "https://"}) {
    if (!absl::StartsWithIgnoreCase(registry, scheme)) continue;
    warnings.push_back(absl::StrCat("insecure registry ", MaskPassword(registry),
                                    " should not contain '", scheme, "' and '", scheme,
                                    "' has been removed from the insecure registry config"));
    return registry.substr(scheme.size());
  }
  return registry;
}

void AddUnlessThere(std::vector<Cidr>& cidrs, const Cidr& cidr) {
  if (std::find(cidrs.begin(), cidrs.end(), cidr) == cidrs.end()) cidrs.push_back(cidr);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const ServiceConfig>> ServiceConfig::Create(
    ServiceOptions options, InsecureMatch insecure_match) {
  // The constructor is private to std::make_shared too.
  std::shared_ptr<ServiceConfig> config(new ServiceConfig());
  config->options_ = std::move(options);
  config->insecure_match_ = insecure_match;
  if (absl::Status s = config->LoadAllowNondistributableArtifacts(); !s.ok()) return s;
  // The public index carries the mirrors, so they come before the indexes.
  if (absl::Status s = config->LoadMirrors(); !s.ok()) return s;
  if (absl::Status s = config->LoadInsecureRegistries(); !s.ok()) return s;
  return config;
}

std::shared_ptr<const ServiceConfig> ServiceConfig::AllSecure() {
  std::shared_ptr<ServiceConfig> config(new ServiceConfig());
  // Without the rule for `localhost`.
  config->insecure_match_ = InsecureMatch::kCompatible;
  config->LoadInsecureRegistries().IgnoreError();  // There are none.
  config->insecure_cidrs_.clear();
  config->insecure_match_needs_addresses_ = false;
  return config;
}

absl::Status ServiceConfig::LoadAllowNondistributableArtifacts() {
  absl::flat_hash_set<std::string> seen_cidrs;
  for (size_t i = 0; i < options_.allow_nondistributable_artifacts.size(); ++i) {
    const std::string& registry = options_.allow_nondistributable_artifacts[i];
    const std::string field = Field("allow_nondistributable_artifacts", i);
    if (auto name = ValidateIndexName(registry); !name.ok()) return AtField(name.status(), field);
    if (HasScheme(registry)) {
      return FieldError(Reason::kNondistributableInvalid, field,
                        absl::StrCat("allow-nondistributable-artifacts registry ",
                                     MaskPassword(registry), " should not contain '://'"));
    }
    if (const std::optional<Cidr> cidr = Cidr::Parse(registry)) {
      // Here, unlike among the insecure ones, blocks that print alike are one.
      if (seen_cidrs.insert(cidr->ToString()).second) nondistributable_cidrs_.push_back(*cidr);
    } else if (absl::Status s = ValidateHostPort(registry); s.ok()) {
      if (nondistributable_set_.insert(registry).second) {
        nondistributable_hostnames_.push_back(registry);
      }
    } else {
      return FieldError(Reason::kNondistributableInvalid, field,
                        absl::StrCat("allow-nondistributable-artifacts registry ",
                                     MaskPassword(registry), " is not valid: ", s.message()));
    }
  }
  return absl::OkStatus();
}

absl::Status ServiceConfig::LoadMirrors() {
  absl::flat_hash_set<std::string> seen;
  for (size_t i = 0; i < options_.mirrors.size(); ++i) {
    absl::StatusOr<std::string> mirror = ValidateMirror(options_.mirrors[i]);
    if (!mirror.ok()) return AtField(mirror.status(), Field("mirrors", i));
    if (!seen.insert(*mirror).second) continue;
    const absl::StatusOr<Url> url = MirrorLookupUrl(*mirror);
    if (url.ok()) {
      mirrors_.push_back(Mirror{*std::move(mirror), absl::Cord(url->ToString()), url->host()});
      continue;
    }
    mirrors_.push_back(Mirror{*std::move(mirror), {}, ""});
    if (mirror_status_.ok()) mirror_status_ = AtField(url.status(), Field("mirrors", i));
  }
  return absl::OkStatus();
}

absl::Status ServiceConfig::LoadInsecureRegistries() {
  for (size_t i = 0; i < options_.insecure_registries.size(); ++i) {
    const std::string& given = options_.insecure_registries[i];
    const std::string field = Field("insecure_registries", i);
    if (auto name = ValidateIndexName(given); !name.ok()) return AtField(name.status(), field);
    const absl::string_view registry = CutScheme(given, warnings_);
    if (registry.size() == given.size() && HasScheme(registry)) {
      return FieldError(
          Reason::kInsecureRegistryInvalid, field,
          absl::StrCat("insecure registry ", MaskPassword(registry), " should not contain '://'"));
    }
    if (const std::optional<Cidr> cidr = Cidr::Parse(registry)) {
      AddUnlessThere(configured_insecure_cidrs_, *cidr);
    } else if (absl::Status s = ValidateHostPort(registry); s.ok()) {
      index_configs_[registry] = IndexInfo{std::string(registry), {}, false, false};
    } else {
      return FieldError(Reason::kInsecureRegistryInvalid, field,
                        absl::StrCat("insecure registry ", MaskPassword(registry),
                                     " is not valid: ", s.message()));
    }
  }
  insecure_cidrs_ = configured_insecure_cidrs_;
  AddUnlessThere(insecure_cidrs_, *Cidr::Parse(kImplicitInsecureCidr));
  insecure_match_needs_addresses_ =
      insecure_match_ == InsecureMatch::kCompatible || !configured_insecure_cidrs_.empty();

  // Last, so that no entry of the list can make Docker Hub insecure.
  IndexInfo public_index{std::string(kPublicIndex), {}, true, true};
  public_index.mirrors.reserve(mirrors_.size());
  for (const Mirror& mirror : mirrors_) public_index.mirrors.emplace_back(mirror.url);
  index_configs_[kPublicIndex] = std::move(public_index);
  return absl::OkStatus();
}

}  // namespace registryd
