#include "client/registryctl/views.h"

#include <algorithm>
#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "client/registryctl/output.h"
#include "client/registryctl/terminal_text.h"

namespace registryd::registryctl {
namespace {

namespace v1 = ::registry::v1;

using Texts = google::protobuf::RepeatedPtrField<std::string>;

std::vector<std::string> ToVector(const Texts& texts) { return {texts.begin(), texts.end()}; }

// How a connection to an endpoint is protected.
std::string Protection(const v1::APIEndpoint& endpoint) {
  if (absl::StartsWith(endpoint.url(), "http://")) return "none";
  return endpoint.tls_config().insecure_skip_verify() ? "not verified" : "verified";
}

std::string Kind(const v1::APIEndpoint& endpoint) {
  return endpoint.mirror() ? "mirror" : endpoint.official() ? "Docker Hub" : "registry";
}

std::vector<std::string> EndpointHeader() {
  return {"URL", "KIND", "TLS", "ROOTS", "CLIENT CERTS", "NON-DISTRIBUTABLE"};
}

std::vector<std::string> EndpointCells(const v1::APIEndpoint& endpoint) {
  return {endpoint.url(),
          Kind(endpoint),
          Protection(endpoint),
          absl::StrCat(endpoint.tls_config().root_certificates_size()),
          absl::StrCat(endpoint.tls_config().client_certificates_size()),
          endpoint.allow_nondistributable_artifacts() ? "allowed" : "no"};
}

std::string TlsVersionName(v1::TLSVersion version) {
  switch (version) {
    case v1::TLS_VERSION_1_2:
      return "1.2";
    case v1::TLS_VERSION_1_3:
      return "1.3";
    default:
      return "-";
  }
}

std::string InsecureMatchName(v1::InsecureMatch match) {
  switch (match) {
    case v1::INSECURE_MATCH_STRICT:
      return "strict";
    case v1::INSECURE_MATCH_COMPATIBLE:
      return "compatible";
    default:
      return "-";
  }
}

// PEM keeps its lines; each is made safe.
void WritePem(const std::string& pem, std::ostream& out) {
  for (const absl::string_view line : absl::StrSplit(pem, '\n', absl::SkipEmpty())) {
    out << TerminalText(line) << '\n';
  }
}

void AddConfig(uint64_t version, const v1::ServiceConfig& config, Table& table) {
  std::vector<std::string> artifacts = ToVector(config.allow_nondistributable_artifacts_cidrs());
  for (const auto& host : config.allow_nondistributable_artifacts_hostnames()) {
    artifacts.push_back(host);
  }
  std::vector<std::string> insecure = ToVector(config.insecure_registry_cidrs());
  const std::map<std::string, v1::IndexInfo> indexes(config.index_configs().begin(),
                                                     config.index_configs().end());
  for (const auto& [name, index] : indexes) {
    if (!index.secure()) insecure.push_back(name);
  }
  table.Row({"version", absl::StrCat(version)})
      .List("mirrors", ToVector(config.mirrors()))
      .List("insecure registries", insecure)
      .List("non-distributable to", artifacts);
}

// `bearer realm="https://auth.example/token" service="registry"`, parameters by name.
std::string ChallengeText(const v1::Challenge& challenge) {
  std::string text = challenge.scheme();
  const std::map<std::string, std::string> parameters(challenge.parameters().begin(),
                                                      challenge.parameters().end());
  for (const auto& [name, value] : parameters) {
    absl::StrAppend(&text, " ", name, "=\"", value, "\"");
  }
  return text;
}

constexpr size_t kDescriptionWidth = 45;

// `text` safe for a terminal, with blanks for the ends of its lines.
std::string OneLine(absl::string_view text) {
  return TerminalText(absl::StrReplaceAll(text, {{"\r\n", " "}, {"\n", " "}, {"\r", " "}}));
}

// `text`, of TerminalText's making, or as much of it as fits `width` characters with an
// ellipsis behind it.
std::string CutTo(size_t width, const std::string& text) {
  if (TerminalWidth(text) <= width) return text;
  size_t characters = 0;
  size_t size = 0;
  while (characters < width - 1) {
    ++size;
    while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80) ++size;
    ++characters;
  }
  return absl::StrCat(text.substr(0, size), "…");
}

}  // namespace

void ViewRepository(const v1::RepositoryInfo& repository, uint64_t config_version,
                    std::ostream& out) {
  Table table;
  table.Row({"name", repository.name()})
      .Row({"official", YesNo(repository.official())})
      .Row({"index", repository.index().name()})
      .Row({"secure", YesNo(repository.index().secure())})
      .List("mirrors", ToVector(repository.index().mirrors()));
  if (config_version != 0) table.Row({"config version", absl::StrCat(config_version)});
  table.Write(out);
}

void ViewReference(const v1::ParseReferenceResponse& reference, std::ostream& out) {
  Table()
      .Row({"canonical", reference.canonical()})
      .Row({"familiar", reference.familiar()})
      .Row({"name", reference.name()})
      .Row({"domain", reference.domain()})
      .Row({"path", reference.path()})
      .Row({"tag", OrDash(reference.tag())})
      .Row({"digest", OrDash(reference.digest())})
      .Row({"official", YesNo(reference.official())})
      .Row({"index", reference.index().name()})
      .Write(out);
}

void ViewIndex(const v1::IndexInfo& index, std::ostream& out) {
  Table()
      .Row({"index", index.name()})
      .Row({"official", YesNo(index.official())})
      .Row({"secure", YesNo(index.secure())})
      .List("mirrors", ToVector(index.mirrors()))
      .Write(out);
}

void ViewEndpoints(const google::protobuf::RepeatedPtrField<v1::APIEndpoint>& endpoints,
                   std::ostream& out) {
  Table table(EndpointHeader());
  for (const auto& endpoint : endpoints) table.Row(EndpointCells(endpoint));
  table.Write(out);
}

void ViewBatch(const std::vector<std::string>& targets,
               const v1::BatchLookupPullEndpointsResponse& batch, std::ostream& out) {
  std::vector<std::string> header = EndpointHeader();
  header.insert(header.begin(), "TARGET");
  Table table(header);
  const size_t count = std::min<size_t>(targets.size(), batch.results_size());
  for (size_t i = 0; i < count; ++i) {
    std::string target = targets[i];
    for (const auto& endpoint : batch.results(static_cast<int>(i)).endpoints()) {
      std::vector<std::string> cells = EndpointCells(endpoint);
      cells.insert(cells.begin(), target);
      table.Row(cells);
      target.clear();
    }
  }
  if (!table.empty()) table.Write(out);
}

void ViewInsecure(const v1::IsInsecureRegistryResponse& answer, std::ostream& out) {
  Table()
      .Row({"insecure", YesNo(answer.insecure())})
      .Row({"rule", OrDash(answer.rule())})
      .Row({"config version", absl::StrCat(answer.config_version())})
      .Write(out);
}

void ViewTls(const v1::TLSConfig& config, std::ostream& out) {
  Table table;
  table.Row({"verified", YesNo(!config.insecure_skip_verify())})
      .Row({"TLS from", TlsVersionName(config.min_version())});
  std::vector<std::string> roots = {"the system's"};
  for (const auto& root : config.root_certificates()) roots.push_back(root.file());
  if (!config.insecure_skip_verify()) table.List("roots", roots);
  std::vector<std::string> certificates;
  for (const auto& certificate : config.client_certificates()) {
    certificates.push_back(
        absl::StrCat(certificate.certificate_file(), " with ", certificate.key_file()));
  }
  table.List("client certificates", certificates).Write(out);
  for (const auto& certificate : config.client_certificates()) {
    WritePem(certificate.private_key_pem(), out);
  }
}

void ViewAuthConfig(const v1::ResolveAuthConfigResponse& answer, std::ostream& out) {
  const v1::AuthConfig& config = answer.auth_config();
  Table()
      .Row({"key", answer.key()})
      .Row({"found under", OrDash(answer.matched_key())})
      .Row({"username", OrDash(config.username())})
      .Row({"password", OrDash(config.password())})
      .Row({"identity token", OrDash(config.identity_token())})
      .Row({"registry token", OrDash(config.registry_token())})
      .Write(out);
}

void ViewLogin(const v1::AuthResponse& answer, bool show_token, std::ostream& out) {
  const bool hide = !answer.identity_token().empty() && !show_token;
  Table()
      .Row({"status", answer.status()})
      .Row({"identity token", hide ? "(hidden)" : OrDash(answer.identity_token())})
      .Write(out);
}

void ViewPing(const v1::PingV2RegistryResponse& answer, std::ostream& out) {
  std::vector<std::string> challenges;
  for (const auto& challenge : answer.challenges()) challenges.push_back(ChallengeText(challenge));
  const absl::Duration elapsed =
      absl::Seconds(answer.elapsed().seconds()) + absl::Nanoseconds(answer.elapsed().nanos());
  Table table;
  table.Row({"endpoint", answer.endpoint_url()});
  const absl::string_view asked = absl::StripSuffix(answer.endpoint_url(), "/");
  if (answer.answered_url() != absl::StrCat(asked, "/v2/")) {
    table.Row({"redirected to", OrDash(answer.answered_url())});
  }
  table.Row({"status", absl::StrCat(answer.status_code())})
      .Row({"API versions", OrDash(absl::StrJoin(answer.api_versions(), " "))})
      .List("challenges", challenges)
      .Row({"time", absl::StrFormat("%.1f ms", absl::ToDoubleMilliseconds(elapsed))})
      .Write(out);
}

void ViewSearch(const google::protobuf::RepeatedPtrField<v1::SearchResult>& results, bool no_trunc,
                std::ostream& out) {
  Table table({"NAME", "DESCRIPTION", "STARS", "OFFICIAL"});
  for (const v1::SearchResult& result : results) {
    const std::string description = OneLine(result.description());
    table.Row({result.name(), no_trunc ? description : CutTo(kDescriptionWidth, description),
               absl::StrCat(result.star_count()), result.is_official() ? "[OK]" : ""});
  }
  table.Write(out);
}

void ViewConfig(uint64_t version, const v1::ServiceConfig& config, std::ostream& out) {
  Table table;
  AddConfig(version, config, table);
  table.Write(out);
}

void ViewCurrentConfig(const v1::GetServiceConfigResponse& answer, std::ostream& out) {
  Table table;
  AddConfig(answer.version(), answer.config(), table);
  table.Row({"insecure match", InsecureMatchName(answer.insecure_match())}).Write(out);
  ViewWarnings(answer.warnings(), out);
}

void ViewPrepared(const v1::PrepareServiceConfigResponse& answer, std::ostream& out) {
  const absl::Time expiry = absl::FromUnixSeconds(answer.expire_time().seconds()) +
                            absl::Nanoseconds(answer.expire_time().nanos());
  Table table;
  table.Row({"transaction", answer.transaction_id()})
      .Row({"expires", absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", expiry, absl::UTCTimeZone())});
  AddConfig(answer.version(), answer.config(), table);
  table.Write(out);
  ViewWarnings(answer.warnings(), out);
}

void ViewWarnings(const Texts& warnings, std::ostream& out) {
  for (const std::string& warning : warnings) out << "warning: " << TerminalText(warning) << '\n';
}

}  // namespace registryd::registryctl
