#ifndef REGISTRYD_REGISTRY_NET_HTTP_MESSAGE_H_
#define REGISTRYD_REGISTRY_NET_HTTP_MESSAGE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/base/secret.h"

namespace registryd {

struct HttpHeader {
  std::string name;  // Compared without regard to case.
  std::string value;

  friend bool operator==(const HttpHeader& a, const HttpHeader& b) {
    return a.name == b.name && a.value == b.value;
  }
};

// A header that no log may show: Authorization, Cookie, X-Docker-Token.
struct SecretHttpHeader {
  std::string name;
  Secret value;
};

// Where the body of a request comes from. A transport asks for the next part only
// when it has sent the last: a slow server holds the source back, and memory holds
// one part. Used by one request, on one thread at a time.
class HttpBodySource {
 public:
  // One part of the body; an empty one is its end. An error ends the exchange, and
  // becomes its status.
  using Ready = absl::AnyInvocable<void(absl::StatusOr<std::string>) &&>;

  virtual ~HttpBodySource() = default;

  // The size of the whole body, if it is known; it is sent in chunks otherwise.
  virtual std::optional<uint64_t> size() const = 0;

  // Calls `ready` once with at most `max_bytes`, before or after it returns, on
  // any thread. Not called again before that, nor after the end.
  virtual void Read(size_t max_bytes, Ready ready) = 0;
};

struct HttpRequest {
  std::string method = "GET";
  // Absolute; http or https; no user information, no fragment.
  std::string url;
  // The transport adds Host, and what describes the body, by itself.
  std::vector<HttpHeader> headers;
  std::vector<SecretHttpHeader> secret_headers;
  // Null: no body.
  std::unique_ptr<HttpBodySource> body;
};

// Status and headers of a response.
struct HttpResponseHead {
  int status = 200;
  // In order of arrival; a name may come more than once.
  std::vector<HttpHeader> headers;

  // The first value of `name`; nullopt without one.
  std::optional<absl::string_view> Find(absl::string_view name) const;
  // Every value of `name`, in order.
  std::vector<absl::string_view> FindAll(absl::string_view name) const;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_HTTP_MESSAGE_H_
