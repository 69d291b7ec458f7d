#include "tests/conformance/vector.h"

#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

using Json = nlohmann::json;

void AddAll(const Json& object, const char* key,
            google::protobuf::RepeatedPtrField<std::string>* list) {
  if (!object.contains(key)) return;
  for (const Json& value : object.at(key)) *list->Add() = value.get<std::string>();
}

// Throws Json::exception if `line` is not as it should be.
Vector ParseVector(const std::string& line) {
  const Json object = Json::parse(line);
  Vector vector;
  vector.op = object.at("op").get<std::string>();
  vector.in = object.at("in");
  vector.want = object.at("want");
  if (object.contains("options")) {
    const Json& options = object.at("options");
    AddAll(options, "allow-nondistributable-artifacts",
           vector.options.mutable_allow_nondistributable_artifacts());
    AddAll(options, "registry-mirrors", vector.options.mutable_mirrors());
    AddAll(options, "insecure-registries", vector.options.mutable_insecure_registries());
  }
  return vector;
}

}  // namespace

absl::StatusOr<std::vector<Vector>> ReadVectors(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", file));
  std::vector<Vector> vectors;
  std::string line;
  for (int number = 1; std::getline(stream, line); ++number) {
    try {
      Vector vector = ParseVector(line);
      vector.file = file;
      vector.line = number;
      vectors.push_back(std::move(vector));
    } catch (const Json::exception& error) {
      return absl::InvalidArgumentError(absl::StrCat(file, ":", number, ": ", error.what()));
    }
  }
  if (stream.bad()) return absl::DataLossError(absl::StrCat("cannot read all of ", file));
  return vectors;
}

absl::StatusOr<FakeDnsResolver::Table> ParseHosts(const std::string& json) {
  try {
    return Json::parse(json).get<FakeDnsResolver::Table>();
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(absl::StrCat("hosts.json: ", error.what()));
  }
}

absl::StatusOr<FakeDnsResolver::Table> ReadHosts(const std::string& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  if (!stream) return absl::NotFoundError(absl::StrCat("cannot read ", file));
  return ParseHosts(text.str());
}

}  // namespace registryd
