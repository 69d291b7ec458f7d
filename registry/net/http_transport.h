#ifndef REGISTRYD_REGISTRY_NET_HTTP_TRANSPORT_H_
#define REGISTRYD_REGISTRY_NET_HTTP_TRANSPORT_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/net/http_message.h"
#include "registry/net/http_proxy.h"
#include "registry/net/ip_address.h"
#include "registry/tls/host_certificates.h"

namespace registryd {

// How to carry one request.
struct HttpOptions {
  // The addresses to connect to, in order of trial, and no others: those that the
  // caller has checked. The URL's host is only named, in Host and TLS. May be empty
  // where that host is an IP literal, or with a proxy, which resolves the name
  // itself. A transport looks no name up.
  std::vector<IpAddress> addresses;
  // nullopt: straight to the server.
  std::optional<HttpProxy> proxy;
  // A connection is used again only for requests with equal groups, beside the same
  // origin, addresses, proxy and TLS configuration: it stands for whose credentials
  // they carry.
  std::string connection_group;
  // For https; not looked at for http.
  TlsConfig tls;
  // For connecting, TLS included, to all addresses together; within the deadline.
  absl::Duration connect_timeout = absl::Seconds(10);
  // A transfer that moves fewer bytes than this in each second of `slow_period` is
  // given up. Time that the receiver or the body's source takes does not count; nor,
  // where a body may be large, in one direction or the other, the time from the
  // request's last byte to the answer's first: the server may store what it was sent.
  int min_bytes_per_second = 16;
  absl::Duration slow_period = absl::Seconds(30);
  // Of the status line and all headers together.
  size_t max_head_bytes = size_t{64} * 1024;
  // Of the body, after decompression; nullopt: the receiver knows its own limit.
  std::optional<uint64_t> max_body_bytes = uint64_t{1024} * 1024;
  // From the end of the head to that of the body; then the transfer is given up.
  absl::Duration max_body_time = absl::InfiniteDuration();
  // Accept gzip, and hand over what it decompresses to.
  bool decompress = true;
};

// Takes a response as it comes. Calls never overlap, though they may come on
// different threads; each sees what the one before it wrote. None may block. The
// order is
//
//   OnHead? OnBody* OnDone
//
// OnHead is left out when no response came. Interim responses (1xx) are not
// reported.
class HttpReceiver {
 public:
  // Asks for the next part of the body. Called at most once, from OnBody or later,
  // on any thread.
  using Resume = absl::AnyInvocable<void() &&>;

  virtual ~HttpReceiver() = default;

  virtual void OnHead(HttpResponseHead head) = 0;

  // `part` is never empty, and valid until this returns. Nothing more is read from
  // the server, beyond what is on its way, until `resume` is called: whoever passes
  // the body on calls it when the part has left. A receiver that wants no more
  // cancels the call; the deadline holds while it waits.
  virtual void OnBody(absl::string_view part, Resume resume) = 0;

  // The end; the last call, and the only one that always comes. OK: the response is
  // complete, whatever its HTTP status, and its last part resumed. Otherwise what
  // failed, at any point:
  //   INVALID_ARGUMENT     a URL, method or header that cannot be sent, CR, LF and
  //                        NUL among them; nothing was sent
  //   UNAVAILABLE          connecting, sending or receiving (CONNECTION_FAILED)
  //   FAILED_PRECONDITION  the server's certificate was not accepted; not one byte of
  //                        the request was sent (TLS_VERIFICATION_FAILED)
  //   RESOURCE_EXHAUSTED   a limit of HttpOptions (RESPONSE_TOO_LARGE)
  //   INTERNAL             what came is no HTTP (RESPONSE_INVALID); the request's body
  //                        has not the size that its source said (INTERNAL)
  //   DEADLINE_EXCEEDED, CANCELLED
  //   or what the request's HttpBodySource failed with.
  virtual void OnDone(absl::Status status) = 0;
};

// Carries HTTP requests, one exchange at a time and without opinion: redirects,
// challenges and retries are for its users. Thread-safe.
class HttpTransport {
 public:
  virtual ~HttpTransport() = default;

  // Sends `request`. Returns at once; `receiver` may be called before that. At the
  // deadline or cancellation of `context` the connection is closed, or its stream
  // reset, and OnDone called, also while a Resume or an HttpBodySource is awaited.
  // `receiver` is destroyed after OnDone.
  virtual void Send(HttpRequest request, HttpOptions options, const CallContext& context,
                    std::unique_ptr<HttpReceiver> receiver) = 0;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HTTP_TRANSPORT_H_
