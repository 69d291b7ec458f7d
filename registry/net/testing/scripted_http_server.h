#ifndef REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_HTTP_SERVER_H_
#define REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_HTTP_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/net/testing/scripted_http_message.h"
#include "registry/tls/test_certificates.h"

namespace registryd {

// Makes a server speak TLS.
struct ScriptedTls {
  // With the rest of its chain, if there is more in the PEM.
  TestCertificate certificate;
  // Not empty: a client certificate of this authority (PEM) is required.
  std::string client_authority_pem = "";
  // The newest version spoken: 0x0301 is TLS 1.0, 0x0304 is TLS 1.3.
  uint16_t max_version = 0x0304;
  // True: plain until a WireStep::StartTls.
  bool on_request = false;
};

struct ScriptedHttpServerOptions {
  // A loopback address without brackets: "127.0.0.1", "127.0.0.2", "::1".
  std::string address = "127.0.0.1";
  // 0: of the kernel's choice. Otherwise a port that is known to be free, such as
  // another server's, at another address.
  int port = 0;
  std::optional<ScriptedTls> tls = std::nullopt;
  // Not empty: played as soon as a client has connected, TLS included. Requests are
  // answered after the last step.
  std::vector<WireStep> greeting = {};
};

// Which requests get which answer.
struct ScriptedRule {
  // Empty: every method.
  std::string method;
  // Matches the target up to its query: equal, or beginning with what stands before
  // a final `*`.
  std::string path;
  ScriptedResponse response = {};
  // Instead of `response`, where it is set. Runs on the server's thread: may not block.
  std::function<ScriptedResponse(const ScriptedRequest&)> handler = nullptr;
  // Headers that the request must have, and how their (first) value begins; nullopt:
  // that it must not have.
  std::vector<std::pair<std::string, std::optional<std::string>>> when = {};
  // Parameters ("n=1", as they are written) that the query must have.
  std::vector<std::string> query = {};
  // How many requests it answers; -1: every one.
  int times = -1;
  // True: answers without reading the body. Nothing more is read on the connection.
  bool before_body = false;
};

// What a ScriptedHttpServer knows of one connection.
struct ScriptedConnection {
  // Every byte that came, as it came: a TLS hello on a plain port too.
  std::string wire;
  // The same under TLS, decrypted; empty without TLS.
  std::string plain;
  bool open = true;
  // The handshake is complete.
  bool tls_established = false;
  // The name that the client asked for by TLS (SNI).
  std::string server_name;
  // It presented a certificate.
  bool client_certificate = false;
};

// A HTTP/1.1 server on loopback for tests: answers by rules, fails in every way on
// purpose, and remembers every byte.
//
//   ScriptedHttpServer server;
//   server.Reply("GET", "/v2/", {401, {{"WWW-Authenticate", "Basic"}}, "denied"});
//   ... GET server.url("/v2/") ...
//   EXPECT_EQ(server.requests().size(), 1);
//   EXPECT_FALSE(server.Received("s3cr3t"));
//
// The first rule that matches, and has times left, answers; a request without one
// gets 404. Connections end with the object. One thread with epoll serves all of
// them: thousands at once are fine. Aborts where it cannot listen. Thread-safe.
class ScriptedHttpServer {
 public:
  explicit ScriptedHttpServer(ScriptedHttpServerOptions options = {});
  ~ScriptedHttpServer();
  ScriptedHttpServer(const ScriptedHttpServer&) = delete;
  ScriptedHttpServer& operator=(const ScriptedHttpServer&) = delete;

  // A server may have the address "::1": not every container has IPv6.
  static bool HasIpv6();

  int port() const;
  // "127.0.0.1:PORT", "[::1]:PORT".
  std::string host_port() const;
  // "http://" or "https://", host_port() and `target`.
  std::string url(absl::string_view target = "/") const;

  // Answers every such request; `times` of them, if given.
  void Reply(absl::string_view method, absl::string_view path, ScriptedResponse response,
             int times = -1);
  // Calls `handler` for every such request, on the server's thread.
  void Handle(absl::string_view method, absl::string_view path,
              std::function<ScriptedResponse(const ScriptedRequest&)> handler);
  void Add(ScriptedRule rule);

  // Ends the WireStep::Stall of every connection that is in one now.
  void Release();

  // Requests so far, in order: each when it was complete, or when it was answered.
  std::vector<ScriptedRequest> requests() const;
  // Every connection so far, in order of arrival.
  std::vector<ScriptedConnection> connections() const;
  size_t accepted() const;
  // Of those, the ones that neither side has closed.
  size_t open() const;
  // Bytes sent so far, to all.
  uint64_t bytes_sent() const;
  // `text` is in what came on some connection, encrypted or not.
  bool Received(absl::string_view text) const;

  // Wait until it is so; false if it is not within `timeout`.
  bool AwaitRequests(size_t at_least, absl::Duration timeout = absl::Seconds(10)) const;
  bool AwaitAccepted(size_t at_least, absl::Duration timeout = absl::Seconds(10)) const;
  bool AwaitOpen(size_t exactly, absl::Duration timeout = absl::Seconds(10)) const;
  // Connections that are in a WireStep::Stall.
  bool AwaitStalled(size_t at_least, absl::Duration timeout = absl::Seconds(10)) const;

 private:
  class Loop;

  std::unique_ptr<Loop> loop_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_HTTP_SERVER_H_
