#ifndef REGISTRYD_SERVER_SERVICE_V1_LAYER_DOWNLOAD_H_
#define REGISTRYD_SERVER_SERVICE_V1_LAYER_DOWNLOAD_H_

#include <deque>
#include <memory>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "registry/base/cancellation.h"
#include "registry/v1/v1_layer_reader.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_service.pb.h"
#include "server/service/observed_call.h"

namespace registryd {

// One stream of GetRemoteImageLayer. One chunk is being written, and one waits: no more is
// read from the registry before the caller has taken the first. Owns itself, and ends when
// gRPC has let go of it. Thread-safe.
class V1LayerDownload final
    : public grpc::ServerWriteReactor<::registry::v1::GetRemoteImageLayerResponse> {
 public:
  V1LayerDownload(const grpc::CallbackServerContext& context, const ObservedCall& call);

  // Begins. Either this or End is called, once, before the reactor goes to gRPC.
  void Start(const std::shared_ptr<V1Session>& session,
             const ::registry::v1::GetRemoteImageLayerRequest& request);

  // Ends the stream with `status`, after what is to be written before.
  void End(absl::Status status);

  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { delete this; }

 private:
  class Receiver;
  struct Part {
    ::registry::v1::GetRemoteImageLayerResponse message;
    // Null for what is no chunk.
    V1LayerReceiver::Resume resume;
  };

  ~V1LayerDownload() override = default;

  void Add(Part part);
  // Makes a change, with the lock, and does what is to be done next, unless something is
  // being done: writes, or ends. Who has let go of the lock may have seen the last of this
  // object, as another thread may end it.
  void Proceed(absl::FunctionRef<void()> change) ABSL_LOCKS_EXCLUDED(mutex_);

  const ObservedCall call_;
  const CallContext context_;
  absl::Mutex mutex_;
  // At most the facts and a chunk.
  std::deque<Part> waiting_ ABSL_GUARDED_BY(mutex_);
  bool writing_ ABSL_GUARDED_BY(mutex_) = false;
  // The caller takes nothing any more.
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
  // Belongs to whoever set writing_, then to gRPC until OnWriteDone.
  ::registry::v1::GetRemoteImageLayerResponse message_;
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_LAYER_DOWNLOAD_H_
