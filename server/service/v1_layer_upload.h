#ifndef REGISTRYD_SERVER_SERVICE_V1_LAYER_UPLOAD_H_
#define REGISTRYD_SERVER_SERVICE_V1_LAYER_UPLOAD_H_

#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/server_context.h"
#include "grpcpp/support/server_callback.h"
#include "registry/base/cancellation.h"
#include "registry/v1/v1_layer_writer.h"
#include "registry/v1/v1_session_service.pb.h"
#include "registry/v1/v1_session_table.h"
#include "server/service/observed_call.h"

namespace registryd {

// One stream of PushImageLayerRegistry. A message is read when the registry has taken the
// one before. Owns itself, and ends when gRPC has let go of it. Thread-safe.
class V1LayerUpload final
    : public grpc::ServerReadReactor<::registry::v1::PushImageLayerRegistryRequest> {
 public:
  // `sessions` outlives the upload, as `context` and `response` do, which are the call's.
  // `caller` is who makes it.
  V1LayerUpload(V1SessionTable& sessions, std::string caller,
                const grpc::CallbackServerContext& context, const ObservedCall& call,
                ::registry::v1::PushImageLayerRegistryResponse* response);

  // Begins to read.
  void Start();

  void OnReadDone(bool ok) override;
  void OnSendInitialMetadataDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override { delete this; }

 private:
  ~V1LayerUpload() override = default;

  // The metadata has come.
  void Begin();
  // A message after it has come.
  void Write();
  // A message could not be read: none comes any more, or gRPC could not deliver one.
  void Close();
  void Read();
  void ReadOn();
  // The layer will not become complete.
  void Fail(absl::Status status);

  // Ends the call, when nobody holds it any more. Called once.
  void End(absl::Status status);
  void OnUploaded(absl::StatusOr<V1LayerChecksums> checksums);
  bool ended();
  // False, and holds nothing, after the upload's end: the call may be finished already.
  bool TryHold();
  void Release();

  V1SessionTable& sessions_;
  const std::string caller_;
  const grpc::CallbackServerContext& server_context_;
  ObservedCall call_;
  const CallContext context_;
  ::registry::v1::PushImageLayerRegistryResponse* const response_;
  // Only used while a message is read, or has been.
  ::registry::v1::PushImageLayerRegistryRequest message_;
  std::shared_ptr<V1LayerWriter> writer_;

  absl::Mutex mutex_;
  // Those who still use this object after the upload's end: the one that ends it, and
  // a part or the answer's beginning on its way. The call is finished without them.
  int holds_ ABSL_GUARDED_BY(mutex_) = 1;
  std::optional<absl::Status> end_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_SERVER_SERVICE_V1_LAYER_UPLOAD_H_
