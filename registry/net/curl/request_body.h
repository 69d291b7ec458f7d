#ifndef REGISTRYD_REGISTRY_NET_CURL_REQUEST_BODY_H_
#define REGISTRYD_REGISTRY_NET_CURL_REQUEST_BODY_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "registry/base/secret.h"
#include "registry/net/http_message.h"

namespace registryd {

// The body of a request on its way from its source: the part that is being sent, and,
// so that the request can be sent again, the first bytes of a small one. Both are
// overwritten when they are not needed any more.
class RequestBody {
 public:
  // Of one part, and of what can be sent again.
  static constexpr size_t kMaxPartBytes = size_t{16} * 1024;

  explicit RequestBody(std::unique_ptr<HttpBodySource> source);
  ~RequestBody();

  HttpBodySource& source() { return *source_; }
  const std::optional<uint64_t>& size() const { return size_; }

  // Takes what the source gave; an empty part is the end. Returns the source's error,
  // or INTERNAL if the body is longer or shorter than its source said.
  absl::Status Add(absl::StatusOr<Secret> part);

  // Copies the next bytes, at most `room`, to `to`. 0: none are there.
  size_t Take(char* to, size_t room);

  // Whether all was taken.
  bool ended() const { return ended_ && Left() == 0; }

  // Starts again with the first byte. False if too much was taken for that.
  bool Rewind();
  // There will be no Rewind.
  void Forget();

 private:
  size_t Left() const { return again_.size() - again_taken_ + part_.Reveal().size() - taken_; }

  const std::unique_ptr<HttpBodySource> source_;
  const std::optional<uint64_t> size_;
  uint64_t given_ = 0;  // By the source.
  bool ended_ = false;
  Secret part_;
  size_t taken_ = 0;  // Of part_.
  // What was taken of earlier bytes, as long as it is little.
  std::string again_;
  size_t again_taken_ = 0;
  bool can_rewind_ = true;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_CURL_REQUEST_BODY_H_
