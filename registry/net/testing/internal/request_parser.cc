#include "registry/net/testing/internal/request_parser.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace registryd {

void RequestParser::Feed(absl::string_view bytes) {
  rest_.append(bytes.data(), bytes.size());
  Parse();
}

ScriptedRequest RequestParser::Take() {
  ScriptedRequest taken = std::exchange(request_, {});
  state_ = State::kHead;
  Parse();
  return taken;
}

std::string RequestParser::TakeRest() { return std::exchange(rest_, ""); }

void RequestParser::Parse() {
  if (state_ == State::kHead && !ParseHead()) return;
  while (state_ == State::kBody && ParseBody()) {
  }
}

bool RequestParser::ParseHead() {
  // A first byte that no method has: TLS, or worse.
  if (!rest_.empty() && !absl::ascii_isupper(rest_[0])) {
    state_ = State::kInvalid;
    return false;
  }
  const size_t end = rest_.find("\r\n\r\n");
  if (end == std::string::npos) return false;
  const std::vector<std::string> lines = absl::StrSplit(rest_.substr(0, end), "\r\n");
  rest_.erase(0, end + 4);
  const std::vector<std::string> words = absl::StrSplit(lines[0], ' ');
  if (words.size() != 3 || !absl::StartsWith(words[2], "HTTP/1.")) {
    state_ = State::kInvalid;
    return false;
  }
  request_.method = words[0];
  request_.target = words[1];
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<absl::string_view, absl::string_view> parts =
        absl::StrSplit(lines[i], absl::MaxSplits(':', 1));
    request_.headers.push_back(
        {std::string(parts.first), std::string(absl::StripAsciiWhitespace(parts.second))});
  }
  state_ = State::kBody;
  wanted_ = 0;
  framing_ = Framing::kLength;
  if (absl::EqualsIgnoreCase(request_.Find("Transfer-Encoding").value_or(""), "chunked")) {
    framing_ = Framing::kChunkSize;
  } else if (const auto length = request_.Find("Content-Length");
             length.has_value() && !absl::SimpleAtoi(*length, &wanted_)) {
    state_ = State::kInvalid;
  }
  return state_ == State::kBody;
}

bool RequestParser::ParseBody() {
  std::string line;
  switch (framing_) {
    case Framing::kLength:
    case Framing::kChunk: {
      const size_t part = std::min<uint64_t>(wanted_, rest_.size());
      request_.body.append(rest_, 0, part);
      rest_.erase(0, part);
      wanted_ -= part;
      if (wanted_ > 0) return false;
      if (framing_ == Framing::kLength) {
        state_ = State::kComplete;
      } else {
        framing_ = Framing::kChunkEnd;
      }
      return true;
    }
    case Framing::kChunkSize:
      if (!TakeLine(&line)) return false;
      if (!absl::SimpleHexAtoi(line, &wanted_)) {
        state_ = State::kInvalid;
        return false;
      }
      framing_ = wanted_ == 0 ? Framing::kTrailer : Framing::kChunk;
      return true;
    case Framing::kChunkEnd:
      if (!TakeLine(&line)) return false;
      framing_ = Framing::kChunkSize;
      return true;
    case Framing::kTrailer:
      if (!TakeLine(&line)) return false;
      if (line.empty()) state_ = State::kComplete;
      return true;
  }
  return false;
}

bool RequestParser::TakeLine(std::string* line) {
  const size_t end = rest_.find("\r\n");
  if (end == std::string::npos) return false;
  *line = rest_.substr(0, end);
  rest_.erase(0, end + 2);
  return true;
}

}  // namespace registryd
