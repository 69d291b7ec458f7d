#include "server/lifecycle/reloader.h"

#include <utility>

namespace registryd {

Reloader::Reloader(std::function<void()> reload) : reload_(std::move(reload)) {}

Reloader::~Reloader() { stopping_ = true; }

void Reloader::Request() {
  if (waits_.exchange(true)) return;
  const bool accepted = executor_.Submit([this] {
    waits_ = false;
    if (!stopping_) reload_();
  });
  // The system has no thread for it: the next request tries again.
  if (!accepted) waits_ = false;
}

}  // namespace registryd
