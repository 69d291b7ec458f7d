// How fast a layer comes through registryd's V1SessionService, beside curl that fetches the same
// URL, as one JSON object.
//
//   layer_bench [MIB [ROUNDS]]
//
// $REGISTRYD and $NGINX name the programs, $CURL Debian's curl. nginx has the layer as a file and
// plays a V1 registry, by plain HTTP and by TLS. Both sides discard what they read. They take
// turns.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/v1_session.h"
#include "nlohmann/json.hpp"
#include "registry/fs/temporary_folder.h"
#include "registry/tls/test_certificates.h"
#include "tests/bench/wire/processor_time.h"
#include "tests/registries/nginx.h"
#include "tests/server/child_process.h"
#include "tests/server/connection.h"
#include "tests/server/registryd_process.h"

namespace registryd {
namespace {

using Json = nlohmann::json;

constexpr double kMiB = 1024 * 1024;
constexpr char kImage[] = "1111111111111111111111111111111111111111111111111111111111111111";
constexpr absl::Duration kPatience = absl::Minutes(5);

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

const char* Environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// A V1 registry with one layer, which is a file.
class LayerServer {
 public:
  LayerServer(bool tls, uint64_t size) : tls_(tls), nginx_(Configuration(tls), Files(tls, size)) {}

  const std::string& host_port() const { return nginx_.host_port(); }
  std::string layer_url() const {
    return absl::StrCat(tls_ ? "https://" : "http://", host_port(), "/v1/images/", kImage,
                        "/layer");
  }

 private:
  static std::string Configuration(bool tls) {
    return absl::StrCat(
        tls ? "listen LISTEN ssl; ssl_certificate server.pem; ssl_certificate_key server.key;\n"
            : "listen LISTEN;\n",
        "location /v1/_ping { return 200 '{\"standalone\": true}'; }\n", "location /v1/images/",
        kImage, "/layer { alias layer; }\n");
  }

  static std::vector<std::pair<std::string, std::string>> Files(bool tls, uint64_t size) {
    std::vector<std::pair<std::string, std::string>> files = {{"layer", std::string(size, 'x')}};
    if (!tls) return files;
    TestCertificateOptions options;
    options.common_name = "registry";
    options.ip_addresses = {"127.0.0.1"};
    const TestCertificateAuthority authority;
    const TestCertificate certificate = authority.Issue(options);
    files.emplace_back("server.pem", certificate.certificate_pem);
    files.emplace_back("server.key", certificate.key_pem);
    return files;
  }

  const bool tls_;
  const Nginx nginx_;
};

// One download: how fast, and the processor time that whoever fetched it took.
struct Download {
  double mib_per_second = 0;
  double processor_seconds_per_gib = 0;
  // Of the caller, and the messages that it got.
  double callers_processor_seconds_per_gib = 0;
  int64_t messages = 0;
};

Json ToJson(const Download& download) {
  return {{"mib_per_second", download.mib_per_second},
          {"processor_seconds_per_gib", download.processor_seconds_per_gib},
          {"callers_processor_seconds_per_gib", download.callers_processor_seconds_per_gib},
          {"messages", download.messages}};
}

// By curl's own clock: its start does not count.
Download ByCurl(const LayerServer& server, uint64_t size) {
  ChildOptions options;
  options.program = Environment("CURL");
  options.arguments = {"--silent",
                       "--show-error",
                       "--insecure",
                       "--output",
                       "/dev/null",
                       "--noproxy",
                       "*",
                       "--write-out",
                       "%{http_code} %{size_download} %{time_total}",
                       server.layer_url()};
  const double before = ChildrensProcessorSeconds();
  ChildProcess curl(options);
  if (curl.WaitForExit() != 0) Die(absl::StrCat("curl fails: ", curl.log()));
  const double taken = ChildrensProcessorSeconds() - before;
  const std::vector<std::string> words = absl::StrSplit(curl.output(), ' ');
  double seconds = 0;
  if (words.size() != 3 || words[0] != "200" || words[1] != absl::StrCat(size) ||
      !absl::SimpleAtod(words[2], &seconds)) {
    Die(absl::StrCat("curl says ", curl.output()));
  }
  const double mib = static_cast<double>(size) / kMiB;
  return {mib / seconds, taken / (mib / 1024), 0, 0};
}

// One registryd and a session with a registry in it.
class Service {
 public:
  Service() : process_(Options(folder_)), caller_(Caller(Address(folder_))) {
    if (process_.WaitForRecords("listening").empty()) Die(process_.log());
  }

  Download Fetch(const LayerServer& server, uint64_t size) {
    api::CreateSessionRequest open;
    open.set_endpoint(server.host_port());
    const auto session = client::V1Session::Open(caller_.v1_sessions(), open);
    if (!session.ok()) Die(session.status().ToString());
    api::GetRemoteImageLayerRequest request;
    request.set_session_id((*session)->id());
    request.set_image_id(kImage);
    request.set_size(static_cast<int64_t>(size));

    int64_t messages = 0;
    const double before = ProcessorSeconds(process_.pid());
    const double callers_before = ProcessorSeconds(getpid());
    const absl::Time start = absl::Now();
    const auto download =
        caller_.v1_sessions().GetRemoteImageLayer(request, absl::Now() + kPatience);
    while (true) {
      const auto chunk = download->Next();
      if (!chunk.ok()) Die(chunk.status().ToString());
      if (!chunk->has_value()) break;
      ++messages;
    }
    const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
    const double taken = ProcessorSeconds(process_.pid()) - before;
    const double callers_taken = ProcessorSeconds(getpid()) - callers_before;
    const double mib = static_cast<double>(size) / kMiB;
    return {mib / seconds, taken / (mib / 1024), callers_taken / (mib / 1024), messages};
  }

 private:
  static std::string Address(const TemporaryFolder& folder) {
    return absl::StrCat("unix:", folder.Path("s"));
  }
  static RegistrydOptions Options(const TemporaryFolder& folder) {
    RegistrydOptions options;
    options.arguments = {absl::StrCat("--listen=", Address(folder)), "--metrics-listen=off",
                         absl::StrCat("--certs-dir=", folder.Path("certs.d"))};
    return options;
  }

  const TemporaryFolder folder_;
  RegistrydProcess process_;
  const client::RegistryClient caller_;
};

int Main(uint64_t mib, int rounds) {
  const uint64_t size = mib << 20;
  const bool has_curl = *Environment("CURL") != '\0';
  Service service;
  Json rows = Json::array();
  for (const bool tls : {false, true}) {
    const LayerServer server(tls, size);
    Json row = {{"scheme", tls ? "https" : "http"}, {"curl", Json::array()}};
    for (int i = 0; i < rounds; ++i) {
      if (has_curl) row["curl"].push_back(ToJson(ByCurl(server, size)));
      row["registryd"].push_back(ToJson(service.Fetch(server, size)));
    }
    rows.push_back(std::move(row));
  }
  std::printf("%s\n", Json{{"layer_mib", mib}, {"rows", rows}}.dump(1).c_str());
  return 0;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) {
  return registryd::Main(argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 256,
                         argc > 2 ? std::atoi(argv[2]) : 3);
}
