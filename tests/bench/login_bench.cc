// How many logins and pings registryd gets done against Debian's docker-registry on
// this machine, beside the same requests sent straight to it over kept connections.
//
// $REGISTRYD and $DOCKER_REGISTRY name the programs. Each row is measured for
// SECONDS (an argument, 5 by default), one after the other, with the same number of
// callers; the ratio to the straight requests is what carries over to other machines.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "client/registry_client.h"
#include "registry/fs/file_descriptor.h"
#include "registry/fs/temporary_folder.h"
#include "tests/registries/docker_registry.h"
#include "tests/server/connection.h"
#include "tests/server/metrics_page.h"
#include "tests/server/registryd_process.h"

namespace registryd {
namespace {

constexpr int kCallers = 16;

// Calls `work` from `kCallers` threads until `duration` is over. `make` gives each
// thread its own. Returns how often it was called in a second.
double Rate(absl::Duration duration, const std::function<std::function<bool()>()>& make) {
  std::atomic<int64_t> done{0};
  std::atomic<int64_t> failed{0};
  const absl::Time start = absl::Now();
  std::vector<std::thread> threads;
  for (int i = 0; i < kCallers; ++i) {
    threads.emplace_back([&] {
      const std::function<bool()> work = make();
      while (absl::Now() - start < duration) ++(work() ? done : failed);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - start);
  if (failed > 0) std::fprintf(stderr, "%lld calls failed\n", static_cast<long long>(failed));
  return static_cast<double>(done) / seconds;
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

void PrintRow(const char* name, double rate, double straight) {
  std::printf("%-34s %12.0f %8.2f\n", name, rate, rate / straight);
}

int Main(absl::Duration duration) {
  DockerRegistryOptions options;
  options.htpasswd = true;
  const DockerRegistry registry(options);
  const TemporaryFolder folder;
  const std::string address = absl::StrCat("unix:", folder.Path("s"));
  RegistrydOptions registryd_options;
  registryd_options.arguments = {"--listen",
                                 address,
                                 "--certs-dir",
                                 folder.Path("certs.d"),
                                 "--metrics-listen",
                                 "127.0.0.1:0",
                                 "--allow-plaintext-credentials",
                                 registry.host_port()};
  RegistrydProcess registryd(registryd_options);
  if (registryd.WaitForRecords("listening").empty()) {
    std::fprintf(stderr, "%s", registryd.log().c_str());
    return 1;
  }

  const std::string basic =
      absl::Base64Escape(absl::StrCat(TokenServer::kUser, ":", TokenServer::kPassword));
  // As a login does: without and with the password.
  const double straight_pairs = Rate(duration, [&]() -> std::function<bool()> {
    auto anonymous = std::make_shared<StraightConnection>(registry.host_port(), "");
    auto known = std::make_shared<StraightConnection>(
        registry.host_port(), absl::StrCat("Authorization: Basic ", basic, "\r\n"));
    return [=] { return anonymous->Ask() && known->Ask(); };
  });
  const double straight_pings = Rate(duration, [&]() -> std::function<bool()> {
    auto anonymous = std::make_shared<StraightConnection>(registry.host_port(), "");
    return [=] { return anonymous->Ask(); };
  });

  const double logins = Rate(duration, [&]() -> std::function<bool()> {
    const std::shared_ptr<client::RegistryClient> caller(
        new client::RegistryClient(Caller(address)));
    api::AuthRequest request;
    request.mutable_auth_config()->set_server_address(registry.host_port());
    request.mutable_auth_config()->set_username(TokenServer::kUser);
    request.mutable_auth_config()->set_password(TokenServer::kPassword);
    return [=] { return caller->Auth(request).ok(); };
  });
  const char kOpened[] = "registryd_upstream_connections_opened_total";
  const double opened_before = Figure(registryd, kOpened).value_or(0);
  const double pings = Rate(duration, [&]() -> std::function<bool()> {
    const std::shared_ptr<client::RegistryClient> caller(
        new client::RegistryClient(Caller(address)));
    api::PingV2RegistryRequest request;
    request.set_endpoint_url(absl::StrCat("http://", registry.host_port()));
    return [=] { return caller->PingV2Registry(request).ok(); };
  });
  const double opened = Figure(registryd, kOpened).value_or(0) - opened_before;

  std::printf("%d callers, %s each row, %u processors\n\n", kCallers,
              absl::FormatDuration(duration).c_str(), std::thread::hardware_concurrency());
  std::printf("%-34s %12s %8s\n", "what", "in a second", "ratio");
  PrintRow("straight, two requests as a login", straight_pairs, straight_pairs);
  PrintRow("logins through registryd", logins, straight_pairs);
  PrintRow("straight, one request as a ping", straight_pings, straight_pings);
  PrintRow("pings through registryd", pings, straight_pings);
  std::printf("\nconnections opened per 1,000 pings: %.2f\n",
              1000 * opened / (pings * absl::ToDoubleSeconds(duration)));
  return 0;
}

}  // namespace
}  // namespace registryd

int main(int argc, char** argv) {
  return registryd::Main(absl::Seconds(argc > 1 ? std::atoi(argv[1]) : 5));
}
