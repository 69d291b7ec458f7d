#ifndef REGISTRYD_REGISTRY_NET_CURL_RESPONSE_READER_H_
#define REGISTRYD_REGISTRY_NET_CURL_RESPONSE_READER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/net/curl/gzip_decoder.h"
#include "registry/net/http_message.h"

namespace registryd {

// Makes a response of header lines and body bytes as they come, within limits. Returns
// RESOURCE_EXHAUSTED (RESPONSE_TOO_LARGE) beyond them, and INTERNAL (RESPONSE_INVALID)
// for what makes no sense.
class ResponseReader {
 public:
  struct Options {
    size_t max_head_bytes = size_t{64} * 1024;  // Interim responses and trailers count too.
    std::optional<uint64_t> max_body_bytes;
    bool decompress = false;
  };

  explicit ResponseReader(const Options& options) : options_(options) {}

  // Takes one line of a head, with its line end. Returns the head when that is the
  // last line of a final response's; interim responses and trailers make none. Where
  // the body is decompressed, Content-Encoding and Content-Length are left out.
  absl::StatusOr<std::optional<HttpResponseHead>> AddLine(absl::string_view line);

  // Takes bytes of the body from the front of `*input`, and returns what they make:
  // as it is, or at most 16 KiB of decompressed bytes, valid until the next call.
  // Empty: all input is taken.
  absl::StatusOr<absl::string_view> Next(absl::string_view* input);

  // What is still missing when the server says that this was all: UNAVAILABLE
  // (CONNECTION_FAILED) for the head.
  absl::Status End() const;

  bool has_head() const { return has_head_; }
  bool http2() const { return http2_; }

 private:
  absl::Status AddField(absl::string_view line);

  const Options options_;
  HttpResponseHead head_;
  size_t head_bytes_ = 0;
  bool in_head_ = false;
  bool has_head_ = false;
  bool http2_ = false;
  std::unique_ptr<GzipDecoder> decoder_;
  uint64_t body_bytes_ = 0;      // As handed over.
  uint64_t received_bytes_ = 0;  // As they came.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_RESPONSE_READER_H_
