#include "server/service/v1_layer_download.h"

#include <cstdint>
#include <utility>

#include "absl/strings/string_view.h"
#include "server/service/unary_call.h"

namespace registryd {

namespace api = ::registry::v1;

// What the core speaks to. The download outlives it: it does not end before OnDone.
class V1LayerDownload::Receiver final : public V1LayerReceiver {
 public:
  explicit Receiver(V1LayerDownload& download) : download_(download) {}

  void OnFacts(const V1LayerFacts& facts) override {
    Part part;
    api::V1LayerInfo* const info = part.message.mutable_info();
    info->set_size(facts.size);
    info->set_resumable(facts.resumable);
    download_.Add(std::move(part));
  }

  void OnChunk(int64_t offset, absl::string_view bytes, Resume resume) override {
    Part part;
    api::V1LayerChunk* const chunk = part.message.mutable_chunk();
    chunk->set_offset(offset);
    chunk->set_data(bytes.data(), bytes.size());
    part.resume = std::move(resume);
    download_.Add(std::move(part));
  }

  void OnDone(absl::Status status) override { download_.End(std::move(status)); }

 private:
  V1LayerDownload& download_;
};

V1LayerDownload::V1LayerDownload(const grpc::CallbackServerContext& context,
                                 const ObservedCall& call)
    : call_(call), context_{DeadlineOf(context), std::make_shared<Cancellation>()} {}

void V1LayerDownload::Start(const std::shared_ptr<V1Session>& session,
                            const api::GetRemoteImageLayerRequest& request) {
  V1LayerAddress layer;
  layer.image_id = request.image_id();
  layer.registry = request.registry();
  layer.size = request.size();
  layer.offset = request.offset();
  GetRemoteImageLayer(session, layer, context_, std::make_unique<Receiver>(*this));
}

void V1LayerDownload::End(absl::Status status) {
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    end_ = NameTheDeadline(std::move(status), context_.deadline);
  });
}

void V1LayerDownload::OnWriteDone(bool ok) {
  if (!ok) context_.cancellation->Cancel();
  std::deque<Part> dropped;
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    writing_ = false;
    if (ok) return;
    broken_ = true;
    dropped.swap(waiting_);
  });
}

void V1LayerDownload::OnCancel() { context_.cancellation->Cancel(); }

void V1LayerDownload::Add(Part part) {
  Proceed([&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!broken_) waiting_.push_back(std::move(part));
  });
}

void V1LayerDownload::Proceed(absl::FunctionRef<void()> change) {
  V1LayerReceiver::Resume resume;
  std::optional<absl::Status> end;
  {
    absl::MutexLock lock(&mutex_);
    change();
    if (writing_ || finished_) return;
    if (!waiting_.empty()) {
      writing_ = true;
      message_ = std::move(waiting_.front().message);
      resume = std::move(waiting_.front().resume);
      waiting_.pop_front();
    } else if (end_.has_value()) {
      finished_ = true;
      end = std::move(end_);
    } else {
      return;
    }
  }
  if (end.has_value()) return Finish(call_.End(*end));
  StartWrite(&message_);
  if (resume != nullptr) std::move(resume)();
}

}  // namespace registryd
