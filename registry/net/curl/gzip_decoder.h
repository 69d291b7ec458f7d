#ifndef REGISTRYD_REGISTRY_NET_CURL_GZIP_DECODER_H_
#define REGISTRYD_REGISTRY_NET_CURL_GZIP_DECODER_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

struct z_stream_s;

namespace registryd {

// Decompresses gzip (RFC 1952; several members make one content) piece by piece, so
// that memory does not depend on what the input grows to.
class GzipDecoder {
 public:
  GzipDecoder();
  ~GzipDecoder();

  // Takes from the front of `*input`, and returns at most 16 KiB of what that makes,
  // valid until the next call. Empty: all input is taken, and no more comes of it.
  // Returns INTERNAL, reason RESPONSE_INVALID, for what is no gzip.
  absl::StatusOr<absl::string_view> Next(absl::string_view* input);

  // Whether the input so far may be all: it is empty, or ends with a member's end.
  bool complete() const { return !started_ || ended_; }

 private:
  const std::unique_ptr<z_stream_s> stream_;
  std::vector<char> output_;
  bool started_ = false;
  bool ended_ = false;    // At the end of a member.
  bool pending_ = false;  // There is output beyond what the last call had room for.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_GZIP_DECODER_H_
