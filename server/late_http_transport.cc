#include "server/late_http_transport.h"

#include <utility>

namespace registryd {

LateHttpTransport::LateHttpTransport(Make make)
    : thread_([this, make = std::move(make)]() mutable { Run(std::move(make)); }) {}

LateHttpTransport::~LateHttpTransport() { thread_.join(); }

void LateHttpTransport::Send(HttpRequest request, HttpOptions options, const CallContext& context,
                             std::unique_ptr<HttpReceiver> receiver) {
  Held held{std::move(request), std::move(options), context, std::move(receiver)};
  {
    absl::MutexLock lock(&mutex_);
    if (!made_) {
      held_.push_back(std::move(held));
      return;
    }
  }
  Pass(std::move(held));
}

void LateHttpTransport::Run(Make make) {
  transport_ = make();
  std::vector<Held> held;
  {
    absl::MutexLock lock(&mutex_);
    made_ = true;
    held.swap(held_);
  }
  for (Held& one : held) Pass(std::move(one));
}

void LateHttpTransport::Pass(Held held) {
  if (!transport_.ok()) return held.receiver->OnDone(transport_.status());
  (*transport_)
      ->Send(std::move(held.request), std::move(held.options), held.context,
             std::move(held.receiver));
}

}  // namespace registryd
