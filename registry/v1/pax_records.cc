#include "registry/v1/pax_records.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace registryd {
namespace {

constexpr absl::string_view kSparsePrefix = "GNU.sparse.";
constexpr absl::string_view kSparseOffset = "GNU.sparse.offset";
constexpr absl::string_view kSparseNumBytes = "GNU.sparse.numbytes";
constexpr absl::string_view kSparseMap = "GNU.sparse.map";

constexpr absl::string_view kKnown[] = {"atime", "ctime", "gid",  "gname", "linkpath",
                                        "mtime", "path",  "size", "uid",   "uname"};
constexpr absl::string_view kTexts[] = {"gname", "linkpath", "path", "uname"};

struct Record {
  absl::string_view key;
  absl::string_view value;
  size_t size = 0;  // Of all of it, in bytes.
};

template <typename Keys>
bool IsAmong(absl::string_view key, const Keys& keys) {
  return std::find(std::begin(keys), std::end(keys), key) != std::end(keys);
}

bool HasNul(absl::string_view text) { return absl::StrContains(text, '\0'); }

absl::Status InvalidRecord() { return InvalidLayer("invalid tar header: bad pax record"); }

// The record that `body` begins with.
std::optional<Record> FirstRecord(absl::string_view body) {
  constexpr int64_t kShortest = 5;  // "5 a=\n"
  const size_t space = body.find(' ');
  if (space == absl::string_view::npos) return std::nullopt;
  const std::optional<int64_t> length = ParsePaxNumber(body.substr(0, space));
  if (!length.has_value() || *length < kShortest) return std::nullopt;
  const auto size = static_cast<uint64_t>(*length);
  if (size > body.size() || size <= space + 1 || body[size - 1] != '\n') return std::nullopt;

  const absl::string_view pair = body.substr(space + 1, size - 1 - (space + 1));
  const size_t equals = pair.find('=');
  if (equals == absl::string_view::npos || equals == 0) return std::nullopt;
  const Record record = {pair.substr(0, equals), pair.substr(equals + 1), size};
  // A key that is a known one has no NUL.
  if (HasNul(IsAmong(record.key, kTexts) ? record.value : record.key)) return std::nullopt;
  return record;
}

// Adds the value of an offset or a number of bytes, which come in turn, to the map.
bool ExtendSparseMap(const Record& record, int count, std::string& map) {
  if ((record.key == kSparseOffset) != (count % 2 == 0)) return false;
  if (absl::StrContains(record.value, ',')) return false;
  absl::StrAppend(&map, count == 0 ? "" : ",", record.value);
  return true;
}

}  // namespace

absl::string_view PaxRecords::Find(absl::string_view key) const {
  const auto found = known.find(key);
  return found == known.end() ? absl::string_view() : absl::string_view(found->second);
}

absl::StatusOr<PaxRecords> ParsePaxRecords(absl::string_view body) {
  PaxRecords records;
  std::string sparse_map;
  int sparse_count = 0;
  while (!body.empty()) {
    const std::optional<Record> record = FirstRecord(body);
    if (!record.has_value()) return InvalidRecord();
    body.remove_prefix(record->size);
    if (record->key == kSparseOffset || record->key == kSparseNumBytes) {
      if (!ExtendSparseMap(*record, sparse_count++, sparse_map)) return InvalidRecord();
      continue;
    }
    records.any = true;
    if (IsAmong(record->key, kKnown) || absl::StartsWith(record->key, kSparsePrefix)) {
      records.known[std::string(record->key)] = std::string(record->value);
    } else {
      records.other_bytes += record->size;
    }
  }
  if (sparse_count > 0) {
    records.any = true;
    records.known[std::string(kSparseMap)] = std::move(sparse_map);
  }
  return records;
}

absl::Status MergePaxRecords(const PaxRecords& records, TarHeader& header) {
  const std::pair<absl::string_view, std::string*> texts[] = {{"path", &header.name},
                                                              {"linkpath", &header.linkname},
                                                              {"uname", &header.uname},
                                                              {"gname", &header.gname}};
  for (const auto& [key, field] : texts) {
    const absl::string_view value = records.Find(key);
    if (!value.empty()) *field = std::string(value);
  }
  header.has_pax_records = records.any;
  header.other_pax_bytes = records.other_bytes;

  int64_t not_used = 0;
  bool ok = true;
  const auto merge = [&](absl::string_view key, auto parse, int64_t& field) {
    const absl::string_view value = records.Find(key);
    if (value.empty()) return;
    const std::optional<int64_t> number = parse(value);
    if (!number.has_value()) ok = false;
    field = number.value_or(field);
  };
  merge("uid", ParsePaxNumber, header.uid);
  merge("gid", ParsePaxNumber, header.gid);
  merge("size", ParsePaxNumber, header.size);
  merge("mtime", ParsePaxTime, header.mtime);
  merge("atime", ParsePaxTime, not_used);
  merge("ctime", ParsePaxTime, not_used);
  return ok ? absl::OkStatus() : InvalidRecord();
}

std::optional<int64_t> ParsePaxNumber(absl::string_view text) {
  if (absl::ConsumePrefix(&text, "+") && absl::StartsWith(text, "-")) return std::nullopt;
  int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || rest != end) return std::nullopt;
  return number;
}

std::optional<int64_t> ParsePaxTime(absl::string_view text) {
  constexpr size_t kDigits = 9;  // Of a nanosecond; those beyond do not count.
  const size_t point = text.find('.');
  const std::optional<int64_t> seconds = ParsePaxNumber(text.substr(0, point));
  if (!seconds.has_value() || point == absl::string_view::npos) return seconds;
  const absl::string_view fraction = text.substr(point + 1);
  if (!std::all_of(fraction.begin(), fraction.end(), absl::ascii_isdigit)) return std::nullopt;
  const bool is_whole =
      fraction.substr(0, kDigits).find_first_not_of('0') == absl::string_view::npos;
  if (is_whole || text[0] != '-') return seconds;
  // The smallest second wraps, as it does in Go.
  return static_cast<int64_t>(static_cast<uint64_t>(*seconds) - 1);
}

}  // namespace registryd
