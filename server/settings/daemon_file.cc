#include "server/settings/daemon_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/fs/file_descriptor.h"
#include "server/settings/nearest_name.h"
#include "server/settings/strict_json.h"

namespace registryd {
namespace {

using nlohmann::json;

constexpr absl::string_view kOwnObject = "registryd";

absl::Status Fault(absl::string_view origin, absl::string_view problem) {
  return FieldError(Reason::kSettingInvalid, origin, absl::StrCat(origin, ": ", problem));
}

absl::Status WrongType(absl::string_view origin, absl::string_view expected, const json& value) {
  return Fault(origin, absl::StrCat("expected ", expected, ", got ", JsonTypeName(value)));
}

absl::StatusOr<std::vector<std::string>> Strings(const std::string& origin, const json& value) {
  const auto* array = value.get_ptr<const json::array_t*>();
  if (array == nullptr) return WrongType(origin, "an array of strings", value);
  std::vector<std::string> texts;
  for (size_t i = 0; i < array->size(); ++i) {
    const auto* text = (*array)[i].get_ptr<const json::string_t*>();
    if (text == nullptr) {
      return WrongType(absl::StrCat(origin, "[", i, "]"), "a string", (*array)[i]);
    }
    texts.push_back(*text);
  }
  return texts;
}

// The value's text, as flags and environment would have it.
absl::StatusOr<std::vector<std::string>> Texts(const std::string& origin, const Setting& setting,
                                               const json& value) {
  switch (setting.type) {
    case SettingType::kList:
      return Strings(origin, value);
    case SettingType::kSwitch:
      if (!value.is_boolean()) return WrongType(origin, "true or false", value);
      return std::vector<std::string>{value.get<bool>() ? "true" : "false"};
    case SettingType::kNumber:
      if (!value.is_number_integer()) return WrongType(origin, "a whole number", value);
      return std::vector<std::string>{value.dump()};
    case SettingType::kText:
    case SettingType::kDuration:
      break;
  }
  const auto* text = value.get_ptr<const json::string_t*>();
  if (text == nullptr) return WrongType(origin, "a string", value);
  return std::vector<std::string>{*text};
}

const Setting* Find(Setting::InFile where, absl::string_view key) {
  for (const Setting& setting : AllSettings()) {
    if (setting.in_file == where && setting.key == key) return &setting;
  }
  return nullptr;
}

absl::Status UnknownKey(absl::string_view name, absl::string_view key) {
  const std::string origin = absl::StrCat(name, ": ", kOwnObject, ".", key);
  std::vector<absl::string_view> keys;
  for (const Setting& setting : AllSettings()) {
    if (setting.in_file == Setting::InFile::kTopLevel && setting.key == key) {
      return Fault(origin, "belongs at the top of the file, outside of \"registryd\"");
    }
    if (setting.in_file == Setting::InFile::kNo && setting.key == key) {
      return Fault(origin, "can be set by flag or environment only");
    }
    if (setting.in_file == Setting::InFile::kRegistrydObject) keys.push_back(setting.key);
  }
  const absl::string_view nearest = NearestName(key, keys);
  return Fault(origin, nearest.empty()
                           ? "no such setting"
                           : absl::StrCat("no such setting; is \"", nearest, "\" meant?"));
}

// Of what ails the system, or the disk, and not the file.
bool MayPass(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO || error == ESTALE;
}

class Reader {
 public:
  explicit Reader(absl::string_view name) : name_(name) {}

  absl::StatusOr<DaemonFile> Read(const json& document) {
    const auto* object = document.get_ptr<const json::object_t*>();
    if (object == nullptr) return WrongType(name_, "an object", document);
    for (const auto& [key, value] : *object) {
      if (absl::Status status = ReadTopLevel(key, value); !status.ok()) return status;
    }
    return std::move(file_);
  }

 private:
  absl::Status ReadTopLevel(const std::string& key, const json& value) {
    if (key == kOwnObject) return ReadOwnObject(value);
    const Setting* setting = Find(Setting::InFile::kTopLevel, key);
    if (setting == nullptr) {
      file_.ignored_keys.push_back(key);
      return absl::OkStatus();
    }
    if (value.is_null()) return absl::OkStatus();  // To Docker, as good as absent.
    return Take(*setting, value);
  }

  absl::Status ReadOwnObject(const json& value) {
    const auto* object = value.get_ptr<const json::object_t*>();
    if (object == nullptr) {
      return WrongType(absl::StrCat(name_, ": ", kOwnObject), "an object", value);
    }
    for (const auto& [key, member] : *object) {
      const Setting* setting = Find(Setting::InFile::kRegistrydObject, key);
      if (setting == nullptr) return UnknownKey(name_, key);
      if (absl::Status status = Take(*setting, member); !status.ok()) return status;
    }
    return absl::OkStatus();
  }

  absl::Status Take(const Setting& setting, const json& value) {
    const std::string origin = absl::StrCat(name_, ": ", FileKey(setting));
    auto texts = Texts(origin, setting, value);
    if (!texts.ok()) return texts.status();
    file_.values[setting.key] = {*std::move(texts), origin};
    return absl::OkStatus();
  }

  const std::string name_;
  DaemonFile file_;
};

absl::StatusOr<std::string> ReadRegularFile(const std::string& path) {
  const auto system_error = [&path](absl::string_view what) {
    const int error = errno;
    const std::string problem = absl::StrCat(what, ": ", strerror(error));
    if (!MayPass(error)) return Fault(path, problem);
    return Error(absl::StatusCode::kUnavailable, Reason::kSettingInvalid,
                 absl::StrCat(path, ": ", problem));
  };
  // Without O_NONBLOCK, opening a pipe would wait for its writer.
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.valid()) return system_error("cannot open");
  struct stat info;
  if (fstat(file.get(), &info) != 0) return system_error("cannot read");
  if (!S_ISREG(info.st_mode)) return Fault(path, "not a regular file");

  std::string text;
  char buffer[16 << 10];
  while (true) {
    const ssize_t got = read(file.get(), buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot read");
    if (got == 0) return text;
    text.append(buffer, static_cast<size_t>(got));
    if (text.size() > kMaxDaemonFileBytes) break;
  }
  return Fault(path, absl::StrCat("larger than ", kMaxDaemonFileBytes, " bytes"));
}

}  // namespace

absl::StatusOr<DaemonFile> ParseDaemonFile(absl::string_view name, absl::string_view text) {
  if (text.size() > kMaxDaemonFileBytes) {
    return Fault(name, absl::StrCat("larger than ", kMaxDaemonFileBytes, " bytes"));
  }
  if (absl::StripAsciiWhitespace(text).empty()) return DaemonFile();
  const auto document = ParseStrictJson(text);
  if (!document.ok()) return Fault(name, document.status().message());
  return Reader(name).Read(*document);
}

absl::StatusOr<DaemonFile> ReadDaemonFile(const std::string& path) {
  const auto text = ReadRegularFile(path);
  if (!text.ok()) return text.status();
  return ParseDaemonFile(path, *text);
}

}  // namespace registryd
