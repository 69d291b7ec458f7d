#include "tests/soak/upstreams.h"

#include <utility>

#include "registry/net/testing/wire_faults.h"
#include "tests/v1/v1_layer.h"

namespace registryd {

Upstreams::Upstreams() {
  const ScriptedResponse kFaults[] = {
      CloseWithoutAnswer(), CloseInHead(),      ResetBeforeHead(), ResetInBody(),
      EndlessHead(),        EndlessBody(),      Garbage(),         BadChunkSize(),
      DamagedGzip(),        GzipBomb(64 << 20), {503, {}, "{}"},   {429, {}, "{}"}};
  for (const ScriptedResponse& fault : kFaults) {
    auto server = std::make_unique<ScriptedHttpServer>();
    server->Reply("", "*", fault);
    failing_.push_back(std::move(server));
  }
  silent_.Reply("", "*", StallBeforeHead());
  search_.Reply("GET", "/v1/_ping", {200});
  search_.Reply("GET", "/v1/search", {200, {}, R"({"results": [{"name": "a"}]})"});
  v1_.AddImage(kImage, "{}", V1Layer::Generated(kLayerSize));
}

}  // namespace registryd
