#include "registry/net/curl/request_body.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {

RequestBody::RequestBody(std::unique_ptr<HttpBodySource> source)
    : source_(std::move(source)), size_(source_->size()) {
  again_.reserve(kMaxPartBytes);  // It never moves, and leaves no copies.
}

RequestBody::~RequestBody() { Wipe(again_); }

absl::Status RequestBody::Add(absl::StatusOr<Secret> part) {
  if (!part.ok()) return part.status();
  ended_ = part->empty();
  given_ += part->Reveal().size();
  part_ = *std::move(part);
  taken_ = 0;
  if (size_.has_value() && (ended_ ? given_ != *size_ : given_ > *size_)) {
    return Error(absl::StatusCode::kInternal, Reason::kInternal,
                 absl::StrCat("a request's body was to have ", *size_, " bytes, and its source ",
                              ended_ ? "ended after " : "gave at least ", given_));
  }
  return absl::OkStatus();
}

size_t RequestBody::Take(char* to, size_t room) {
  if (again_taken_ < again_.size()) {
    const size_t count = std::min(room, again_.size() - again_taken_);
    std::memcpy(to, again_.data() + again_taken_, count);
    again_taken_ += count;
    return count;
  }
  const size_t count = std::min(room, part_.Reveal().size() - taken_);
  std::memcpy(to, part_.Reveal().data() + taken_, count);
  taken_ += count;
  if (!can_rewind_ || again_.size() + count > kMaxPartBytes) {
    Forget();
  } else {
    again_.append(to, count);
    again_taken_ = again_.size();
  }
  return count;
}

bool RequestBody::Rewind() {
  again_taken_ = 0;
  return can_rewind_;
}

void RequestBody::Forget() {
  can_rewind_ = false;
  Wipe(again_);
  again_taken_ = 0;
}

}  // namespace registryd
