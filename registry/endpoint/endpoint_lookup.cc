#include "registry/endpoint/endpoint_lookup.h"

#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/cord_buffer.h"
#include "absl/types/span.h"
#include "registry/config/host_port.h"
#include "registry/endpoint/insecure_match.h"
#include "registry/endpoint/lookup_facts.h"
#include "registry/reference/index_name.h"
#include "registry/tls/certs_directory.h"
#include "registry/uri/url.h"
#include "registry/uri/url_escape.h"

namespace registryd {
namespace {

constexpr absl::string_view kHttp = "http";
constexpr absl::string_view kHttps = "https";
constexpr absl::string_view kAuthority = "://";

using Config = EndpointLookup::Config;
template <typename T>
using Callback = EndpointLookup::Callback<T>;

// A question about one host or name, answered as if all facts were known.
template <typename T>
using Calculation = absl::StatusOr<T> (*)(const ServiceConfig& config, absl::string_view hostname,
                                          LookupFacts& facts);

// A question that waits for facts. Owns itself through what it waits for.
template <typename T>
class Pending : public std::enable_shared_from_this<Pending<T>> {
 public:
  Pending(DnsResolver& resolver, CertificateStore& certificates, Config config,
          absl::string_view hostname, const CallContext& context, Calculation<T> calculation,
          Callback<T> done)
      : config_(std::move(config)),
        hostname_(hostname),
        context_(context),
        calculation_(calculation),
        done_(std::move(done)),
        facts_(resolver, certificates) {}

  void Run() {
    facts_.Begin();
    absl::StatusOr<T> result = calculation_(*config_, hostname_, facts_);
    if (!facts_.complete()) {
      facts_.Fetch(context_, [self = this->shared_from_this()] { self->Run(); });
    } else if (!facts_.status().ok()) {
      std::move(done_)(facts_.status());
    } else {
      std::move(done_)(std::move(result));
    }
  }

 private:
  const Config config_;
  const std::string hostname_;
  const CallContext context_;
  const Calculation<T> calculation_;
  Callback<T> done_;
  LookupFacts facts_;
};

// The answer if everything is known, which costs no more than the answer itself.
template <typename T>
std::optional<absl::StatusOr<T>> AnswerNow(DnsResolver& resolver, CertificateStore& certificates,
                                           const ServiceConfig& config, absl::string_view hostname,
                                           Calculation<T> calculation) {
  LookupFacts facts(resolver, certificates);
  std::optional<absl::StatusOr<T>> result(calculation(config, hostname, facts));
  if (!facts.complete() || !facts.status().ok()) result.reset();
  return result;
}

template <typename T>
void Ask(DnsResolver& resolver, CertificateStore& certificates, Config config,
         absl::string_view hostname, const CallContext& context, Calculation<T> calculation,
         Callback<T> done) {
  if (auto result = AnswerNow(resolver, certificates, *config, hostname, calculation)) {
    return std::move(done)(*std::move(result));
  }
  std::make_shared<Pending<T>>(resolver, certificates, std::move(config), hostname, context,
                               calculation, std::move(done))
      ->Run();
}

bool IsDockerHub(absl::string_view hostname) {
  return hostname == kDefaultDomain || hostname == kLegacyDefaultDomain;
}

const std::shared_ptr<const HostCertificates>& NoCertificates() {
  static const auto* const none =
      new std::shared_ptr<const HostCertificates>(std::make_shared<const HostCertificates>());
  return *none;
}

const absl::Cord& DockerHubUrl() {
  static const auto* const url = new absl::Cord("https://registry-1.docker.io");
  return *url;
}

// As UrlString(), in one allocation.
absl::Cord UrlCord(absl::string_view scheme, absl::string_view host) {
  if (host.empty() || !IsUrlPlain(host, UrlPart::kHost)) {
    return absl::Cord(UrlString(scheme, host));
  }
  const size_t size = scheme.size() + kAuthority.size() + host.size();
  auto buffer = absl::CordBuffer::CreateWithDefaultLimit(size);
  const absl::Span<char> room = buffer.available_up_to(size);
  char* at = room.data();
  for (const absl::string_view part : {scheme, kAuthority, host}) {
    std::memcpy(at, part.data(), part.size());
    at += part.size();
  }
  buffer.IncreaseLengthBy(size);
  absl::Cord url;
  url.Append(std::move(buffer));
  return url;
}

InsecureDecision Decide(const ServiceConfig& config, absl::string_view hostname,
                        LookupFacts& facts) {
  if (std::optional<InsecureDecision> decision = MatchInsecureByName(config, hostname)) {
    return *std::move(decision);
  }
  return MatchInsecureByAddresses(config, facts.Addresses(HostOf(hostname)));
}

bool AllowsNondistributable(const ServiceConfig& config, absl::string_view hostname,
                            LookupFacts& facts) {
  if (const std::optional<bool> allows = MatchNondistributableByName(config, hostname)) {
    return *allows;
  }
  return MatchNondistributableByAddresses(config, facts.Addresses(HostOf(hostname)));
}

// certs.d is not read for an insecure host, nor for one without a name.
TlsConfig MakeTlsConfig(const InsecureDecision& decision, absl::string_view hostname,
                        LookupFacts& facts) {
  if (decision.insecure || hostname.empty()) return {decision.insecure, NoCertificates()};
  return {false, facts.Certificates(hostname)};
}

DnsAnswer AddressesToDial(InsecureDecision& decision) {
  return decision.insecure ? std::move(decision.checked_addresses) : nullptr;
}

APIEndpoint MakeDockerHub(const ServiceConfig& config, absl::string_view hostname,
                          LookupFacts& facts) {
  return {/*mirror=*/false,
          DockerHubUrl(),
          AllowsNondistributable(config, hostname, facts),
          /*official=*/true,
          /*trim_hostname=*/true,
          TlsConfig{false, NoCertificates()},
          /*checked_addresses=*/nullptr};
}

APIEndpoint MakeMirror(const ServiceConfig& config, const Mirror& mirror, LookupFacts& facts) {
  InsecureDecision decision = Decide(config, mirror.host, facts);
  // A mirror is valid though its host can name no folder of certs.d: "https://..".
  const absl::string_view folder =
      CertsDirectory::CheckHost(mirror.host).ok() ? absl::string_view(mirror.host) : "";
  TlsConfig tls_config = MakeTlsConfig(decision, folder, facts);
  return {/*mirror=*/true,
          mirror.lookup_url,
          /*allow_nondistributable_artifacts=*/false,
          /*official=*/false,
          /*trim_hostname=*/true,
          std::move(tls_config),
          AddressesToDial(decision)};
}

absl::StatusOr<std::vector<APIEndpoint>> PushEndpoints(const ServiceConfig& config,
                                                       absl::string_view hostname,
                                                       LookupFacts& facts) {
  std::vector<APIEndpoint> endpoints;
  if (IsDockerHub(hostname)) {
    if (!config.mirror_status().ok()) return config.mirror_status();
    endpoints.push_back(MakeDockerHub(config, hostname, facts));
    return endpoints;
  }
  if (absl::Status s = CertsDirectory::CheckHost(hostname); !s.ok()) return s;
  InsecureDecision decision = Decide(config, hostname, facts);
  endpoints.reserve(decision.insecure ? 2 : 1);
  endpoints.push_back({/*mirror=*/false, UrlCord(kHttps, hostname),
                       AllowsNondistributable(config, hostname, facts),
                       /*official=*/false, /*trim_hostname=*/true,
                       MakeTlsConfig(decision, hostname, facts), AddressesToDial(decision)});
  if (endpoints.front().tls_config.insecure_skip_verify) {
    endpoints.push_back(endpoints.front());
    endpoints.back().url = UrlCord(kHttp, hostname);
  }
  return endpoints;
}

absl::StatusOr<std::vector<APIEndpoint>> PullEndpoints(const ServiceConfig& config,
                                                       absl::string_view hostname,
                                                       LookupFacts& facts) {
  if (!IsDockerHub(hostname)) return PushEndpoints(config, hostname, facts);
  if (!config.mirror_status().ok()) return config.mirror_status();
  std::vector<APIEndpoint> endpoints;
  endpoints.reserve(config.mirrors().size() + 1);
  for (const Mirror& mirror : config.mirrors()) {
    endpoints.push_back(MakeMirror(config, mirror, facts));
  }
  endpoints.push_back(MakeDockerHub(config, hostname, facts));
  return endpoints;
}

absl::StatusOr<InsecureVerdict> Verdict(const ServiceConfig& config, absl::string_view hostname,
                                        LookupFacts& facts) {
  InsecureDecision decision = Decide(config, hostname, facts);
  return InsecureVerdict{decision.insecure, std::string(decision.rule),
                         std::move(decision.checked_addresses)};
}

absl::StatusOr<TlsConfig> HostTlsConfig(const ServiceConfig& config, absl::string_view hostname,
                                        LookupFacts& facts) {
  if (absl::Status s = CertsDirectory::CheckHost(hostname); !s.ok()) return s;
  return MakeTlsConfig(Decide(config, hostname, facts), hostname, facts);
}

absl::StatusOr<IndexInfo> Index(const ServiceConfig& config, absl::string_view name,
                                LookupFacts& facts) {
  absl::StatusOr<std::string> valid = ValidateIndexName(name);
  if (!valid.ok()) return valid.status();
  if (const auto found = config.index_configs().find(*valid);
      found != config.index_configs().end()) {
    return found->second;
  }
  const bool secure = !Decide(config, *valid, facts).insecure;
  return IndexInfo{*std::move(valid), {}, secure, /*official=*/false};
}

RepositoryInfo MakeRepository(Reference reference, IndexInfo index) {
  const bool official = reference.official();
  return {std::move(reference), std::move(index), official};
}

}  // namespace

EndpointLookup::EndpointLookup(DnsResolver& resolver, CertificateStore& certificates)
    : resolver_(resolver), certificates_(certificates) {}

void EndpointLookup::Pull(Config config, absl::string_view hostname, const CallContext& context,
                          Callback<std::vector<APIEndpoint>> done) {
  Ask<std::vector<APIEndpoint>>(resolver_, certificates_, std::move(config), hostname, context,
                                PullEndpoints, std::move(done));
}

void EndpointLookup::Push(Config config, absl::string_view hostname, const CallContext& context,
                          Callback<std::vector<APIEndpoint>> done) {
  Ask<std::vector<APIEndpoint>>(resolver_, certificates_, std::move(config), hostname, context,
                                PushEndpoints, std::move(done));
}

void EndpointLookup::IsInsecure(Config config, absl::string_view hostname,
                                const CallContext& context, Callback<InsecureVerdict> done) {
  Ask<InsecureVerdict>(resolver_, certificates_, std::move(config), hostname, context, Verdict,
                       std::move(done));
}

void EndpointLookup::GetTlsConfig(Config config, absl::string_view hostname,
                                  const CallContext& context, Callback<TlsConfig> done) {
  Ask<TlsConfig>(resolver_, certificates_, std::move(config), hostname, context, HostTlsConfig,
                 std::move(done));
}

void EndpointLookup::ResolveIndex(Config config, absl::string_view name, const CallContext& context,
                                  Callback<IndexInfo> done) {
  Ask<IndexInfo>(resolver_, certificates_, std::move(config), name, context, Index,
                 std::move(done));
}

void EndpointLookup::ResolveRepository(Config config, Reference reference,
                                       const CallContext& context, Callback<RepositoryInfo> done) {
  if (auto index =
          AnswerNow<IndexInfo>(resolver_, certificates_, *config, reference.domain(), Index)) {
    if (!index->ok()) return std::move(done)(index->status());
    return std::move(done)(MakeRepository(std::move(reference), **std::move(index)));
  }
  // Its domain is a view into the reference, which moves into the callback.
  const std::string domain(reference.domain());
  ResolveIndex(std::move(config), domain, context,
               [reference = std::move(reference),
                done = std::move(done)](absl::StatusOr<IndexInfo> index) mutable {
                 if (!index.ok()) return std::move(done)(index.status());
                 std::move(done)(MakeRepository(std::move(reference), *std::move(index)));
               });
}

}  // namespace registryd
