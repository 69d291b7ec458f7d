#include "registry/v1/v1_layer_reader.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "registry/base/error.h"
#include "registry/base/pending_call.h"
#include "registry/net/http_message.h"
#include "registry/net/http_transport.h"
#include "registry/v1/content_range.h"
#include "registry/v1/v1_call.h"
#include "registry/v1/v1_error.h"
#include "registry/v1/v1_names.h"

namespace registryd {
namespace {

// Of an answer that is no layer.
constexpr size_t kMaxErrorBytes = size_t{64} * 1024;

absl::Status OutOfRange(int64_t offset) {
  return Error(absl::StatusCode::kOutOfRange, Reason::kFieldInvalid,
               absl::StrCat("offset ", offset, " lies beyond the layer's end"));
}

absl::Status Broken(absl::string_view message) {
  return Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, message);
}

// One layer on its way. Owns itself through the request, or the pause, that is under way;
// one of them is at a time, so that nothing here needs a lock.
class LayerTransfer : public std::enable_shared_from_this<LayerTransfer> {
 public:
  LayerTransfer(std::shared_ptr<V1Call> call, const V1LayerAddress& layer,
                std::unique_ptr<V1LayerReceiver> receiver)
      : call_(std::move(call)),
        layer_(layer),
        size_is_known_(layer.size > 0),
        receiver_(std::move(receiver)),
        next_(layer.offset),
        delay_(layer.resume_delay) {}

  void Start() {
    call_->Find(layer_.registry, "registry",
                [self = shared_from_this()](absl::StatusOr<V1Registry> registry) {
                  if (!registry.ok()) return self->Finish(registry.status());
                  self->registry_ = *std::move(registry);
                  self->Ask();
                });
  }

 private:
  class Receiver;

  void Ask();

  void OnHead(HttpResponseHead head) {
    head_ = std::move(head);
    const auto range = ParseContentRange(head_->Find("Content-Range").value_or(""));
    const bool is_whole = head_->status == 200 && (!asked_for_range_ || !began_);
    // A server that does not say which range it sends is taken to send the right one.
    const bool is_range =
        head_->status == 206 && asked_for_range_ && (!range.has_value() || range->first == next_);
    is_layer_ = is_whole || is_range;
    if (!is_layer_) return;
    if (is_whole) skip_ = next_;
    announced_ = is_range && range.has_value() ? range->size.value_or(0) : 0;
    if (began_) return;
    const bool serves_ranges = is_range || head_->Find("Accept-Ranges").value_or("") == "bytes";
    Begin({SizeOf(is_range, range), serves_ranges});
  }

  void Begin(const V1LayerFacts& facts) {
    began_ = true;
    can_resume_ = facts.resumable && size_is_known_;
    receiver_->OnFacts(facts);
  }

  // Of the whole layer.
  int64_t SizeOf(bool is_range, const std::optional<ContentRange>& range) const {
    if (range.has_value() && range->size.has_value()) return *range->size;
    const auto length = ParseLength(head_->Find("Content-Length").value_or(""));
    if (length.has_value() && !is_range) return *length;
    return size_is_known_ ? layer_.size : -1;
  }

  void OnBody(absl::string_view part, HttpReceiver::Resume resume) {
    if (!is_layer_) {
      error_body_.append(part.data(), std::min(part.size(), kMaxErrorBytes - error_body_.size()));
      if (error_body_.size() < kMaxErrorBytes) return std::move(resume)();
      Finish(Refusal());
      return call_->Abort();
    }
    brought_something_ = true;
    const size_t skipped = std::min<uint64_t>(skip_, part.size());
    skip_ -= skipped;
    part.remove_prefix(skipped);
    if (part.empty()) return std::move(resume)();
    const int64_t offset = next_;
    next_ += part.size();
    receiver_->OnChunk(offset, part, std::move(resume));
  }

  void OnDone(absl::Status status) {
    if (receiver_ == nullptr) return;
    const bool is_callers_end = absl::IsCancelled(status) || absl::IsDeadlineExceeded(status);
    if (is_callers_end) return Finish(std::move(status));
    if (head_.has_value() && !is_layer_) return Finish(Refusal());
    if (!status.ok()) return began_ ? BrokeOff(std::move(status)) : Finish(NoAnswer(status));
    if (const int64_t least = LeastSize(); next_ - static_cast<int64_t>(skip_) < least) {
      return BrokeOff(Broken(absl::StrCat(
          "the layer ended after ", next_ - static_cast<int64_t>(skip_), " bytes of ", least)));
    }
    if (skip_ > 0) return Finish(OutOfRange(layer_.offset));
    Finish(absl::OkStatus());
  }

  // A body that ended before that many bytes of the layer has come too short, though
  // nothing broke; 0: any end is one.
  int64_t LeastSize() const {
    if (announced_ > 0) return announced_;
    // The connection's end is the only sign of the body's.
    const bool unannounced =
        !head_->Find("Content-Length").has_value() && !head_->Find("Transfer-Encoding").has_value();
    return size_is_known_ && unannounced ? layer_.size : 0;
  }

  absl::Status NoAnswer(const absl::Status& status) const {
    absl::Status reworded(status.code(),
                          absl::StrCat("Server error: Status 0 while fetching image layer (",
                                       layer_.image_id, "): ", status.message()));
    status.ForEachPayload([&reworded](absl::string_view url, const absl::Cord& payload) {
      reworded.SetPayload(url, payload);
    });
    return reworded;
  }

  // What an answer without the layer, or with another part of it, means.
  absl::Status Refusal() {
    const int status = head_->status;
    if (status == 416 && asked_for_range_) {
      const auto range = ParseContentRange(head_->Find("Content-Range").value_or(""));
      const bool is_end =
          (range.has_value() && range->size == next_) || (size_is_known_ && layer_.size == next_);
      if (is_end) {
        if (!began_) Begin({next_, /*resumable=*/true});
        return absl::OkStatus();
      }
      if (!began_) return OutOfRange(layer_.offset);
    }
    if (status == 206 && asked_for_range_) {
      return InvalidV1Answer("the registry sends another part of the layer than it was asked for");
    }
    if (status == 200) return Broken("the server doesn't support byte ranges");
    return V1Error(absl::StrCat("Server error: Status ", status, " while fetching image layer (",
                                layer_.image_id, ")"),
                   {*head_, error_body_, absl::OkStatus()}, call_->now());
  }

  void BrokeOff(absl::Status status) {
    const bool may_mend = absl::IsUnavailable(status) || absl::IsInternal(status);
    if (!can_resume_ || !may_mend || resumptions_ == kMaxLayerResumptions) {
      return Finish(std::move(status));
    }
    ++resumptions_;
    if (brought_something_) {
      delay_ = layer_.resume_delay;
      return Ask();
    }
    Pause(std::exchange(delay_, 2 * delay_));
  }

  void Pause(absl::Duration duration) {
    const auto pause =
        PendingCall<bool>::Start(call_->context(), call_->timers(),
                                 [self = shared_from_this()](const absl::StatusOr<bool>& over) {
                                   if (!over.ok()) return self->Finish(over.status());
                                   self->Ask();
                                 });
    call_->timers().Schedule(absl::Now() + duration, [pause] { pause->Finish(true); });
  }

  void Finish(absl::Status status) {
    const std::unique_ptr<V1LayerReceiver> receiver = std::move(receiver_);
    if (receiver != nullptr) receiver->OnDone(call_->Explain(std::move(status)));
  }

  const std::shared_ptr<V1Call> call_;
  const V1LayerAddress layer_;
  const bool size_is_known_;
  std::unique_ptr<V1LayerReceiver> receiver_;
  V1Registry registry_;
  int64_t next_;  // The byte to pass on next.
  // The receiver has the facts, and what they mean.
  bool began_ = false;
  bool can_resume_ = false;
  int resumptions_ = 0;
  absl::Duration delay_;

  // Of the request that is under way.
  bool asked_for_range_ = false;
  std::optional<HttpResponseHead> head_;
  bool is_layer_ = false;
  bool brought_something_ = false;
  uint64_t skip_ = 0;      // Bytes that come before `next_`.
  int64_t announced_ = 0;  // The layer's size, by the range that is sent; 0: not known.
  std::string error_body_;
};

class LayerTransfer::Receiver final : public HttpReceiver {
 public:
  explicit Receiver(std::shared_ptr<LayerTransfer> transfer) : transfer_(std::move(transfer)) {}

  void OnHead(HttpResponseHead head) override { transfer_->OnHead(std::move(head)); }
  void OnBody(absl::string_view part, Resume resume) override {
    transfer_->OnBody(part, std::move(resume));
  }
  void OnDone(absl::Status status) override { transfer_->OnDone(std::move(status)); }

 private:
  const std::shared_ptr<LayerTransfer> transfer_;
};

void LayerTransfer::Ask() {
  V1Question question;
  question.path = absl::StrCat("images/", EscapeV1Name(layer_.image_id), "/layer");
  question.max_body_bytes = std::numeric_limits<uint64_t>::max();
  asked_for_range_ = next_ > 0;
  if (asked_for_range_) {
    // Docker Engine's end is one too far, and servers cut it.
    question.headers.push_back({"Range", size_is_known_
                                             ? absl::StrCat("bytes=", next_, "-", layer_.size)
                                             : absl::StrCat("bytes=", next_, "-")});
  }
  head_.reset();
  is_layer_ = false;
  brought_something_ = false;
  skip_ = 0;
  announced_ = 0;
  call_->Stream(registry_, std::move(question), /*body=*/nullptr,
                std::make_unique<Receiver>(shared_from_this()));
}

absl::Status Check(const V1LayerAddress& layer) {
  if (absl::Status s = CheckImageId(layer.image_id, "image_id"); !s.ok()) return s;
  if (layer.offset < 0) {
    return FieldError(Reason::kFieldInvalid, "offset",
                      absl::StrCat("offset ", layer.offset, " is negative"));
  }
  if (layer.size > 0 && layer.offset > layer.size) return OutOfRange(layer.offset);
  return absl::OkStatus();
}

}  // namespace

void GetRemoteImageLayer(const std::shared_ptr<V1Session>& session, const V1LayerAddress& layer,
                         const CallContext& context, std::unique_ptr<V1LayerReceiver> receiver) {
  if (absl::Status status = Check(layer); !status.ok()) return receiver->OnDone(std::move(status));
  std::make_shared<LayerTransfer>(V1Call::Begin(session, context), layer, std::move(receiver))
      ->Start();
}

}  // namespace registryd
