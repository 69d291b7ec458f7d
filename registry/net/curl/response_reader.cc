#include "registry/net/curl/response_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// Gzip's own bytes, beside the content: a body may come as blocks without content.
constexpr uint64_t kGzipOverhead = uint64_t{64} * 1024;

absl::Status TooLarge(absl::string_view what, uint64_t limit) {
  return Error(absl::StatusCode::kResourceExhausted, Reason::kResponseTooLarge,
               absl::StrCat("the response's ", what, " is larger than ", limit, " bytes"));
}

absl::Status Invalid(absl::string_view what) {
  return Error(absl::StatusCode::kInternal, Reason::kResponseInvalid,
               absl::StrCat("the response ", what));
}

// "HTTP/1.1 200 OK"; 0 for anything else.
int StatusOf(absl::string_view line) {
  const size_t space = line.find(' ');
  int status = 0;
  if (space == absl::string_view::npos) return 0;
  const absl::string_view digits = line.substr(space + 1, 3);
  if (digits.size() != 3 || !absl::SimpleAtoi(digits, &status) || status < 100) return 0;
  return status;
}

}  // namespace

absl::StatusOr<std::optional<HttpResponseHead>> ResponseReader::AddLine(absl::string_view line) {
  head_bytes_ += line.size();
  line = absl::StripSuffix(absl::StripSuffix(line, "\n"), "\r");
  // The empty line is no header, and does not count where they just fit.
  if (!line.empty() && head_bytes_ > options_.max_head_bytes) {
    return TooLarge("head", options_.max_head_bytes);
  }
  if (has_head_) return std::nullopt;  // A trailer.
  if (!in_head_) {
    head_ = {};
    head_.status = StatusOf(line);
    if (head_.status == 0) return Invalid("has no HTTP status");
    http2_ = absl::StartsWith(line, "HTTP/2");
    in_head_ = true;
    return std::nullopt;
  }
  if (!line.empty()) {
    if (absl::Status status = AddField(line); !status.ok()) return status;
    return std::nullopt;
  }

  in_head_ = false;
  if (head_.status == 101) return Invalid("switches to a protocol that nobody asked for");
  if (head_.status < 200) return std::nullopt;
  // Where the next response begins would be anybody's guess (RFC 9110, section 8.6).
  const std::vector<absl::string_view> lengths = head_.FindAll("Content-Length");
  for (const absl::string_view length : lengths) {
    if (length != lengths.front()) return Invalid("has more than one Content-Length");
  }
  has_head_ = true;
  const std::optional<absl::string_view> encoding = head_.Find("Content-Encoding");
  if (options_.decompress && encoding.has_value() &&
      (absl::EqualsIgnoreCase(*encoding, "gzip") || absl::EqualsIgnoreCase(*encoding, "x-gzip"))) {
    decoder_ = std::make_unique<GzipDecoder>();
    head_.headers.erase(
        std::remove_if(head_.headers.begin(), head_.headers.end(),
                       [](const HttpHeader& header) {
                         return absl::EqualsIgnoreCase(header.name, "Content-Encoding") ||
                                absl::EqualsIgnoreCase(header.name, "Content-Length");
                       }),
        head_.headers.end());
  }
  return std::optional<HttpResponseHead>(std::move(head_));
}

absl::Status ResponseReader::AddField(absl::string_view line) {
  if (line[0] == ' ' || line[0] == '\t') {  // The last value goes on (RFC 9112, section 5.2).
    if (head_.headers.empty()) return Invalid("has a header without a name");
    absl::StrAppend(&head_.headers.back().value, " ", absl::StripAsciiWhitespace(line));
    return absl::OkStatus();
  }
  const size_t colon = line.find(':');
  if (colon == absl::string_view::npos || colon == 0) {
    return Invalid("has a header without a name");
  }
  head_.headers.push_back({std::string(absl::StripTrailingAsciiWhitespace(line.substr(0, colon))),
                           std::string(absl::StripAsciiWhitespace(line.substr(colon + 1)))});
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> ResponseReader::Next(absl::string_view* input) {
  absl::string_view part;
  if (decoder_ == nullptr) {
    std::swap(part, *input);
  } else {
    const size_t before = input->size();
    absl::StatusOr<absl::string_view> decoded = decoder_->Next(input);
    if (!decoded.ok()) return decoded.status();
    part = *decoded;
    received_bytes_ += before - input->size();
  }
  body_bytes_ += part.size();
  if (options_.max_body_bytes.has_value()) {
    const uint64_t max = *options_.max_body_bytes;
    if (body_bytes_ > max ||
        (received_bytes_ > kGzipOverhead && received_bytes_ - kGzipOverhead > max)) {
      return TooLarge("body", max);
    }
  }
  return part;
}

absl::Status ResponseReader::End() const {
  if (!has_head_) {
    return Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
                 "the connection ended within the response's head");
  }
  if (decoder_ != nullptr && !decoder_->complete()) return Invalid("ends within its gzip data");
  return absl::OkStatus();
}

}  // namespace registryd
