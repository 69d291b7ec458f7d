#ifndef REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_REQUEST_PARSER_H_
#define REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_REQUEST_PARSER_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "registry/net/testing/scripted_http_message.h"

namespace registryd {

// Reads HTTP/1.1 requests from the bytes of a connection. Not thread-safe.
class RequestParser {
 public:
  enum class State {
    kHead,      // More of the head is needed.
    kBody,      // The head is there; more of the body is needed.
    kComplete,  // request() is whole.
    kInvalid,   // What came is no HTTP, and nothing more is read.
  };

  void Feed(absl::string_view bytes);

  State state() const { return state_; }
  const ScriptedRequest& request() const { return request_; }

  // request(), whole or not; goes on with the bytes that follow it.
  ScriptedRequest Take();
  // The bytes that belong to no request yet; none are left.
  std::string TakeRest();

 private:
  enum class Framing { kLength, kChunkSize, kChunk, kChunkEnd, kTrailer };

  void Parse();
  // Each takes a piece off `rest_`; false if it is not there whole, or invalid.
  bool ParseHead();
  bool ParseBody();
  bool TakeLine(std::string* line);

  State state_ = State::kHead;
  Framing framing_ = Framing::kLength;
  uint64_t wanted_ = 0;  // Bytes of the body, or of its chunk, that have not come.
  std::string rest_;
  ScriptedRequest request_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_NET_TESTING_INTERNAL_REQUEST_PARSER_H_
