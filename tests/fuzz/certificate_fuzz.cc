// The content of certificate files: a trust root, a client certificate and its key, with
// a line "--" between them. What makes a context makes it again; no error shows the key.
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "registry/tls/ssl_context_cache.h"
#include "registry/tls/system_roots.h"
#include "registry/tls/test_certificates.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {
namespace {

absl::string_view Section(absl::string_view& text) {
  constexpr absl::string_view kBreak = "\n--\n";
  const size_t end = text.find(kBreak);
  const absl::string_view section = text.substr(0, end);
  text.remove_prefix(end == absl::string_view::npos ? text.size() : end + kBreak.size());
  return section;
}

// A certificate and its key, for seeds that name them: keys are in no file of this tree.
std::string Fill(absl::string_view text) {
  static const TestCertificate& own = *new TestCertificate(MakeSelfSigned({}));
  return absl::StrReplaceAll(text,
                             {{"@CERTIFICATE@", own.certificate_pem}, {"@KEY@", own.key_pem}});
}

}  // namespace

void FuzzOne(absl::string_view input) {
  static const auto& roots = *new std::shared_ptr<const SystemRoots>(
      SystemRoots::Load({/*files=*/{}, /*folders=*/{}}).value());
  const std::string text = Fill(input);
  absl::string_view rest = text;
  auto certificates = std::make_shared<HostCertificates>();
  const absl::string_view root = Section(rest);
  const absl::string_view certificate = Section(rest);
  const absl::string_view key = rest;
  if (!root.empty()) certificates->roots.push_back({"ca.crt", std::string(root)});
  if (!certificate.empty() || !key.empty()) {
    certificates->client_certificates.push_back(
        {"client.cert", "client.key", std::string(certificate), Secret(key)});
  }
  TlsConfig config;
  config.certificates = certificates;
  const absl::StatusOr<SslContext> context = MakeSslContext(*roots, "host.example", config);
  if (!context.ok()) {
    FUZZ_CHECK(!certificates->client_certificates.empty());
    CheckError(context.status(), absl::StatusCode::kInvalidArgument, Reason::kCertificatesInvalid,
               512);
    FUZZ_CHECK(!Reveals(context.status().message(), key, "client.cert client.key host.example"));
    return;
  }
  FUZZ_CHECK(*context != nullptr);
  FUZZ_CHECK(MakeSslContext(*roots, "host.example", config).ok());
}

}  // namespace registryd
