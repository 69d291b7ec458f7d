#ifndef REGISTRYD_REGISTRY_V1_V1_LAYER_READER_H_
#define REGISTRYD_REGISTRY_V1_V1_LAYER_READER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/cancellation.h"
#include "registry/v1/v1_session.h"

namespace registryd {

// Which layer, and from where on.
struct V1LayerAddress {
  std::string image_id;
  // Base URL of a registry; empty: the session's endpoint.
  std::string registry;
  // Of the whole layer in bytes, from GetRemoteImageJson; 0 or less: not known, and a
  // transfer that breaks off ends the call.
  int64_t size = 0;
  // Begin with this byte, counted from 0.
  int64_t offset = 0;
  // Wait so long before a transfer is resumed that had brought nothing; the next time
  // twice as long, and so on. One that had brought something is resumed at once. Docker
  // Engine waits 5 s and more.
  absl::Duration resume_delay = absl::Milliseconds(250);
};

// What is known of a layer before its bytes.
struct V1LayerFacts {
  // Of the whole layer in bytes; -1: not known. The registry's word, or else the
  // caller's.
  int64_t size = -1;
  // The registry serves ranges.
  bool resumable = false;
};

// Takes a layer as it comes. Calls never overlap, though they may come on different
// threads. None may block. The order is
//
//   (OnFacts OnChunk*)? OnDone
class V1LayerReceiver {
 public:
  using Resume = absl::AnyInvocable<void() &&>;

  virtual ~V1LayerReceiver() = default;

  virtual void OnFacts(const V1LayerFacts& facts) = 0;

  // `bytes` begin with byte `offset` of the layer, where the chunk before ended; never
  // empty, and valid until this returns. Nothing more is read from the registry, beyond
  // what is on its way, until `resume` is called, on any thread.
  virtual void OnChunk(int64_t offset, absl::string_view bytes, Resume resume) = 0;

  // OK: the layer is complete. The receiver is destroyed after this.
  virtual void OnDone(absl::Status status) = 0;
};

// Transfers that break off are resumed so many times within a call.
inline constexpr int kMaxLayerResumptions = 5;

// Reads a layer, byte for byte as the registry has it. Memory holds one part of it.
//
// A transfer that breaks off is resumed if `size` is known and the registry accepts
// ranges (`Accept-Ranges: bytes`, or the answer was one). As in Docker Engine the range
// asked for is "bytes=NEXT-SIZE", the answer must be 206, or 416 if all bytes are there,
// and what came before the break is not asked for again. Unlike there no more than
// kMaxLayerResumptions times, and a range must begin where it was asked to.
//
// With an `offset` a range is asked for at once; a registry that answers with the whole
// layer is read from its beginning, and the bytes before `offset` are dropped.
//
// Errors: those of CheckImageId (field "image_id"), V1Call::Find (field "registry") and
// V1Call::Stream; INVALID_ARGUMENT (FIELD_INVALID, field "offset") if that is negative;
// OUT_OF_RANGE (FIELD_INVALID) if it lies beyond the end; an HTTP status as RegistryError
// has it; INTERNAL (RESPONSE_INVALID) for another range than was asked for; UNAVAILABLE
// (CONNECTION_FAILED) for a break that cannot be resumed.
void GetRemoteImageLayer(const std::shared_ptr<V1Session>& session, const V1LayerAddress& layer,
                         const CallContext& context, std::unique_ptr<V1LayerReceiver> receiver);

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_LAYER_READER_H_
