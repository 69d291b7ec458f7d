// v1 pull-layer and push-layer.
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <sstream>
#include <streambuf>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/read_file.h"
#include "client/registryctl/run_for_test.h"
#include "client/testing/error_status.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

constexpr Terminals kErrIsTerminal = {/*out=*/false, /*err=*/true};

std::string Layer(size_t size) {
  std::string layer(size, '\0');
  for (size_t i = 0; i < size; ++i) layer[i] = static_cast<char>(i * 7 + i / 251);
  return layer;
}

grpc::Status BrokenConnection() {
  return client::ErrorStatus(
      {grpc::StatusCode::UNAVAILABLE, "broke off", "CONNECTION_FAILED", {}, ""});
}

class V1LayerCommandsTest : public RegistryctlTest {
 protected:
  V1LayerCommandsTest() {
    v1::CreateSessionResponse session;
    session.set_session_id("s1");
    session.set_endpoint("https://v1.example/v1/");
    session.set_standalone(true);
    service().create_session.Answer(session);
    SetSize(2500);
  }

  // What the registry says of the layer's size.
  void SetSize(int64_t size) {
    v1::GetRemoteImageJSONResponse json;
    json.set_size(size);
    service().get_remote_image_json.Answer(json);
  }

  RunResult Pull(const std::string& file, Terminals terminals = {}) {
    return Run({"v1", "pull-layer", "v1.example", "abc", "-o", file}, "", terminals);
  }

  client::FakeV1SessionService& service() { return server_.v1_session; }

  client::TemporaryFolder folder_;
  const std::string file_ = folder_.Path("layer.tar");
  const std::string part_ = folder_.Path("layer.tar.abc.part");
};

using PullLayerTest = V1LayerCommandsTest;

TEST_F(PullLayerTest, WritesAFile) {
  service().downloads = {client::SendLayer(Layer(2500))};
  const RunResult result = Pull(file_);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, absl::StrCat("file  ", file_, "\nsize  2500 bytes\n"));
  EXPECT_THAT(result.err, IsEmpty()) << "no terminal, no progress";
  EXPECT_EQ(client::ReadFile(file_).value(), Layer(2500));
  EXPECT_EQ(access(part_.c_str(), F_OK), -1);
  const auto requests = service().download_requests();
  ASSERT_THAT(requests, SizeIs(1));
  EXPECT_EQ(requests[0].session_id(), "s1");
  EXPECT_EQ(requests[0].image_id(), "abc");
  EXPECT_EQ(requests[0].size(), 2500);
  EXPECT_EQ(requests[0].offset(), 0);
  EXPECT_THAT(service().delete_session.requests(), SizeIs(1));
}

TEST_F(PullLayerTest, TheFormatIsALongOption) {
  service().downloads = {client::SendLayer(Layer(2500))};
  const RunResult result =
      Run({"v1", "pull-layer", "v1.example", "abc", "--file", file_, "--output", "json"});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("\"size\": \"2500\""));
  for (const char* const format : {"json", "table"}) {
    const RunResult refused = Pull(format);
    EXPECT_EQ(refused.code, 2) << format;
    EXPECT_THAT(refused.err, HasSubstr(absl::StrCat("--output ", format)));
  }
}

TEST_F(PullLayerTest, WritesToStandardOutput) {
  service().downloads = {client::SendLayer(Layer(2500))};
  const RunResult result = Pull("-");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, Layer(2500));
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(PullLayerTest, RefusesToFloodATerminal) {
  const RunResult result = Pull("-", {/*out=*/true, /*err=*/true});
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("terminal"));
  EXPECT_THAT(service().create_session.requests(), IsEmpty());
}

TEST_F(PullLayerTest, WritesToADevice) {
  service().downloads = {client::SendLayer(Layer(2500))};
  const RunResult result = Pull("/dev/null");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(access("/dev/null.abc.part", F_OK), -1);
}

TEST_F(PullLayerTest, AFullDeviceIsAFailure) {
  if (access("/dev/full", W_OK) != 0) GTEST_SKIP() << "no /dev/full here";
  service().downloads = {client::SendLayer(Layer(2500))};
  const RunResult result = Pull("/dev/full");
  EXPECT_EQ(result.code, 9);
  EXPECT_THAT(result.err, HasSubstr("cannot be written"));
}

TEST_F(PullLayerTest, ABrokenTransferIsTakenUpWhereItEnded) {
  service().downloads = {client::BreakOff(Layer(2500), 700, BrokenConnection()),
                         client::BreakOff(Layer(2500), 1800, BrokenConnection()),
                         client::SendLayer(Layer(2500))};
  const RunResult result = Pull(file_);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(client::ReadFile(file_).value(), Layer(2500));
  EXPECT_EQ(result.err,
            "registryctl: note: the transfer broke off after 700 bytes; going on from there\n"
            "registryctl: note: the transfer broke off after 1800 bytes; going on from there\n");
  const auto requests = service().download_requests();
  ASSERT_THAT(requests, SizeIs(3));
  EXPECT_EQ(requests[1].offset(), 700);
  EXPECT_EQ(requests[2].offset(), 1800);
}

TEST_F(PullLayerTest, ABrokenTransferToStandardOutputRepeatsNoByte) {
  service().downloads = {client::BreakOff(Layer(2500), 700, BrokenConnection()),
                         client::SendLayer(Layer(2500))};
  EXPECT_EQ(Pull("-").out, Layer(2500));
}

TEST_F(PullLayerTest, GivesUpWhenNothingMoreComes) {
  service().downloads = {client::BreakOff(Layer(2500), 700, BrokenConnection())};
  const RunResult result = Pull(file_);
  EXPECT_EQ(result.code, 7);
  EXPECT_THAT(result.err, HasSubstr("UNAVAILABLE CONNECTION_FAILED: broke off"));
  EXPECT_THAT(result.err, HasSubstr(absl::StrCat(part_, " keeps 700 bytes")));
  EXPECT_THAT(service().download_requests(), SizeIs(2));
  EXPECT_EQ(client::ReadFile(part_).value(), Layer(700));
  EXPECT_EQ(access(file_.c_str(), F_OK), -1);
}

TEST_F(PullLayerTest, OtherFailuresAreNotTriedAgain) {
  service().downloads = {client::BreakOff(
      Layer(2500), 700,
      client::ErrorStatus(
          {grpc::StatusCode::INTERNAL, "not a layer", "RESPONSE_INVALID", {}, ""}))};
  EXPECT_EQ(Pull(file_).code, 9);
  EXPECT_THAT(service().download_requests(), SizeIs(1));
}

TEST_F(PullLayerTest, GoesOnWithWhatARunBeforeLeft) {
  folder_.Write("layer.tar.abc.part", Layer(700));
  folder_.Write("layer.tar.xyz.part", "another image's");
  folder_.Write("layer.tar", "old");
  service().downloads = {client::SendLayer(Layer(2500))};
  const RunResult result = Pull(file_);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out, absl::StrCat("file          ", file_,
                                     "\nsize          2500 bytes\nthere before  700 bytes\n"));
  EXPECT_EQ(service().download_requests().at(0).offset(), 700);
  EXPECT_EQ(client::ReadFile(file_).value(), Layer(2500));
  EXPECT_EQ(access(part_.c_str(), F_OK), -1);
}

TEST_F(PullLayerTest, APartThatIsTooLongIsRefused) {
  folder_.Write("layer.tar.abc.part", Layer(2501));
  const RunResult result = Pull(file_);
  EXPECT_EQ(result.code, 3);
  EXPECT_THAT(result.err, HasSubstr("remove it"));
  EXPECT_THAT(service().download_requests(), IsEmpty());
}

TEST_F(PullLayerTest, ImageIdsStayInTheFolder) {
  service().downloads = {client::BreakOff(Layer(2500), 10, {grpc::StatusCode::INTERNAL, "x"})};
  Run({"v1", "pull-layer", "v1.example", "../../../etc/passwd", "-o", file_});
  EXPECT_EQ(client::ReadFile(folder_.Path("layer.tar._2e_2e_2f_2e_2e_2f_2e_2e_2fetc_2fpasswd.part"))
                .value(),
            Layer(10));
}

TEST_F(PullLayerTest, ATerminalShowsProgress) {
  service().downloads = {client::BreakOff(Layer(2500), 700, BrokenConnection()),
                         client::SendLayer(Layer(2500))};
  const RunResult result = Pull(file_, kErrIsTerminal);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("\r\x1b[K0 B of 2.4 KiB  [>"));
  EXPECT_THAT(result.err, HasSubstr("\r\x1b[Kregistryctl: note: the transfer broke off"))
      << "the bar makes room";
  EXPECT_EQ(result.err.substr(result.err.size() - 4), "\r\x1b[K") << "and goes";
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST_F(PullLayerTest, ALayerOfUnknownSize) {
  SetSize(-1);
  service().downloads = {client::SendLayer("abc")};
  EXPECT_EQ(Pull(file_).code, 0);
  EXPECT_EQ(client::ReadFile(file_).value(), "abc");
}

TEST_F(PullLayerTest, AnImageThatIsNotThere) {
  service().get_remote_image_json.Fail(client::ErrorStatus(
      {grpc::StatusCode::NOT_FOUND, "no such image", "REGISTRY_NOT_FOUND", {}, ""}));
  EXPECT_EQ(Pull(file_).code, 4);
  EXPECT_EQ(access(part_.c_str(), F_OK), -1) << "nothing is made";
}

TEST_F(PullLayerTest, ASessionThatEndedIsReported) {
  service().downloads = {client::BreakOff(
      Layer(2500), 700,
      client::ErrorStatus(
          {grpc::StatusCode::NOT_FOUND, "no such session", "SESSION_NOT_FOUND", {}, ""}))};
  const RunResult result = Pull(file_);
  EXPECT_EQ(result.code, 4);
  EXPECT_THAT(result.err, HasSubstr("SESSION_NOT_FOUND"));
  EXPECT_THAT(result.err, HasSubstr("goes on from there"));
}

TEST_F(PullLayerTest, OneTimeoutIsForTheWholeLayer) {
  service().downloads = {client::SendWithoutEnd()};
  const RunResult result =
      Run({"--timeout", "300ms", "v1", "pull-layer", "v1.example", "abc", "-o", file_});
  EXPECT_EQ(result.code, 7);
  EXPECT_THAT(result.err, HasSubstr("DEADLINE_EXCEEDED"));
}

// Sends SIGINT to the process when it is written to.
class InterruptingBuffer final : public std::streambuf {
 private:
  std::streamsize xsputn(const char*, std::streamsize count) override {
    if (!sent_.exchange(true)) std::raise(SIGINT);
    return count;
  }
  int overflow(int c) override { return c; }

  std::atomic<bool> sent_{false};
};

TEST_F(PullLayerTest, AnInterruptDeletesTheSession) {
  service().downloads = {client::SendWithoutEnd()};
  std::istringstream in;
  InterruptingBuffer buffer;
  std::ostream out(&buffer);
  std::ostringstream err;
  EXPECT_EQ(RunRegistryctl({"--address", server_.address(), "v1", "pull-layer", "v1.example", "abc",
                            "-o", "-"},
                           in, out, err),
            7);
  EXPECT_THAT(err.str(), HasSubstr("CANCELLED"));
  EXPECT_THAT(service().delete_session.requests(), SizeIs(1));
}

class PushLayerTest : public V1LayerCommandsTest {
 protected:
  PushLayerTest() {
    v1::PushImageLayerRegistryResponse answer;
    answer.set_checksum("tarsum+sha256:1");
    answer.set_checksum_payload("sha256:2");
    service().push_image_layer_registry.Answer(answer);
  }

  RunResult Push(std::vector<std::string> more, const std::string& input = "",
                 Terminals terminals = {}) {
    more.insert(more.begin(), {"v1", "push-layer", "v1.example", "abc"});
    return Run(more, input, terminals);
  }

  const std::string json_ = folder_.Write("image.json", "{\"id\": \"abc\"}\n");
};

TEST_F(PushLayerTest, SendsJsonLayerAndChecksums) {
  const std::string layer = Layer(300'000);
  const RunResult result = Push({folder_.Write("layer.tar", layer), "--json", json_});
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(result.out,
            "image             abc\n"
            "checksum          tarsum+sha256:1\n"
            "payload checksum  sha256:2\n");
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_EQ(service().push_image_json_registry.requests().at(0).json(), "{\"id\": \"abc\"}\n");
  EXPECT_THAT(service().uploads(), ElementsAre(layer));
  const v1::V1LayerMetadata metadata = service().push_image_layer_registry.requests().at(0);
  EXPECT_EQ(metadata.session_id(), "s1");
  EXPECT_EQ(metadata.image_id(), "abc");
  EXPECT_EQ(metadata.json(), "{\"id\": \"abc\"}\n");
  const v1::V1Image image = service().push_image_checksum_registry.requests().at(0).image();
  EXPECT_EQ(image.id(), "abc");
  EXPECT_EQ(image.checksum(), "tarsum+sha256:1");
  EXPECT_EQ(image.checksum_payload(), "sha256:2");
  EXPECT_THAT(service().push_image_json_index.requests(), IsEmpty());
  EXPECT_THAT(service().delete_session.requests(), SizeIs(1));
}

TEST_F(PushLayerTest, ReadsStandardInput) {
  EXPECT_EQ(Push({"--json", json_}, "layer").code, 0);
  EXPECT_EQ(Push({"-", "--json", json_}, "").code, 0);
  EXPECT_EQ(Push({folder_.Write("x", "file"), "--json", "-"}, "{}").code, 0);
  EXPECT_THAT(service().uploads(), ElementsAre("layer", "", "file"));
  EXPECT_EQ(service().push_image_json_registry.requests().at(2).json(), "{}");
}

TEST_F(PushLayerTest, StandardInputHoldsOneThing) {
  const std::vector<std::vector<std::string>> kCases = {
      {"--json", "-"},
      {"-", "--json", "-"},
      {"--json", json_, "-u", "ann", "--password-stdin"},
      {"--json", json_, "--identity-token-stdin"},
      {"--json", json_, "--docker-config", "-"},
      {"layer.tar", "--json", "-", "--docker-config", "-"},
  };
  for (const auto& args : kCases) {
    const RunResult result = Push(args, "x");
    EXPECT_EQ(result.code, 2) << args.size();
    EXPECT_THAT(result.err, HasSubstr("standard input"));
  }
  EXPECT_THAT(service().create_session.requests(), IsEmpty());
}

TEST_F(PushLayerTest, AnIndexIsToldBeforeAndAfter) {
  v1::CreateSessionResponse session;
  session.set_session_id("s1");
  service().create_session.Answer(session);
  v1::PushImageJSONIndexResponse answer;
  answer.add_endpoints("https://one.example/v1/");
  service().push_image_json_index.Answer(answer);
  const RunResult result = Push({"--json", json_, "--repository", "team/app"}, "layer");
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(service().push_image_layer_registry.requests().at(0).registry(),
            "https://one.example/v1/");
  const auto told = service().push_image_json_index.requests();
  ASSERT_THAT(told, SizeIs(2));
  EXPECT_FALSE(told[0].validate());
  EXPECT_THAT(told[0].registries(), IsEmpty());
  EXPECT_TRUE(told[1].validate());
  EXPECT_EQ(told[1].images(0).checksum(), "tarsum+sha256:1");
  EXPECT_THAT(told[1].registries(), ElementsAre("https://one.example/v1/"));
}

TEST_F(PushLayerTest, FilesThatCannotBeRead) {
  const struct {
    const char* name;
    std::vector<std::string> args;
    int code;
  } kCases[] = {
      {"no layer", {folder_.Path("none"), "--json", json_}, 4},
      {"no JSON", {json_, "--json", folder_.Path("none")}, 4},
      {"a folder", {folder_.Path(""), "--json", json_}, 9},
  };
  for (const auto& c : kCases) {
    const RunResult result = Push(c.args);
    EXPECT_EQ(result.code, c.code) << c.name << ": " << result.err;
    EXPECT_THAT(result.err, HasSubstr("cannot read")) << c.name;
  }
  EXPECT_THAT(service().push_image_checksum_registry.requests(), IsEmpty());
}

TEST_F(PushLayerTest, AnImageThatIsThereIsAConflict) {
  service().push_image_json_registry.Fail({grpc::StatusCode::ALREADY_EXISTS, "it has it"});
  const RunResult result = Push({"--json", json_}, "layer");
  EXPECT_EQ(result.code, 6);
  EXPECT_THAT(result.err, HasSubstr("ALREADY_EXISTS: it has it"));
  EXPECT_THAT(service().push_image_layer_registry.requests(), IsEmpty());
}

TEST_F(PushLayerTest, ARefusalStopsTheUpload) {
  service().take_chunk = [](const std::string&) { return false; };
  service().push_image_layer_registry.Fail(
      client::ErrorStatus({grpc::StatusCode::PERMISSION_DENIED, "no", "REGISTRY_DENIED", {}, ""}));
  const RunResult result = Push({"--json", json_}, std::string(4 << 20, 'x'));
  EXPECT_EQ(result.code, 5);
  EXPECT_THAT(result.err, HasSubstr("PERMISSION_DENIED REGISTRY_DENIED: no"));
  EXPECT_THAT(service().push_image_checksum_registry.requests(), IsEmpty());
}

TEST_F(PushLayerTest, ATerminalShowsProgress) {
  const RunResult result =
      Push({folder_.Write("layer.tar", Layer(2500)), "--json", json_}, "", kErrIsTerminal);
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, HasSubstr("\r\x1b[K0 B of 2.4 KiB  [>"));
  EXPECT_EQ(result.err.substr(result.err.size() - 4), "\r\x1b[K");
}

// Input of a given size, which counts what was read of it.
class CountedInput final : public std::streambuf {
 public:
  explicit CountedInput(size_t size) : left_(size) {}

  size_t taken() const { return taken_; }

 private:
  std::streamsize xsgetn(char* to, std::streamsize count) override {
    const size_t got = std::min(static_cast<size_t>(count), left_);
    std::fill_n(to, got, 'x');
    left_ -= got;
    taken_ += got;
    return static_cast<std::streamsize>(got);
  }

  size_t left_;
  std::atomic<size_t> taken_{0};
};

// The input is read no faster than the service takes it.
TEST_F(PushLayerTest, ALayerIsNeverHeldAsAWhole) {
  constexpr size_t kSize = 64 << 20;
  constexpr size_t kMostAhead = 8 << 20;
  CountedInput input(kSize);
  std::atomic<size_t> received{0};
  std::atomic<size_t> ahead{0};
  service().take_chunk = [&](const std::string& chunk) {
    received += chunk.size();
    ahead = std::max(ahead.load(), input.taken() - received);
    return true;
  };
  std::istream in(&input);
  std::ostringstream out;
  std::ostringstream err;
  EXPECT_EQ(RunRegistryctl({"--address", server_.address(), "v1", "push-layer", "v1.example", "abc",
                            "--json", json_},
                           in, out, err),
            0)
      << err.str();
  EXPECT_EQ(received, kSize);
  EXPECT_LT(ahead, kMostAhead);
}

}  // namespace
}  // namespace registryd::registryctl
