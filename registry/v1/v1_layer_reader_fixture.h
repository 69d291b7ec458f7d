#ifndef REGISTRYD_REGISTRY_V1_V1_LAYER_READER_FIXTURE_H_
#define REGISTRYD_REGISTRY_V1_V1_LAYER_READER_FIXTURE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/base/error.h"
#include "registry/net/http_message.h"
#include "registry/v1/v1_layer_reader.h"
#include "registry/v1/v1_session.h"
#include "registry/v1/v1_session_test_base.h"

namespace registryd {

// What a receiver got.
struct GotLayer {
  std::optional<V1LayerFacts> facts;
  std::string bytes;
  std::vector<int64_t> offsets;
  // Of the last chunk, where `hold` is set.
  bool hold = false;
  V1LayerReceiver::Resume resume;
  std::optional<absl::Status> status;
  absl::Notification done;
};

// Writes it down.
class LayerRecorder final : public V1LayerReceiver {
 public:
  explicit LayerRecorder(GotLayer& got) : got_(got) {}

  void OnFacts(const V1LayerFacts& facts) override {
    EXPECT_FALSE(got_.facts.has_value());
    EXPECT_TRUE(got_.offsets.empty());
    got_.facts = facts;
  }
  void OnChunk(int64_t offset, absl::string_view bytes, Resume resume) override {
    EXPECT_TRUE(got_.facts.has_value());
    EXPECT_FALSE(bytes.empty());
    got_.offsets.push_back(offset);
    absl::StrAppend(&got_.bytes, bytes);
    if (!got_.hold) return std::move(resume)();
    got_.resume = std::move(resume);
  }
  void OnDone(absl::Status status) override {
    got_.status = std::move(status);
    got_.done.Notify();
  }

 private:
  GotLayer& got_;
};

// Layers of the image "x" at http://r.internal:5000/v1/.
class V1LayerReaderTest : public V1SessionTestBase {
 protected:
  static V1LayerAddress Layer(int64_t size, int64_t offset = 0) {
    V1LayerAddress layer;
    layer.image_id = "x";
    layer.size = size;
    layer.offset = offset;
    layer.resume_delay = absl::ZeroDuration();
    return layer;
  }

  void Read(const V1LayerAddress& layer, GotLayer& got, const CallContext& context = {}) {
    GetRemoteImageLayer(session_, layer, context, std::make_unique<LayerRecorder>(got));
  }

  // Its end, as Text() shows it.
  std::string End(const V1LayerAddress& layer, GotLayer& got) {
    Read(layer, got);
    got.done.WaitForNotification();
    return Text(*got.status);
  }

  static Response Sends(int status, std::vector<std::string> parts,
                        std::vector<HttpHeader> headers = {{"Accept-Ranges", "bytes"}}) {
    return {{status, std::move(headers)}, std::move(parts)};
  }

  static Response Cut(Response response) {
    response.status = Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed, "cut");
    return response;
  }

  void Answer(Response response) { transport_.Reply("GET", url_, std::move(response)); }

  const std::shared_ptr<V1Session> session_ = OpenHttp();
  const std::string url_ = "http://r.internal:5000/v1/images/x/layer";
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_V1_V1_LAYER_READER_FIXTURE_H_
