#include "client/registryctl/v1_views.h"

#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "client/registryctl/output.h"
#include "client/registryctl/terminal_text.h"

namespace registryd::registryctl {

namespace v1 = ::registry::v1;

void ViewV1Ping(const std::string& endpoint, const v1::PingResponse& answer, std::ostream& out) {
  Table()
      .Row({"endpoint", endpoint})
      .Row({"version", OrDash(answer.version())})
      .Row({"standalone", YesNo(answer.standalone())})
      .Write(out);
}

void ViewV1Tags(const v1::GetRemoteTagsResponse& answer, std::ostream& out) {
  Table table({"TAG", "IMAGE"});
  for (const v1::V1Tag& tag : answer.tags()) table.Row({tag.name(), tag.image_id()});
  table.Write(out);
}

void ViewV1Images(const v1::GetRepositoryDataResponse& answer, std::ostream& out) {
  Table table({"IMAGE", "TAG", "CHECKSUM"});
  for (const v1::V1Image& image : answer.images()) {
    table.Row({image.id(), OrDash(image.tag()), OrDash(image.checksum())});
  }
  table.Write(out);
  out << '\n';
  Table().List("registries", {answer.endpoints().begin(), answer.endpoints().end()}).Write(out);
}

void ViewV1History(const v1::GetRemoteHistoryResponse& answer, std::ostream& out) {
  for (const std::string& id : answer.image_ids()) out << TerminalText(id) << '\n';
}

void ViewV1Json(const std::string& json, std::ostream& out) {
  std::vector<absl::string_view> lines = absl::StrSplit(json, '\n');
  if (lines.back().empty()) lines.pop_back();
  for (const absl::string_view line : lines) out << TerminalText(line) << '\n';
}

void ViewV1Push(const std::string& image_id, const v1::PushImageLayerRegistryResponse& answer,
                std::ostream& out) {
  Table()
      .Row({"image", image_id})
      .Row({"checksum", answer.checksum()})
      .Row({"payload checksum", answer.checksum_payload()})
      .Write(out);
}

}  // namespace registryd::registryctl
