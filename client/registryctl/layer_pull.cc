#include "client/registryctl/layer_pull.h"

#include <memory>
#include <utility>

#include "absl/cleanup/cleanup.h"

namespace registryd::registryctl {

namespace v1 = ::registry::v1;

LayerPull::LayerPull(const client::V1SessionClient& client, v1::GetRemoteImageLayerRequest request,
                     client::V1SessionClient::Deadline deadline)
    : client_(client), request_(std::move(request)), deadline_(deadline) {}

absl::StatusOr<v1::V1LayerInfo> LayerPull::Run(const LayerTaker& taker) {
  for (;;) {
    const auto download = client_.GetRemoteImageLayer(request_, deadline_);
    Use(download.get());
    const absl::Cleanup let_go = [this] { Use(nullptr); };
    auto info = Read(*download, taker);
    const bool progress = download->offset() > request_.offset();
    if (!absl::IsUnavailable(info.status()) || !progress) return info;
    request_.set_offset(download->offset());
    taker.broke_off(download->offset(), info.status());
  }
}

absl::StatusOr<v1::V1LayerInfo> LayerPull::Read(client::V1LayerDownload& download,
                                                const LayerTaker& taker) {
  auto info = download.Info();
  if (!info.ok()) return info;
  for (;;) {
    const auto chunk = download.Next();
    if (!chunk.ok()) return chunk.status();
    if (!chunk->has_value()) return info;
    absl::Status status = taker.take((*chunk)->data(), info->size());
    if (!status.ok()) return status;
  }
}

void LayerPull::Stop() {
  const absl::MutexLock lock(&mutex_);
  stopped_ = true;
  if (download_ != nullptr) download_->Cancel();
}

void LayerPull::Use(client::V1LayerDownload* download) {
  const absl::MutexLock lock(&mutex_);
  download_ = download;
  if (stopped_ && download_ != nullptr) download_->Cancel();
}

}  // namespace registryd::registryctl
