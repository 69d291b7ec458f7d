#include "tests/v1/v1_registry.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "nlohmann/json.hpp"
#include "registry/tls/sha256.h"

namespace registryd {
namespace {

using nlohmann::json;

constexpr char kToken[] = "signature=fake,repository=\"a/b\",access=write";
constexpr char kCookie[] = "session=fake-cookie";

ScriptedResponse Status(int status, std::string error = "") {
  if (!error.empty()) error = json{{"error", error}}.dump();
  return {status, {{"Content-Type", "application/json"}}, std::move(error)};
}

ScriptedResponse Document(const json& document) {
  return {200, {{"Content-Type", "application/json"}}, document.dump()};
}

// `text` without what makes it no JSON; null then.
json Parse(const std::string& text) {
  return json::parse(text, /*cb=*/nullptr, /*allow_exceptions=*/false);
}

bool IsPing(const std::vector<std::string>& path) { return path.size() == 2 && path[1] == "_ping"; }

bool AsksForToken(const ScriptedRequest& request) {
  return request.Find("X-Docker-Token") == "true";
}

}  // namespace

V1Registry::V1Registry(V1RegistryOptions options) : options_(std::move(options)) {
  server_.Handle("", "*", [this](const ScriptedRequest& request) { return Answer(request); });
}

std::vector<std::string> V1Registry::layer_ranges() const {
  std::vector<std::string> ranges;
  for (const ScriptedRequest& request : requests()) {
    if (request.method == "GET" && absl::EndsWith(request.path(), "/layer")) {
      ranges.push_back(request.Find("Range").value_or(""));
    }
  }
  return ranges;
}

void V1Registry::AddImage(absl::string_view id, absl::string_view json, V1Layer layer) {
  absl::MutexLock lock(&mutex_);
  Image& image = images_[std::string(id)];
  image.json = std::string(json);
  image.layer = std::move(layer);
  image.complete = true;
}

void V1Registry::CutLayers(int times, uint64_t bytes) {
  absl::MutexLock lock(&mutex_);
  cuts_left_ = times;
  cut_after_ = bytes;
}

ScriptedResponse V1Registry::Answer(const ScriptedRequest& request) {
  const Parts path = absl::StrSplit(request.path(), '/', absl::SkipEmpty());
  absl::MutexLock lock(&mutex_);
  if (auto refusal = CheckWho(request, path); refusal.has_value()) return *std::move(refusal);
  ScriptedResponse response = Route(request, path);
  if (options_.wants_cookie && AsksForToken(request)) {
    response.headers.push_back({"Set-Cookie", absl::StrCat(kCookie, "; Path=/")});
  }
  return response;
}

std::optional<ScriptedResponse> V1Registry::CheckWho(const ScriptedRequest& request,
                                                     const Parts& path) {
  if (IsPing(path)) return std::nullopt;
  const bool needs_cookie = options_.wants_cookie && !AsksForToken(request);
  if (needs_cookie && request.Find("Cookie") != kCookie) return Status(403, "no cookie");
  const bool is_open = path.empty() || path[0] == "storage";
  if (options_.credentials.empty() || is_open) return std::nullopt;
  const std::string want = AsksForToken(request)
                               ? absl::StrCat("Basic ", absl::Base64Escape(options_.credentials))
                               : absl::StrCat("Token ", kToken);
  if (request.Find("Authorization") == want) return std::nullopt;
  return Status(401, "Requires authorization");
}

ScriptedResponse V1Registry::Route(const ScriptedRequest& request, const Parts& path) {
  if (path.size() == 2 && path[0] == "storage") {
    return SendLayer(request, images_[path[1]].layer);
  }
  if (path.size() < 2 || path[0] != "v1") return Status(404, "no such page");
  if (path[1] == "_ping") {
    return {200,
            {{"X-Docker-Registry-Version", "0.9-fake"},
             {"X-Docker-Registry-Standalone", options_.standalone ? "true" : "false"}},
            "{}"};
  }
  if (path[1] == "search") return Search(request);
  if (path.size() == 4 && path[1] == "images") {
    return request.method == "PUT" ? PutImage(request, path) : AskImage(request, path);
  }
  if (path.size() >= 4 && path[1] == "repositories") return AskRepository(request, path);
  return Status(404, "no such page");
}

ScriptedResponse V1Registry::AskImage(const ScriptedRequest& request, const Parts& path) {
  const auto found = images_.find(path[2]);
  if (found == images_.end() || !found->second.complete) return Status(404, "Image not found");
  const Image& image = found->second;
  if (path[3] == "json") {
    return {200, {{"X-Docker-Size", absl::StrCat(image.layer.size())}}, image.json};
  }
  if (path[3] == "ancestry") return {200, {}, Ancestry(path[2])};
  if (path[3] != "layer") return Status(404, "no such page");
  if (!options_.redirects_layers) return SendLayer(request, image.layer);
  return {302, {{"Location", absl::StrCat("/storage/", path[2])}}};
}

std::string V1Registry::Ancestry(const std::string& id) const {
  json ids = json::array();
  for (auto image = images_.find(id); image != images_.end();) {
    ids.push_back(image->first);
    const json document = Parse(image->second.json);
    image = images_.find(document.is_object() ? document.value("parent", "") : "");
  }
  return ids.dump();
}

ScriptedResponse V1Registry::PutImage(const ScriptedRequest& request, const Parts& path) {
  Image& image = images_[path[2]];
  if (path[3] == "json") {
    if (image.complete) return Status(409, "Image already exists");
    if (!Parse(request.body).is_object()) return Status(400, "Invalid JSON");
    image.json = request.body;
    return Status(200);
  }
  if (path[3] == "layer") {
    if (image.json.empty()) return Status(404, "Image not found");
    image.layer = V1Layer::Of(request.body);
    Sha256 payload;
    payload.Update(absl::StrCat(image.json, "\n", request.body));
    image.payload = absl::StrCat("sha256:", payload.HexDigest());
    return Status(200);
  }
  if (path[3] != "checksum") return Status(404, "no such page");
  if (image.complete) return Status(409, "Image already exists");
  if (request.Find("X-Docker-Checksum-Payload") != image.payload) {
    return Status(400, "Checksum mismatch");
  }
  image.checksum = request.Find("X-Docker-Checksum").value_or("");
  image.complete = true;
  return Status(200);
}

ScriptedResponse V1Registry::SendLayer(const ScriptedRequest& request, const V1Layer& layer) {
  uint64_t first = 0;
  const std::string range = request.Find("Range").value_or("");
  absl::string_view rest = range;
  const bool is_range = absl::ConsumePrefix(&rest, "bytes=") &&
                        absl::SimpleAtoi(rest.substr(0, rest.find('-')), &first);
  if (is_range && first >= layer.size()) {
    return {416, {{"Content-Range", absl::StrCat("bytes */", layer.size())}}};
  }
  std::string head =
      absl::StrCat(is_range ? "HTTP/1.1 206 Partial Content" : "HTTP/1.1 200 OK",
                   "\r\nAccept-Ranges: bytes\r\nContent-Length: ", layer.size() - first, "\r\n");
  if (is_range) {
    absl::StrAppend(&head, "Content-Range: bytes ", first, "-", layer.size() - 1, "/", layer.size(),
                    "\r\n");
  }
  absl::StrAppend(&head, "\r\n");
  const bool cut = cuts_left_ > 0;
  if (cut) --cuts_left_;
  const uint64_t size = cut ? std::min(cut_after_, layer.size() - first) : layer.size() - first;
  std::vector<WireStep> steps = {WireStep::Send(std::move(head)),
                                 WireStep::Send(layer.Slice(first, size))};
  if (cut) steps.push_back(WireStep::Reset());
  return ScriptedResponse::Raw(std::move(steps));
}

ScriptedResponse V1Registry::AskRepository(const ScriptedRequest& request, const Parts& path) {
  const bool puts = request.method == "PUT";
  Repository& repository = repositories_[absl::StrCat(path[2], "/", path[3])];
  const Parts rest(path.begin() + 4, path.end());
  if (rest.empty() && puts) {
    repository.images = request.body;
    return {201, {{"X-Docker-Token", kToken}, {"X-Docker-Endpoints", server_.host_port()}}, "\"\""};
  }
  if (rest == Parts{"images"}) {
    if (puts) return Status(204);
    return {200,
            {{"X-Docker-Token", kToken}, {"X-Docker-Endpoints", server_.host_port()}},
            repository.images};
  }
  if (rest.empty() || rest[0] != "tags") return Status(404, "no such page");
  if (rest.size() == 1) return Document(json(repository.tags));
  const auto tag = repository.tags.find(rest[1]);
  if (!puts) {
    return tag == repository.tags.end() ? Status(404, "Tag not found") : Document(tag->second);
  }
  const json id = Parse(request.body);
  const auto image = images_.find(id.is_string() ? id.get<std::string>() : "");
  if (image == images_.end() || !image->second.complete) return Status(404, "Image not found");
  repository.tags[rest[1]] = image->first;
  return Status(200);
}

ScriptedResponse V1Registry::Search(const ScriptedRequest& request) const {
  std::string term;
  for (const absl::string_view part : absl::StrSplit(request.query(), '&')) {
    if (absl::StartsWith(part, "q=")) term = std::string(part.substr(2));
  }
  json results = json::array();
  for (const auto& [name, repository] : repositories_) {
    if (absl::StrContains(name, term)) results.push_back({{"name", name}});
  }
  return Document(
      {{"query", term}, {"num_results", results.size()}, {"results", std::move(results)}});
}

}  // namespace registryd
