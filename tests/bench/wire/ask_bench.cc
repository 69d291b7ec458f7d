// How many logins and pings registryd gets done against Debian's docker-registry on this
// machine, beside Docker's own Go package and, by plain HTTP, beside the same requests sent
// straight to it over kept connections; and how many tokens are asked for when many
// callers want the same one. Prints a JSON object.
//
//   ask_bench [SECONDS]
//
// $REGISTRYD and $DOCKER_REGISTRY name the programs, and $GO_PEER that of
// tests/bench/peer/ask, without which its rows are left out. Each row is measured for
// SECONDS (5 by default), one after the other, with the same number of callers.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/registry_client.h"
#include "nlohmann/json.hpp"
#include "registry/fs/file_descriptor.h"
#include "registry/fs/temporary_folder.h"
#include "registry/net/testing/scripted_http_server.h"
#include "registry/tls/test_certificates.h"
#include "tests/bench/wire/processor_time.h"
#include "tests/registries/docker_registry.h"
#include "tests/server/child_process.h"
#include "tests/server/connection.h"
#include "tests/server/registryd_process.h"

namespace registryd {
namespace {

using Json = nlohmann::json;

constexpr int kCallers = 16;
constexpr int kSearches = 1000;

[[noreturn]] void Die(const std::string& message) {
  std::fprintf(stderr, "%s\n", message.c_str());
  std::exit(1);
}

// TCP connections that this machine's processes have opened so far.
int64_t ConnectionsOpened() {
  std::ifstream file("/proc/net/snmp");
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) {
    if (!absl::StartsWith(line, "Tcp:")) continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (names.empty()) {
      names = words;
      continue;
    }
    const auto name = std::find(names.begin(), names.end(), "ActiveOpens");
    int64_t opened = 0;
    if (name == names.end() || !absl::SimpleAtoi(words[name - names.begin()], &opened)) break;
    return opened;
  }
  Die("/proc/net/snmp does not tell how many connections were opened");
}

struct Asked {
  int64_t done = 0;
  int64_t failed = 0;
  double seconds = 0;
};

// What asking cost, from construction on.
class Row {
 public:
  Row(const char* scheme, const char* what, const char* by) {
    json_ = {{"scheme", scheme}, {"what", what}, {"by", by}};
  }

  // `processor_seconds` that whoever asks the registry took.
  Json End(const Asked& asked, double processor_seconds) {
    const double done = static_cast<double>(std::max<int64_t>(asked.done, 1));
    const double opened = static_cast<double>(ConnectionsOpened() - opened_before_);
    json_["per_second"] = static_cast<double>(asked.done) / asked.seconds;
    json_["failed"] = asked.failed;
    json_["connections_per_1000"] = 1000 * opened / done;
    json_["processor_us"] = 1e6 * processor_seconds / done;
    return json_;
  }

 private:
  Json json_;
  const int64_t opened_before_ = ConnectionsOpened();
};

// Calls `work` from `kCallers` threads until `duration` is over. `make` gives each
// thread its own.
Asked AskFor(absl::Duration duration, const std::function<std::function<bool()>()>& make) {
  std::atomic<int64_t> done{0};
  std::atomic<int64_t> failed{0};
  const absl::Time start = absl::Now();
  std::vector<std::thread> threads;
  threads.reserve(kCallers);
  for (int i = 0; i < kCallers; ++i) {
    threads.emplace_back([&] {
      const std::function<bool()> work = make();
      while (absl::Now() - start < duration) ++(work() ? done : failed);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return {done, failed, absl::ToDoubleSeconds(absl::Now() - start)};
}

// One kept connection that asks for /v2/.
class StraightConnection {
 public:
  StraightConnection(const std::string& host_port, const std::string& headers)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
        request_(absl::StrCat("GET /v2/ HTTP/1.1\r\nHost: ", host_port, "\r\n", headers, "\r\n")) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    uint32_t port = 0;
    if (!absl::SimpleAtoi(host_port.substr(host_port.rfind(':') + 1), &port)) std::abort();
    address.sin_port = htons(static_cast<uint16_t>(port));
    if (connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) {
      std::abort();
    }
  }

  // Whether the whole answer came. docker-registry's to /v2/ always ends in its body of
  // JSON, which is short.
  bool Ask() {
    if (send(socket_.get(), request_.data(), request_.size(), MSG_NOSIGNAL) < 0) return false;
    std::string answer;
    char part[4096];
    while (!absl::StrContains(answer, "\r\n\r\n{") || answer.back() != '\n') {
      const ssize_t size = recv(socket_.get(), part, sizeof(part), 0);
      if (size <= 0) return false;
      answer.append(part, static_cast<size_t>(size));
      if (absl::EndsWith(answer, "\r\n\r\n{}")) break;
    }
    return true;
  }

 private:
  const FileDescriptor socket_;
  const std::string request_;
};

// A docker-registry that lets one user in by password, and what trusts it.
class Registry {
 public:
  explicit Registry(bool tls) : tls_(tls), registry_(Options(tls, authority_)) {
    const std::string folder = absl::StrCat("certs.d/", host_port());
    certs_.MakeFolder(folder);
    certs_.Write(absl::StrCat(folder, "/ca.crt"), authority_.certificate_pem());
  }

  const char* scheme() const { return tls_ ? "https" : "http"; }
  const std::string& host_port() const { return registry_.host_port(); }
  std::string url() const { return absl::StrCat(scheme(), "://", host_port()); }
  std::string certs_dir() const { return certs_.Path("certs.d"); }

 private:
  static DockerRegistryOptions Options(bool tls, const TestCertificateAuthority& authority) {
    DockerRegistryOptions options;
    options.htpasswd = true;
    if (!tls) return options;
    TestCertificateOptions certificate;
    certificate.ip_addresses = {"127.0.0.1"};
    options.tls = authority.Issue(certificate);
    return options;
  }

  const bool tls_;
  const TestCertificateAuthority authority_;
  const DockerRegistry registry_;
  const TemporaryFolder certs_;
};

class Service {
 public:
  Service(const std::string& certs_dir, const std::string& plaintext_host)
      : process_(Options(folder_, certs_dir, plaintext_host)) {
    if (process_.WaitForRecords("listening").empty()) Die(process_.log());
  }

  double processor_seconds() const { return ProcessorSeconds(process_.pid()); }
  std::shared_ptr<client::RegistryClient> NewCaller() const {
    return std::shared_ptr<client::RegistryClient>(
        new client::RegistryClient(Caller(Address(folder_))));
  }

 private:
  static std::string Address(const TemporaryFolder& folder) {
    return absl::StrCat("unix:", folder.Path("s"));
  }
  static RegistrydOptions Options(const TemporaryFolder& folder, const std::string& certs_dir,
                                  const std::string& plaintext_host) {
    RegistrydOptions options;
    options.arguments = {"--listen",
                         Address(folder),
                         "--certs-dir",
                         certs_dir,
                         "--metrics-listen",
                         "off",
                         "--allow-plaintext-credentials",
                         plaintext_host};
    return options;
  }

  const TemporaryFolder folder_;
  RegistrydProcess process_;
};

Json Straight(const Registry& registry, const char* what, absl::Duration duration) {
  const std::string basic =
      absl::Base64Escape(absl::StrCat(TokenServer::kUser, ":", TokenServer::kPassword));
  Row row(registry.scheme(), what, "straight");
  const Asked asked = AskFor(duration, [&]() -> std::function<bool()> {
    auto anonymous = std::make_shared<StraightConnection>(registry.host_port(), "");
    if (what != absl::string_view("login")) return [=] { return anonymous->Ask(); };
    // As a login does: without and with the password.
    auto known = std::make_shared<StraightConnection>(
        registry.host_port(), absl::StrCat("Authorization: Basic ", basic, "\r\n"));
    return [=] { return anonymous->Ask() && known->Ask(); };
  });
  return row.End(asked, 0);
}

Json ByRegistryd(const Registry& registry, const Service& service, const char* what,
                 absl::Duration duration) {
  const double before = service.processor_seconds();
  Row row(registry.scheme(), what, "registryd");
  const Asked asked = AskFor(duration, [&]() -> std::function<bool()> {
    const std::shared_ptr<client::RegistryClient> caller = service.NewCaller();
    if (what == absl::string_view("login")) {
      api::AuthRequest request;
      request.mutable_auth_config()->set_server_address(registry.host_port());
      request.mutable_auth_config()->set_username(TokenServer::kUser);
      request.mutable_auth_config()->set_password(TokenServer::kPassword);
      return [=] { return caller->Auth(request).ok(); };
    }
    api::PingV2RegistryRequest request;
    request.set_endpoint_url(registry.url());
    return [=] { return caller->PingV2Registry(request).ok(); };
  });
  return row.End(asked, service.processor_seconds() - before);
}

Json ByGo(const char* program, const Registry& registry, const char* what,
          absl::Duration duration) {
  ChildOptions options;
  options.program = program;
  options.arguments = {what,
                       registry.url(),
                       TokenServer::kUser,
                       TokenServer::kPassword,
                       registry.certs_dir(),
                       absl::StrCat(absl::ToInt64Seconds(duration)),
                       absl::StrCat(kCallers)};
  const double before = ChildrensProcessorSeconds();
  Row row(registry.scheme(), what, "Go");
  ChildProcess child(options);
  if (child.WaitForExit() != 0) Die(child.log());
  const Json said = Json::parse(child.output());
  return row.End({said["done"], said["failed"], said["seconds"]},
                 ChildrensProcessorSeconds() - before);
}

// An index behind a token server, which many search at once with one identity token.
Json SingleFlight() {
  ScriptedHttpServer index;
  const std::string challenge =
      absl::StrCat("Bearer realm=\"", index.url("/token"), "\",service=\"s\"");
  index.Reply("GET", "/v1/_ping", {200, {}, "{}"});
  index.Reply("GET", "/v2/", {401, {{"WWW-Authenticate", challenge}}, ""});
  index.Reply("POST", "/token", {200, {}, R"({"access_token": "good"})"});
  index.Reply("GET", "/v1/search", {200, {}, R"({"num_results": 0, "results": []})"});
  const TemporaryFolder certs;
  const Service service(certs.path(), index.host_port());
  api::SearchRequest request;
  request.set_term(absl::StrCat(index.host_port(), "/app"));
  request.mutable_auth_config()->set_username(TokenServer::kUser);
  request.mutable_auth_config()->set_identity_token(TokenServer::kRefreshToken);
  const auto caller = service.NewCaller();
  std::atomic<int> answered{0};
  std::vector<std::thread> threads;
  threads.reserve(kSearches);
  for (int i = 0; i < kSearches; ++i) {
    threads.emplace_back([&] { answered += caller->Search(request).ok() ? 1 : 0; });
  }
  for (std::thread& thread : threads) thread.join();
  int64_t searches = 0;
  int64_t tokens = 0;
  for (const ScriptedRequest& asked : index.requests()) {
    searches += asked.path() == "/v1/search" ? 1 : 0;
    tokens += asked.path() == "/token" ? 1 : 0;
  }
  return {{"calls", kSearches},
          {"answered", answered.load()},
          {"searches_asked", searches},
          {"tokens_asked", tokens}};
}

int Main(absl::Duration duration) {
  const char* const go = std::getenv("GO_PEER");
  Json rows = Json::array();
  for (const bool tls : {false, true}) {
    const Registry registry(tls);
    const Service service(registry.certs_dir(), registry.host_port());
    for (const char* const what : {"login", "ping"}) {
      if (!tls) rows.push_back(Straight(registry, what, duration));
      rows.push_back(ByRegistryd(registry, service, what, duration));
      if (go != nullptr) rows.push_back(ByGo(go, registry, what, duration));
    }
  }
  const Json all = {{"callers", kCallers}, {"rows", rows}, {"single_flight", SingleFlight()}};
  std::printf("%s\n", all.dump(1).c_str());
  return 0;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) {
  return registryd::Main(absl::Seconds(argc > 1 ? std::atoi(argv[1]) : 5));
}
