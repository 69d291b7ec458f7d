#include "registry/net/curl/silence.h"

namespace registryd {

void Silence::Begin(Time now) {
  if (waiting_++ == 0) since_ = now;
}

void Silence::End(Time now) {
  if (--waiting_ == 0) before_ += now - since_;
}

void Silence::Break(Time now) {
  since_ = now;
  before_ = {};
}

Silence::Duration Silence::Lasted(Time now) const {
  return waiting_ == 0 ? before_ : before_ + (now - since_);
}

}  // namespace registryd
