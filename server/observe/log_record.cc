#include "server/observe/log_record.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "nlohmann/json.hpp"

namespace registryd {
namespace {

using Json = nlohmann::ordered_json;

// Escapes what JSON lets pass and terminals act on: DEL and U+0080 to U+009F.
std::string EscapeControls(absl::string_view utf8) {
  std::string result;
  for (size_t i = 0; i < utf8.size(); ++i) {
    const auto byte = static_cast<unsigned char>(utf8[i]);
    const auto next = static_cast<unsigned char>(i + 1 < utf8.size() ? utf8[i + 1] : 0);
    if (byte == 0x7f) {
      result += "\\u007f";
    } else if (byte == 0xc2 && next >= 0x80 && next <= 0x9f) {
      absl::StrAppendFormat(&result, "\\u00%02x", next);
      ++i;
    } else {
      result += utf8[i];
    }
  }
  return result;
}

// Never throws for its content: what is not UTF-8 is replaced.
std::string Dump(const Json& json) {
  return EscapeControls(json.dump(-1, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace));
}

Json ToJson(const LogValue& value) {
  return absl::visit(
      [](const auto& v) {
        if constexpr (std::is_same<std::decay_t<decltype(v)>, absl::string_view>::value) {
          return Json(std::string(v));
        } else {
          return Json(v);
        }
      },
      value.variant());
}

std::string Rfc3339(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", time, absl::UTCTimeZone());
}

// A string's JSON form, its quotes cut off where nothing in it needs them.
std::string Plain(const Json& text, bool keep_spaces) {
  std::string quoted = Dump(text);
  const bool bare = std::all_of(quoted.begin() + 1, quoted.end() - 1, [=](char c) {
    return c != '"' && c != '\\' && c != '=' && (c != ' ' || keep_spaces);
  });
  return bare && quoted.size() > 2 ? quoted.substr(1, quoted.size() - 2) : quoted;
}

}  // namespace

absl::string_view LogLevelName(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return "debug";
    case LogLevel::kInfo:
      return "info";
    case LogLevel::kWarning:
      return "warning";
    case LogLevel::kError:
      return "error";
  }
  return "error";
}

std::string JsonLogLine(absl::Time now, LogLevel level, absl::string_view message,
                        absl::Span<const LogField> fields) {
  Json record;
  record["time"] = Rfc3339(now);
  record["level"] = std::string(LogLevelName(level));
  record["message"] = std::string(message);
  for (const LogField& field : fields) {
    record.emplace(std::string(field.key), ToJson(field.value));
  }
  return Dump(record);
}

std::string TextLogLine(absl::Time now, LogLevel level, absl::string_view message,
                        absl::Span<const LogField> fields) {
  std::string line = absl::StrFormat("%s %-7s %s", Rfc3339(now), LogLevelName(level),
                                     Plain(std::string(message), /*keep_spaces=*/true));
  for (const LogField& field : fields) {
    const Json value = ToJson(field.value);
    absl::StrAppend(&line, " ", Plain(std::string(field.key), /*keep_spaces=*/false), "=",
                    value.is_string() ? Plain(value, /*keep_spaces=*/false) : Dump(value));
  }
  return line;
}

}  // namespace registryd
