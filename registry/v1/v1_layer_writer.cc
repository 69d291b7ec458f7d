#include "registry/v1/v1_layer_writer.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/base/error.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/tls/sha256.h"
#include "registry/v1/tarsum.h"
#include "registry/v1/v1_call.h"
#include "registry/v1/v1_error.h"
#include "registry/v1/v1_names.h"

namespace registryd {
namespace {

// Parts go from the owner's hand into the transport's: Write leaves one, Read takes it,
// whole or in pieces.
class LayerUpload final : public V1LayerWriter, public std::enable_shared_from_this<LayerUpload> {
 public:
  LayerUpload(std::shared_ptr<V1Call> call, std::string json, Done done)
      : call_(std::move(call)), json_(std::move(json)), done_(std::move(done)) {
    payload_.Update(json_);
    payload_.Update("\n");
  }

  void Begin(const std::string& image_id, const std::string& registry) {
    if (absl::Status status = CheckImageId(image_id, "metadata.image_id"); !status.ok()) {
      return End(std::move(status));
    }
    call_->Find(registry, "metadata.registry",
                [self = shared_from_this(), image_id](const absl::StatusOr<V1Registry>& found) {
                  if (!found.ok()) return self->End(found.status());
                  self->Send(*found, image_id);
                });
  }

  void Write(std::string part, Ready ready) override {
    payload_.Update(part);
    if (absl::Status status = tarsum_.Write(part); !status.ok()) Fail(NoTar(status));
    {
      absl::MutexLock lock(&mutex_);
      if (!part.empty() && failure_.ok() && !ended_) {
        part_ = std::move(part);
        taken_ = 0;
        ready_ = std::exchange(ready, nullptr);
      }
    }
    if (ready != nullptr) return std::move(ready)();
    HandOver();
  }

  void Finish() override {
    absl::StatusOr<std::string> checksum = tarsum_.Finish(json_);
    if (!checksum.ok()) return Fail(NoTar(checksum.status()));
    {
      absl::MutexLock lock(&mutex_);
      checksums_ = {*std::move(checksum), absl::StrCat("sha256:", payload_.HexDigest())};
      is_complete_ = true;
    }
    HandOver();
  }

  void Fail(absl::Status status) override {
    Ready ready;
    {
      absl::MutexLock lock(&mutex_);
      if (ended_ || !failure_.ok()) return;
      failure_ = std::move(status);
      ready = std::exchange(ready_, nullptr);
    }
    if (ready != nullptr) std::move(ready)();
    call_->Abort();
  }

 private:
  class Source;
  class Receiver;

  static absl::Status NoTar(const absl::Status& status) {
    return FieldError(Reason::kFieldInvalid, "chunk", status.message());
  }

  void Send(const V1Registry& registry, const std::string& image_id);

  void Read(size_t max_bytes, HttpBodySource::Ready read) {
    {
      absl::MutexLock lock(&mutex_);
      read_ = std::move(read);
      max_bytes_ = max_bytes;
    }
    HandOver();
  }

  // Gives the transport what it asked for, if that is there.
  void HandOver() {
    HttpBodySource::Ready read;
    Ready ready;
    std::string piece;
    {
      absl::MutexLock lock(&mutex_);
      const bool has_part = taken_ < part_.size();
      if (read_ == nullptr || (!has_part && !is_complete_)) return;
      read = std::exchange(read_, nullptr);
      if (!has_part) {
        end_is_sent_ = true;
      } else if (taken_ == 0 && part_.size() <= max_bytes_) {
        piece = std::move(part_);
      } else {
        piece = part_.substr(taken_, max_bytes_);
      }
      taken_ += piece.size();
      if (taken_ >= part_.size()) {
        part_.clear();
        taken_ = 0;
        ready = std::exchange(ready_, nullptr);
      }
    }
    std::move(read)(std::move(piece));
    if (ready != nullptr) std::move(ready)();
  }

  void OnDone(V1Answer answer, bool has_answer) {
    if (!has_answer) return End(std::move(answer.body_status));
    if (answer.head.status != 200) {
      return End(
          V1Error(absl::StrCat("Received HTTP code ", answer.head.status, " while uploading layer"),
                  answer, call_->now()));
    }
    if (!answer.body_status.ok()) return End(std::move(answer.body_status));
    absl::StatusOr<V1LayerChecksums> result =
        InvalidV1Answer("the registry did not wait for the layer's end");
    {
      absl::MutexLock lock(&mutex_);
      if (end_is_sent_) result = checksums_;
    }
    End(std::move(result));
  }

  void End(absl::StatusOr<V1LayerChecksums> result) {
    Done done;
    Ready ready;
    HttpBodySource::Ready read;
    {
      absl::MutexLock lock(&mutex_);
      if (ended_) return;
      ended_ = true;
      part_.clear();
      taken_ = 0;
      done = std::exchange(done_, nullptr);
      ready = std::exchange(ready_, nullptr);
      read = std::exchange(read_, nullptr);
      if (!failure_.ok()) result = failure_;
    }
    if (ready != nullptr) std::move(ready)();
    if (!result.ok()) result = call_->Explain(result.status());
    std::move(done)(std::move(result));
  }

  const std::shared_ptr<V1Call> call_;
  const std::string json_;
  // The owner's.
  TarSum tarsum_;
  Sha256 payload_;

  absl::Mutex mutex_;
  // What is on its way, and how much of it the transport has.
  std::string part_ ABSL_GUARDED_BY(mutex_);
  size_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  Ready ready_ ABSL_GUARDED_BY(mutex_);
  // What the transport waits for.
  HttpBodySource::Ready read_ ABSL_GUARDED_BY(mutex_);
  size_t max_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_complete_ ABSL_GUARDED_BY(mutex_) = false;
  bool end_is_sent_ ABSL_GUARDED_BY(mutex_) = false;
  V1LayerChecksums checksums_ ABSL_GUARDED_BY(mutex_);
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  Done done_ ABSL_GUARDED_BY(mutex_);
};

class LayerUpload::Source final : public HttpBodySource {
 public:
  explicit Source(std::shared_ptr<LayerUpload> upload) : upload_(std::move(upload)) {}

  std::optional<uint64_t> size() const override { return std::nullopt; }
  void Read(size_t max_bytes, Ready ready) override { upload_->Read(max_bytes, std::move(ready)); }

 private:
  const std::shared_ptr<LayerUpload> upload_;
};

class LayerUpload::Receiver final : public HttpReceiver {
 public:
  explicit Receiver(std::shared_ptr<LayerUpload> upload) : upload_(std::move(upload)) {}

  void OnHead(HttpResponseHead head) override {
    answer_.head = std::move(head);
    has_answer_ = true;
  }
  void OnBody(absl::string_view part, Resume resume) override {
    absl::StrAppend(&answer_.body, part);
    std::move(resume)();
  }
  void OnDone(absl::Status status) override {
    answer_.body_status = std::move(status);
    upload_->OnDone(std::move(answer_), has_answer_);
  }

 private:
  const std::shared_ptr<LayerUpload> upload_;
  V1Answer answer_;
  bool has_answer_ = false;
};

void LayerUpload::Send(const V1Registry& registry, const std::string& image_id) {
  V1Question question;
  question.method = "PUT";
  question.path = absl::StrCat("images/", EscapeV1Name(image_id), "/layer");
  question.headers = {{"Content-Type", "application/octet-stream"}};
  call_->Stream(registry, std::move(question), std::make_unique<Source>(shared_from_this()),
                std::make_unique<Receiver>(shared_from_this()));
}

}  // namespace

std::shared_ptr<V1LayerWriter> V1LayerWriter::Start(const std::shared_ptr<V1Session>& session,
                                                    V1LayerPush push, const CallContext& context,
                                                    Done done) {
  const auto upload = std::make_shared<LayerUpload>(V1Call::Begin(session, context),
                                                    std::move(push.json), std::move(done));
  upload->Begin(push.image_id, push.registry);
  return upload;
}

}  // namespace registryd
