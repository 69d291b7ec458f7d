// A layer that is larger than the memory it may take: $V1_LAYER_MIB says how large.
#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/server/registryd_fixture.h"
#include "tests/v1/v1_caller.h"
#include "tests/v1/v1_layer.h"
#include "tests/v1/v1_registry.h"

namespace registryd {
namespace {

using ::testing::SizeIs;

using Stub = V1Caller::Stub;

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr int kCuts = 5;
// What registryd may take above what it takes idle.
constexpr int64_t kMaxGrowthKiB = int64_t{64} * 1024;

uint64_t LayerMiB() {
  uint64_t mib = 64;
  if (const char* const text = std::getenv("V1_LAYER_MIB"); text != nullptr) {
    EXPECT_TRUE(absl::SimpleAtoi(text, &mib)) << text;
  }
  return mib;
}

// A figure of /proc/PID/status in KiB: "VmHWM", "RssAnon".
int64_t Memory(pid_t pid, absl::string_view name) {
  std::ifstream status(absl::StrCat("/proc/", pid, "/status"));
  for (std::string line; std::getline(status, line);) {
    absl::string_view rest = line;
    int64_t kib = 0;
    if (absl::ConsumePrefix(&rest, absl::StrCat(name, ":")) && absl::ConsumeSuffix(&rest, "kB") &&
        absl::SimpleAtoi(rest, &kib)) {
      return kib;
    }
  }
  ADD_FAILURE() << "no " << name;
  return 0;
}

class V1LargeLayerTest : public RegistrydFixture {
 protected:
  V1LargeLayerTest() : process_(Serve()), caller_(UnixAddress()) {
    registry_.AddImage("small", "{}", V1Layer::Generated(1000));
    api::CreateSessionRequest request;
    request.set_endpoint(registry_.host_port());
    const auto response = caller_.Call(&Stub::CreateSession, request);
    EXPECT_TRUE(response.ok()) << response.status();
    if (response.ok()) session_ = response->session_id();
    // So that what each first call brings into memory counts as idle.
    EXPECT_EQ(Download("small", V1Layer::Generated(1000)), 1000u);
    idle_ = Memory(process_->pid(), "VmRSS");
  }

  // How many bytes of `layer` came; less than all if one was wrong.
  uint64_t Download(const std::string& id, const V1Layer& layer) {
    api::GetRemoteImageLayerRequest request;
    request.set_session_id(session_);
    request.set_image_id(id);
    request.set_size(static_cast<int64_t>(layer.size()));
    uint64_t next = 0;
    bool good = true;
    const absl::Status status = caller_.Download(request, [&](const auto& message) {
      if (!message.has_chunk()) return;
      const std::string& data = message.chunk().data();
      good = good && message.chunk().offset() == static_cast<int64_t>(next) &&
             next + data.size() <= layer.size() && data == layer.Slice(next, data.size());
      if (good) next += data.size();
    });
    EXPECT_TRUE(status.ok()) << status;
    return next;
  }

  void ExpectLittleMemory() {
    const int64_t peak = Memory(process_->pid(), "VmHWM");
    std::cout << "resident: " << idle_ << " KiB idle, " << peak << " KiB at most, "
              << Memory(process_->pid(), "RssAnon") << " KiB of it anonymous at the end\n";
    EXPECT_LT(peak - idle_, kMaxGrowthKiB);
  }

  V1Registry registry_;
  const std::unique_ptr<RegistrydProcess> process_;
  V1Caller caller_;
  std::string session_;
  int64_t idle_ = 0;
};

TEST_F(V1LargeLayerTest, ComesWholeThoughTheConnectionIsCutFiveTimes) {
  const V1Layer layer = V1Layer::Generated(LayerMiB() * kMiB);
  registry_.AddImage("large", "{}", layer);
  registry_.CutLayers(kCuts, layer.size() / (kCuts + 1));
  const absl::Time begin = absl::Now();
  EXPECT_EQ(Download("large", layer), layer.size());
  std::cout << LayerMiB() << " MiB in " << absl::Now() - begin << "\n";
  // The small one, the first try and one after each cut.
  EXPECT_THAT(registry_.layer_ranges(), SizeIs(2 + kCuts));
  ExpectLittleMemory();
}

TEST_F(V1LargeLayerTest, GoesUpWithoutBeingKept) {
  registry_.AddImage("pushed", "{}", V1Layer());
  const std::string layer = SyntheticLayer("file", 96 * kMiB);
  api::V1LayerMetadata metadata;
  metadata.set_session_id(session_);
  metadata.set_image_id("pushed");
  metadata.set_json("{}");
  const auto pushed = caller_.Upload(metadata, layer);
  ASSERT_TRUE(pushed.ok()) << pushed.status();
  ExpectLittleMemory();
}

}  // namespace
}  // namespace registryd
