// v1 push-layer, tag.
#include <sys/stat.h>

#include <cerrno>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/registryctl/command.h"
#include "client/registryctl/docker_files.h"
#include "client/registryctl/progress_bar.h"
#include "client/registryctl/v1_command.h"
#include "client/registryctl/v1_views.h"

namespace registryd::registryctl {
namespace {

using Deadline = client::V1SessionClient::Deadline;

struct PushOptions : V1ImageOptions {
  std::string file = "-";
  std::string json_file;
};

// A layer to be read.
struct LayerSource {
  std::string name;
  std::istream& in;
  // -1: not known.
  int64_t size = -1;
};

// Sends all of `source`. A person sees how far it has come.
absl::Status SendLayer(Session& session, const LayerSource& source, client::V1LayerUpload& upload) {
  std::optional<ProgressBar> bar;
  if (session.terminals.err) bar.emplace(session.err, 0, source.size, absl::Now());
  std::vector<char> block(128 << 10);
  int64_t done = 0;
  while (source.in) {
    source.in.read(block.data(), static_cast<std::streamsize>(block.size()));
    const auto got = static_cast<size_t>(source.in.gcount());
    if (!upload.Write({block.data(), got})) return absl::OkStatus();
    done += static_cast<int64_t>(got);
    if (bar.has_value()) bar->Update(done, source.size, absl::Now());
  }
  if (source.in.bad()) return absl::DataLossError(absl::StrCat("cannot read ", source.name));
  return absl::OkStatus();
}

absl::StatusOr<v1::PushImageLayerRegistryResponse> PushLayer(Session& session,
                                                             const LayerSource& source,
                                                             v1::V1LayerMetadata metadata,
                                                             Deadline deadline) {
  const auto upload =
      session.client.v1_sessions().PushImageLayerRegistry(std::move(metadata), deadline);
  absl::Status status = SendLayer(session, source, *upload);
  if (!status.ok()) return status;
  return upload->Finish();
}

absl::Status PushJson(Session& session, const v1::V1LayerMetadata& metadata) {
  v1::PushImageJSONRegistryRequest request;
  request.set_session_id(metadata.session_id());
  request.set_image_id(metadata.image_id());
  request.set_registry(metadata.registry());
  request.set_json(metadata.json());
  return session.client.v1_sessions().PushImageJSONRegistry(request).status();
}

absl::Status PushChecksum(Session& session, const v1::V1LayerMetadata& metadata,
                          const v1::V1Image& image) {
  v1::PushImageChecksumRegistryRequest request;
  request.set_session_id(metadata.session_id());
  request.set_registry(metadata.registry());
  *request.mutable_image() = image;
  return session.client.v1_sessions().PushImageChecksumRegistry(request).status();
}

// Tells the index that `image` is there.
absl::Status Validate(Session& session, const v1::V1LayerMetadata& metadata,
                      const std::string& repository, const v1::V1Image& image) {
  v1::PushImageJSONIndexRequest request;
  request.set_session_id(metadata.session_id());
  request.set_repository(repository);
  *request.add_images() = image;
  request.set_validate(true);
  request.add_registries(metadata.registry());
  return session.client.v1_sessions().PushImageJSONIndex(request).status();
}

// As Docker Engine pushed an image: its JSON, its layer, the checksums of both.
absl::Status Push(Session& session, const PushOptions& options, const LayerSource& source,
                  Deadline deadline) {
  const auto json = ReadInput(options.json_file, session.in);
  if (!json.ok()) return json.status();
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  v1::V1Image image;
  image.set_id(options.image);
  const auto target = RegistryToPush(session, **v1_session, options, image);
  if (!target.ok()) return target.status();
  v1::V1LayerMetadata metadata;
  metadata.set_session_id((*v1_session)->id());
  metadata.set_image_id(options.image);
  metadata.set_registry(target->registry);
  metadata.set_json(*json);

  absl::Status status = PushJson(session, metadata);
  if (!status.ok()) return status;
  const auto pushed = PushLayer(session, source, metadata, deadline);
  if (!pushed.ok()) return pushed.status();
  image.set_checksum(pushed->checksum());
  image.set_checksum_payload(pushed->checksum_payload());
  status = PushChecksum(session, metadata, image);
  if (status.ok() && target->announced) {
    status = Validate(session, metadata, options.repository, image);
  }
  if (!status.ok()) return status;
  return Show(session, pushed, [&](const auto& answer, std::ostream& out) {
    ViewV1Push(options.image, answer, out);
  });
}

absl::Status PushFrom(Session& session, const PushOptions& options, Deadline deadline) {
  if (options.file == "-") return Push(session, options, {"standard input", session.in}, deadline);
  std::ifstream file(options.file, std::ios::binary);
  struct stat facts;
  if (!file || stat(options.file.c_str(), &facts) != 0) {
    return absl::ErrnoToStatus(errno, absl::StrCat("cannot read ", options.file));
  }
  const int64_t size = S_ISREG(facts.st_mode) ? facts.st_size : -1;
  return Push(session, options, {options.file, file, size}, deadline);
}

void AddPush(CLI::App& v1, Invocation& invocation) {
  const auto options = std::make_shared<PushOptions>();
  CLI::App* const command = AddCommand(
      v1, "push-layer", "Push an image: its JSON, its layer, and the checksums of both",
      "registryctl v1 push-layer registry.example.com IMAGE layer.tar --json image.json\n"
      "tar -c folder | registryctl v1 push-layer registry.example.com IMAGE --json image.json\n"
      "registryctl v1 push-layer index.example.com IMAGE layer.tar --json image.json "
      "--repository team/app -u ann");
  AddImageOptions(command, *options);
  command->add_option("FILE", options->file, "The layer, a tar archive; - or none: standard input");
  command
      ->add_option("--json", options->json_file,
                   "The image's JSON, sent as it is; - is standard input")
      ->type_name("FILE")
      ->required();
  command->parse_complete_callback([options] {
    const int readers = (options->file == "-" ? 1 : 0) + (options->json_file == "-" ? 1 : 0) +
                        (options->credentials.on_stdin() ? 1 : 0);
    if (readers > 1) {
      throw CLI::ValidationError("FILE", "only one thing can be read from standard input");
    }
  });
  OnRunUpstream(command, invocation, [options, &invocation](Session& session) {
    Deadline deadline;
    if (invocation.timeout.has_value()) deadline = absl::Now() + *invocation.timeout;
    return PushFrom(session, *options, deadline);
  });
}

struct TagOptions : V1Options {
  std::string tag;
  std::string image;
};

absl::Status SetTag(Session& session, const TagOptions& options) {
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  v1::V1Image image;
  image.set_id(options.image);
  image.set_tag(options.tag);
  const auto target = RegistryToPush(session, **v1_session, options, image);
  if (!target.ok()) return target.status();
  v1::PushRegistryTagRequest request;
  request.set_session_id((*v1_session)->id());
  request.set_repository(options.repository);
  request.set_revision(options.image);
  request.set_tag(options.tag);
  request.set_registry(target->registry);
  return Show(session, session.client.v1_sessions().PushRegistryTag(request),
              [](const auto&, std::ostream& out) { out << "tagged\n"; });
}

void AddTag(CLI::App& v1, Invocation& invocation) {
  const auto options = std::make_shared<TagOptions>();
  CLI::App* const command =
      AddCommand(v1, "tag", "Set a tag of a repository to an image",
                 "registryctl v1 tag registry.example.com team/app latest IMAGE");
  AddV1Options(command, *options);
  command->add_option("REPOSITORY", options->repository, "NAME or NAMESPACE/NAME")->required();
  command->add_option("TAG", options->tag, "The tag's name")->required();
  command->add_option("IMAGE", options->image, "The image's id")->required();
  AddRegistryOption(command, *options);
  OnRunUpstream(command, invocation,
                [options](Session& session) { return SetTag(session, *options); });
}

}  // namespace

void AddV1PushCommands(CLI::App& v1, Invocation& invocation) {
  AddPush(v1, invocation);
  AddTag(v1, invocation);
}

}  // namespace registryd::registryctl
