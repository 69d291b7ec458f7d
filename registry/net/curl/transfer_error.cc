#include "registry/net/curl/transfer_error.h"

#include <cerrno>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

absl::Status ConnectionFailed(absl::string_view message) {
  return Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, message);
}

absl::Status Invalid(const FailedTransfer& failed, absl::string_view what) {
  return Error(absl::StatusCode::kInternal, Reason::kResponseInvalid,
               absl::StrCat("what ", failed.server, " sent is no valid HTTP: ", what));
}

// ": why", as far as it is known.
std::string Why(const FailedTransfer& failed) {
  if (failed.os_error != 0) {
    return absl::StrCat(": ", std::generic_category().message(static_cast<int>(failed.os_error)));
  }
  if (failed.https && !failed.tls_detail.empty()) {
    return absl::StrCat(": ", absl::CHexEscape(failed.tls_detail.substr(0, 200)));
  }
  return "";
}

// "registry:5000 (10.0.0.1)", or the proxy that stands before it.
std::string Peer(const FailedTransfer& failed) {
  return failed.proxy.empty()
             ? absl::StrCat(failed.server, " (", failed.addresses, ")")
             : absl::StrCat("the proxy ", failed.proxy, " (", failed.addresses, ")");
}

}  // namespace

absl::Status TransferError(const FailedTransfer& failed) {
  const auto curl_says = [&failed] { return curl_easy_strerror(failed.code); };
  if (failed.connect_status != 0 && failed.connect_status / 100 != 2) {
    return ConnectionFailed(absl::StrCat("the proxy ", failed.proxy, " refused a connection to ",
                                         failed.server, ": status ", failed.connect_status));
  }
  switch (failed.code) {
    case CURLE_COULDNT_CONNECT:
      return ConnectionFailed(absl::StrCat("cannot connect to ", Peer(failed), Why(failed)));
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
      return ConnectionFailed(absl::StrCat("there is no address for ", Peer(failed)));
    case CURLE_SSL_CONNECT_ERROR:
      return ConnectionFailed(absl::StrCat("TLS with ", Peer(failed), " failed", Why(failed)));
    case CURLE_PEER_FAILED_VERIFICATION:
      return Error(
          absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed,
          absl::StrCat("the certificate of ", failed.server, " was not accepted", Why(failed)));
    case CURLE_URL_MALFORMAT:
      return FieldError(Reason::kFieldInvalid, "url", "the URL cannot be sent");
    case CURLE_GOT_NOTHING:
      return ConnectionFailed(
          absl::StrCat(failed.server, " closed the connection without an answer"));
    case CURLE_PARTIAL_FILE:
      return ConnectionFailed(absl::StrCat("the answer of ", failed.server, " ended early"));
    case CURLE_SEND_FAIL_REWIND:
      return ConnectionFailed(
          absl::StrCat("the connection to ", failed.server,
                       " broke, and the request's body cannot be sent a second time"));
    case CURLE_FILESIZE_EXCEEDED:
      return Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge,
                   absl::StrCat("the answer of ", failed.server, " is too large"));
    case CURLE_OUT_OF_MEMORY:
      // Libcurl's own limit for one line; memory itself does not run out like this.
      if (!failed.connected || failed.has_head) break;
      return Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge,
                   absl::StrCat("a header of ", failed.server, " is too large"));
    case CURLE_UNSUPPORTED_PROTOCOL:  // An answer without a status line.
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
      return Invalid(failed, curl_says());
    case CURLE_RECV_ERROR:
      // Which has no code of its own; what libcurl writes tells it from a broken connection.
      if (failed.has_head && absl::EndsWith(failed.tls_detail, "in chunked-encoding")) {
        return Invalid(failed, "a malformed chunk");
      }
      break;
    default:
      break;
  }
  return ConnectionFailed(
      absl::StrCat("the connection to ", failed.server, " broke (", curl_says(), ")", Why(failed)));
}

}  // namespace registryd
