#include "registry/auth/realm_policy.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/base/utf8.h"
#include "registry/config/host_port.h"

namespace registryd {
namespace {

constexpr size_t kMaxQuotedBytes = 256;

absl::Status Refused(absl::string_view why) {
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kRealmRefused, why);
}

// Docker Hub's registry and its token server, by their certificates.
bool IsDockerHub(const Upstream& upstream, const Origin& registry) {
  if (registry.scheme != "https" || registry.port != 443) return false;
  if (upstream.tls.insecure_skip_verify) return false;
  return registry.host == "registry-1.docker.io" || registry.host == "index.docker.io" ||
         registry.host == "docker.io";
}

bool IsDockerHubRealm(const Origin& realm) {
  return realm == Origin{"https", "auth.docker.io", 443};
}

}  // namespace

absl::StatusOr<RealmPolicy> RealmPolicy::Create(absl::Span<const std::string> trusted_realms,
                                                PlaintextHosts plaintext) {
  RealmPolicy policy;
  policy.plaintext_ = std::move(plaintext);
  for (const std::string& entry : trusted_realms) {
    if (const absl::Status valid = ValidateHostPort(entry); !valid.ok()) {
      return Error(absl::StatusCode::kInvalidArgument, Reason::kSettingInvalid, valid.message());
    }
    HostPort split{entry, ""};
    if (const std::optional<HostPort> parts = SplitHostPort(entry)) {
      split = *parts;
    } else if (absl::ConsumePrefix(&split.host, "[")) {
      absl::ConsumeSuffix(&split.host, "]");
    }
    Place place{absl::AsciiStrToLower(split.host), 0};
    // Digits of a port, as was checked.
    uint32_t port = 0;
    if (absl::SimpleAtoi(split.port, &port)) place.port = static_cast<uint16_t>(port);
    policy.trusted_.push_back(std::move(place));
  }
  return policy;
}

bool RealmPolicy::IsTrusted(const Origin& realm) const {
  const uint16_t own_port = realm.scheme == "https" ? 443 : 80;
  return std::any_of(trusted_.begin(), trusted_.end(), [&](const Place& place) {
    return place.host == realm.host && (place.port == 0 ? own_port : place.port) == realm.port;
  });
}

absl::StatusOr<RealmDecision> RealmPolicy::Decide(const Upstream& upstream, absl::string_view realm,
                                                  bool has_credentials) const {
  if (realm.empty()) return Refused("no realm specified for token auth challenge");
  absl::StatusOr<Url> url = Url::Parse(realm);
  if (!url.ok()) {
    return Refused(absl::StrCat("invalid token auth challenge realm: ",
                                PrintableText(url.status().message(), kMaxQuotedBytes)));
  }
  const std::string text = PrintableText(url->WithoutQuery(), kMaxQuotedBytes);
  if (url->has_user_info()) {
    return Refused(absl::StrCat("token realm ", text, " has user information"));
  }
  std::optional<Origin> origin = OriginOf(*url);
  if (!origin.has_value()) {
    return Refused(absl::StrCat("token realm ", text, " is no http or https URL"));
  }
  const absl::StatusOr<Url> registry_url = Url::Parse(upstream.origin);
  const std::optional<Origin> registry =
      registry_url.ok() ? OriginOf(*registry_url) : std::optional<Origin>();
  if (!registry.has_value()) return Refused("the registry that named the realm has no address");
  if (registry->scheme == "https" && origin->scheme == "http") {
    return Refused(absl::StrCat("https registry ", upstream.origin, " names token realm ", text,
                                ", which is plain http"));
  }

  RealmDecision decision{*std::move(url), *origin};
  decision.own_origin = *origin == *registry;
  decision.own_host = origin->host == registry->host;
  const bool is_other_port = decision.own_host && origin->scheme == "https" &&
                             registry->scheme == "https" && !upstream.tls.insecure_skip_verify;
  const bool is_trusted = IsTrusted(*origin);
  const bool is_hub = IsDockerHub(upstream, *registry) && IsDockerHubRealm(*origin);
  decision.host_is_configured = is_trusted;
  decision.may_have_credentials = decision.own_origin || is_other_port || is_trusted || is_hub;
  if (decision.may_have_credentials && origin->scheme == "http") {
    const bool allowed = (decision.own_origin && upstream.allow_plaintext_credentials) ||
                         (is_trusted && plaintext_.Allows(decision.url.host()));
    if (!allowed && has_credentials) {
      return Error(
          absl::StatusCode::kFailedPrecondition, Reason::kPlaintextCredentialsRefused,
          absl::StrCat("token realm ", text,
                       " is plain http, and no allow-plaintext-credentials names its host: "
                       "credentials are not sent"));
    }
    decision.may_have_credentials = allowed;
  }
  return decision;
}

}  // namespace registryd
