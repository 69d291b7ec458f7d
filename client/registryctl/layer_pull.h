#ifndef REGISTRYD_CLIENT_REGISTRYCTL_LAYER_PULL_H_
#define REGISTRYD_CLIENT_REGISTRYCTL_LAYER_PULL_H_

#include <cstdint>
#include <functional>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "client/v1_session_client.h"

namespace registryd::registryctl {

// What takes a layer as it is pulled.
struct LayerTaker {
  // The layer's next bytes, and the size of the whole; -1: not known. An error ends the
  // pull.
  std::function<absl::Status(absl::string_view bytes, int64_t size)> take;
  // The transfer broke off after byte `offset`, and is about to go on.
  std::function<void(int64_t offset, const absl::Status& status)> broke_off;
};

// The pull of a layer. A call that ends with UNAVAILABLE after it brought something is
// followed by another, which begins where it ended.
class LayerPull {
 public:
  // All calls end at `deadline`, if there is one. `client` must outlive this.
  LayerPull(const client::V1SessionClient& client,
            ::registry::v1::GetRemoteImageLayerRequest request,
            client::V1SessionClient::Deadline deadline);

  // Gives the layer to `taker`, from the request's offset on; returns what is known of it
  // when it is complete. Errors: those of GetRemoteImageLayer, CANCELLED after Stop, and
  // the taker's own. At most once.
  absl::StatusOr<::registry::v1::V1LayerInfo> Run(const LayerTaker& taker);

  // Makes Run return soon. For any thread.
  void Stop();

 private:
  absl::StatusOr<::registry::v1::V1LayerInfo> Read(client::V1LayerDownload& download,
                                                   const LayerTaker& taker);
  // Stop is to reach `download`; null: none.
  void Use(client::V1LayerDownload* download);

  const client::V1SessionClient& client_;
  ::registry::v1::GetRemoteImageLayerRequest request_;
  const client::V1SessionClient::Deadline deadline_;
  absl::Mutex mutex_;
  client::V1LayerDownload* download_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace registryd::registryctl

#endif  // REGISTRYD_CLIENT_REGISTRYCTL_LAYER_PULL_H_
