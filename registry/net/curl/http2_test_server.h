#ifndef REGISTRYD_REGISTRY_NET_CURL_HTTP2_TEST_SERVER_H_
#define REGISTRYD_REGISTRY_NET_CURL_HTTP2_TEST_SERVER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/tls/test_certificates.h"

namespace registryd {

// An HTTP/2 server by TLS on loopback, for tests. What it answers is in the path:
//
//   /N     N bytes of body
//   /hold  nothing, until Release(); then 2 bytes
//   /echo  the request's body
//
// One thread serves all connections. Aborts where it cannot listen. Thread-safe.
class Http2TestServer {
 public:
  explicit Http2TestServer(const TestCertificate& certificate);
  ~Http2TestServer();

  int port() const;
  std::string url(absl::string_view path) const;

  void Release();
  // Connections from now on take so many requests at the same time.
  void LimitStreams(uint32_t streams);

  size_t accepted() const;
  size_t requests() const;  // Those with a complete head.
  size_t resets() const;    // Streams that a client has ended early.
  // The protocols that the last client offered: "h2,http/1.1".
  std::string offered() const;

  // False if it is not so within 10 seconds.
  bool AwaitRequests(size_t at_least) const;
  bool AwaitResets(size_t at_least) const;
  bool AwaitOpen(size_t exactly) const;

 private:
  class Loop;

  const std::unique_ptr<Loop> loop_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_HTTP2_TEST_SERVER_H_
