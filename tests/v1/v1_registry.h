#ifndef REGISTRYD_TESTS_V1_V1_REGISTRY_H_
#define REGISTRYD_TESTS_V1_V1_REGISTRY_H_

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/net/testing/scripted_http_server.h"
#include "tests/v1/v1_layer.h"

namespace registryd {

struct V1RegistryOptions {
  // What pings say. One that is not standalone is its own index.
  bool standalone = false;
  // "ann:s3cret": who may ask the index for a token. Registry calls then need that token.
  // Empty: everybody may do everything.
  std::string credentials;
  // The index hands out a cookie with its answers, and all other calls need it.
  bool wants_cookie = false;
  // Layers are elsewhere on this server: images/ID/layer redirects there.
  bool redirects_layers = false;
};

// A V1 registry and its index for tests, on loopback and plain http: what was pushed can
// be pulled. It speaks tokens, cookies, X-Docker-Endpoints, redirects and ranges, and
// breaks off where it is told to. Thread-safe.
class V1Registry {
 public:
  explicit V1Registry(V1RegistryOptions options = {});
  V1Registry(const V1Registry&) = delete;
  V1Registry& operator=(const V1Registry&) = delete;

  std::string host_port() const { return server_.host_port(); }
  // "http://HOST:PORT/v1/".
  std::string url() const { return server_.url("/v1/"); }
  // What is asked of it, in order.
  std::vector<ScriptedRequest> requests() const { return server_.requests(); }
  // Of the requests for images/ID/layer: their Range, "" without one.
  std::vector<std::string> layer_ranges() const;

  // An image that is there without having been pushed.
  void AddImage(absl::string_view id, absl::string_view json, V1Layer layer);
  // The next `times` answers with a layer break off after `bytes` of it.
  void CutLayers(int times, uint64_t bytes);

 private:
  struct Image {
    std::string json;
    V1Layer layer;
    // Of what was pushed, as X-Docker-Checksum-Payload has it.
    std::string checksum;
    std::string payload;
    bool complete = false;
  };
  struct Repository {
    // As the index was told them.
    std::string images = "[]";
    std::map<std::string, std::string> tags;
  };
  using Parts = std::vector<std::string>;

  ScriptedResponse Answer(const ScriptedRequest& request);
  ScriptedResponse Route(const ScriptedRequest& request, const Parts& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Nothing if the request may go on.
  std::optional<ScriptedResponse> CheckWho(const ScriptedRequest& request, const Parts& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ScriptedResponse AskImage(const ScriptedRequest& request, const Parts& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ScriptedResponse PutImage(const ScriptedRequest& request, const Parts& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ScriptedResponse AskRepository(const ScriptedRequest& request, const Parts& path)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ScriptedResponse SendLayer(const ScriptedRequest& request, const V1Layer& layer)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  ScriptedResponse Search(const ScriptedRequest& request) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::string Ancestry(const std::string& id) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const V1RegistryOptions options_;
  mutable absl::Mutex mutex_;
  std::map<std::string, Image> images_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Repository> repositories_ ABSL_GUARDED_BY(mutex_);
  int cuts_left_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t cut_after_ ABSL_GUARDED_BY(mutex_) = 0;
  // Its thread uses all above.
  ScriptedHttpServer server_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_V1_V1_REGISTRY_H_
