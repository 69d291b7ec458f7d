#ifndef REGISTRYD_REGISTRY_NET_CURL_TRANSFER_ERROR_H_
#define REGISTRYD_REGISTRY_NET_CURL_TRANSFER_ERROR_H_

#include <curl/curl.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace registryd {

// What is known of a transfer that libcurl gave up.
struct FailedTransfer {
  CURLcode code = CURLE_OK;
  absl::string_view server;     // HOST[:PORT] of the URL.
  absl::string_view proxy;      // HOST[:PORT]; empty without.
  absl::string_view addresses;  // Where it was to connect to, for people.
  bool https = false;
  bool connected = false;
  bool has_head = false;
  long os_error = 0;             // The system's errno, 0 if that was not it.
  long connect_status = 0;       // A proxy's answer to CONNECT; 0: none.
  absl::string_view tls_detail;  // Libcurl's own words.
};

// As HttpReceiver::OnDone has it. The message has no secret and no URL.
absl::Status TransferError(const FailedTransfer& failed);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_TRANSFER_ERROR_H_
