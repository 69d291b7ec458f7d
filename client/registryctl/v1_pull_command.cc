// v1 pull-layer.
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/registryctl/command.h"
#include "client/registryctl/layer_pull.h"
#include "client/registryctl/partial_file.h"
#include "client/registryctl/progress_bar.h"
#include "client/registryctl/stop_signal.h"
#include "client/registryctl/terminal_text.h"
#include "client/registryctl/v1_command.h"

namespace registryd::registryctl {
namespace {

struct PullOptions : V1ImageOptions {
  std::string file;
};

using Deadline = client::V1SessionClient::Deadline;

// Pulls a layer: `write` gets its bytes. A person sees how far it has come. Ends when
// the process is told to stop.
absl::StatusOr<v1::V1LayerInfo> Pull(Session& session,
                                     const v1::GetRemoteImageLayerRequest& request,
                                     Deadline deadline,
                                     const std::function<absl::Status(absl::string_view)>& write) {
  std::optional<ProgressBar> bar;
  int64_t done = request.offset();
  if (session.terminals.err) {
    bar.emplace(session.err, done, request.size() > 0 ? request.size() : -1, absl::Now());
  }
  LayerTaker taker;
  taker.take = [&](absl::string_view bytes, int64_t size) {
    absl::Status status = write(bytes);
    done += static_cast<int64_t>(bytes.size());
    if (bar.has_value()) bar->Update(done, size, absl::Now());
    return status;
  };
  taker.broke_off = [&](int64_t offset, const absl::Status&) {
    if (bar.has_value()) bar->Clear();
    session.err << "registryctl: note: the transfer broke off after " << offset
                << " bytes; going on from there\n";
  };
  LayerPull pull(session.client.v1_sessions(), request, deadline);
  const StopSignal stop([&pull] { pull.Stop(); });
  return pull.Run(taker);
}

absl::Status PullToStream(Session& session, const v1::GetRemoteImageLayerRequest& request,
                          Deadline deadline, std::ostream& out) {
  const auto write = [&out](absl::string_view bytes) {
    out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    return out ? absl::OkStatus() : absl::DataLossError("the layer cannot be written");
  };
  const auto info = Pull(session, request, deadline, write);
  if (info.ok() && !out.flush()) return absl::DataLossError("the layer cannot be written");
  return info.status();
}

// Beyond what a registry that keeps to the rules calls an image, within what a file may
// be called.
constexpr size_t kMaxPartName = 128;

// Where the bytes of `image` stand until they are complete: beside `file`, under a name
// that no other image's bytes have.
std::string PartPath(const std::string& file, const std::string& image) {
  std::string id;
  for (const char c : image) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c))) {
      id.push_back(c);
    } else {
      absl::StrAppend(&id, "_", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad2));
    }
  }
  id.resize(std::min(id.size(), kMaxPartName));
  return absl::StrCat(file, ".", id, ".part");
}

void ViewPull(const std::string& file, int64_t before, int64_t size, std::ostream& out) {
  Table table;
  table.Row({"file", file}).Row({"size", absl::StrCat(size, " bytes")});
  if (before > 0) table.Row({"there before", absl::StrCat(before, " bytes")});
  table.Write(out);
}

absl::Status PullToFile(Session& session, v1::GetRemoteImageLayerRequest request, Deadline deadline,
                        const std::string& path) {
  const auto file = PartialFile::Open(path, PartPath(path, request.image_id()));
  if (!file.ok()) return file.status();
  const int64_t before = (*file)->size();
  if (request.size() > 0 && before > request.size()) {
    return absl::FailedPreconditionError(absl::StrCat((*file)->part_path(),
                                                      " holds more than the layer's ",
                                                      request.size(), " bytes; remove it"));
  }
  request.set_offset(before);
  const auto info = Pull(session, request, deadline,
                         [&](absl::string_view bytes) { return (*file)->Append(bytes); });
  if (!info.ok()) {
    if ((*file)->size() > 0) {
      session.err << "registryctl: note: " << TerminalText((*file)->part_path()) << " keeps "
                  << (*file)->size() << " bytes; the same command goes on from there\n";
    }
    return info.status();
  }
  absl::Status status = (*file)->Complete();
  if (!status.ok()) return status;
  return Show(session, info, [&](const auto&, std::ostream& out) {
    ViewPull(path, before, (*file)->size(), out);
  });
}

// Whether there is something at `path` that no file can take the place of: a device, a
// pipe, a folder.
bool IsSpecial(const std::string& path) {
  struct stat facts;
  return stat(path.c_str(), &facts) == 0 && !S_ISREG(facts.st_mode);
}

absl::Status PullLayer(Session& session, const PullOptions& options, Deadline deadline) {
  const bool to_out = options.file == "-";
  if (to_out && session.terminals.out) {
    return absl::InvalidArgumentError("a layer is nothing for a terminal; name a file");
  }
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  auto request = V1ImageRequest<v1::GetRemoteImageLayerRequest>(session, **v1_session, options);
  if (!request.ok()) return request.status();
  v1::GetRemoteImageJSONRequest facts;
  facts.set_session_id(request->session_id());
  facts.set_image_id(request->image_id());
  facts.set_registry(request->registry());
  const auto json = session.client.v1_sessions().GetRemoteImageJSON(facts);
  if (!json.ok()) return json.status();
  request->set_size(json->size());
  if (to_out) return PullToStream(session, *request, deadline, session.out);
  if (!IsSpecial(options.file)) return PullToFile(session, *request, deadline, options.file);
  std::ofstream device(options.file, std::ios::binary);
  if (!device) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot write ", options.file));
  }
  return PullToStream(session, *request, deadline, device);
}

}  // namespace

void AddV1PullCommand(CLI::App& v1, Invocation& invocation) {
  const auto options = std::make_shared<PullOptions>();
  CLI::App* const command = AddCommand(
      v1, "pull-layer",
      "Fetch an image's layer. What was fetched when it broke off is kept in FILE.ID.part, and "
      "the same command goes on from there",
      "registryctl v1 pull-layer registry.example.com IMAGE -o layer.tar\n"
      "registryctl v1 pull-layer registry.example.com IMAGE -o - | tar -t\n"
      "registryctl v1 pull-layer index.example.com IMAGE --repository team/app -o layer.tar");
  AddImageOptions(command, *options);
  command
      ->add_option("-o,--file", options->file,
                   "Where the layer goes; - is standard output. Here -o is not the format, which "
                   "is --output")
      ->type_name("FILE")
      ->required()
      ->check(CLI::Validator(
          [](const std::string& file) {
            return file == "json" || file == "table"
                       ? "-o names a file here; write --output " + file + ", or -o ./" + file
                       : std::string();
          },
          ""));
  OnRunUpstream(command, invocation, [options, &invocation](Session& session) {
    Deadline deadline;
    if (invocation.timeout.has_value()) deadline = absl::Now() + *invocation.timeout;
    return PullLayer(session, *options, deadline);
  });
}

}  // namespace registryd::registryctl
