#ifndef REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_HTTP_MESSAGE_H_
#define REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_HTTP_MESSAGE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/net/http_message.h"

namespace registryd {

// A request as a ScriptedHttpServer has read it.
struct ScriptedRequest {
  std::string method;
  std::string target;  // As it came: "/v2/?n=1", "*", "http://...", "host:443".
  // In order of arrival, names as they came.
  std::vector<HttpHeader> headers;
  std::string body;    // Without its framing.
  int connection = 0;  // Index into ScriptedHttpServer::connections().

  // `target` up to its query.
  std::string path() const;
  // What follows the first `?`; empty without one.
  std::string query() const;
  // The first value of `name`; nullopt without one.
  std::optional<std::string> Find(absl::string_view name) const;
};

// One thing that a server does with a connection.
struct WireStep {
  enum class Kind { kSend, kDrip, kRepeat, kStall, kClose, kCut, kReset, kStartTls };

  Kind kind = Kind::kSend;
  std::string bytes = "";
  absl::Duration interval = absl::ZeroDuration();

  // All of `bytes`, as fast as the peer takes them.
  static WireStep Send(std::string bytes);
  // One byte, then another each `interval`, to the last.
  static WireStep Drip(std::string bytes, absl::Duration interval);
  // All of `bytes` again and again, until the peer closes; pausing for `interval`.
  static WireStep Repeat(std::string bytes, absl::Duration interval = absl::ZeroDuration());
  // Nothing, until ScriptedHttpServer::Release() or the peer's close.
  static WireStep Stall();
  // An orderly end: close_notify under TLS, then FIN.
  static WireStep Close();
  // FIN alone, also under TLS.
  static WireStep Cut();
  // RST.
  static WireStep Reset();
  // Goes on with a handshake, as a proxy's tunnel does after CONNECT.
  static WireStep StartTls();
};

// What a request is answered with.
//
//   {401, {{"WWW-Authenticate", "Basic"}}, "denied"}
//
// gets a Content-Length; wire_faults.h has what goes wrong.
struct ScriptedResponse {
  enum class Framing {
    kLength,   // Content-Length, unless `headers` has one. None for 1xx, 204, 304.
    kChunked,  // One chunk, unless the body is empty.
    kClose,    // Up to the connection's end.
  };

  int status = 200;
  std::vector<HttpHeader> headers = {};
  std::string body = "";  // Not sent for HEAD, 1xx, 204 and 304.
  Framing framing = Framing::kLength;
  // False: "Connection: close", and so it is.
  bool keep_alive = true;
  // Instead of all above, where it is not empty: exactly this. The connection is
  // kept for another request after the last step.
  std::vector<WireStep> steps = {};

  // Plays `steps`.
  static ScriptedResponse Raw(std::vector<WireStep> steps);
  // Sends `bytes`, then plays `steps`.
  static ScriptedResponse Raw(std::string bytes, std::vector<WireStep> steps = {});
};

// The steps of `response` to a request with `method`.
std::vector<WireStep> StepsOf(const ScriptedResponse& response, absl::string_view method);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_SCRIPTED_HTTP_MESSAGE_H_
