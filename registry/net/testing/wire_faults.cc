#include "registry/net/testing/wire_faults.h"

#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace registryd {
namespace {

constexpr char kHead[] = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n";
constexpr char kHalfHead[] = "HTTP/1.1 200 OK\r\nContent-Le";
constexpr char kChunkedHead[] = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string HeadAnd(absl::string_view body) { return absl::StrCat(kHead, body); }

// gzip of `total` bytes: `block` again and again.
std::string Compress(absl::string_view block, uint64_t total) {
  constexpr int kWithGzipHeader = 15 + 16;
  z_stream stream = {};
  if (deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, kWithGzipHeader, 8,
                   Z_DEFAULT_STRATEGY) != Z_OK) {
    abort();
  }
  std::string out;
  char buffer[16 * 1024];
  int result = Z_OK;
  while (result != Z_STREAM_END) {
    if (stream.avail_in == 0 && total > 0) {
      const size_t size = std::min<uint64_t>(total, block.size());
      stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(block.data()));
      stream.avail_in = static_cast<uInt>(size);
      total -= size;
    }
    stream.next_out = reinterpret_cast<Bytef*>(buffer);
    stream.avail_out = sizeof(buffer);
    result = deflate(&stream, total == 0 ? Z_FINISH : Z_NO_FLUSH);
    out.append(buffer, sizeof(buffer) - stream.avail_out);
  }
  deflateEnd(&stream);
  return out;
}

ScriptedResponse Encoded(std::string body) {
  return {200, {{"Content-Encoding", "gzip"}}, std::move(body)};
}

}  // namespace

ScriptedResponse CloseWithoutAnswer() { return ScriptedResponse::Raw({WireStep::Close()}); }
ScriptedResponse CloseInHead() { return ScriptedResponse::Raw(kHalfHead, {WireStep::Close()}); }
ScriptedResponse CloseInBody() {
  return ScriptedResponse::Raw(HeadAnd("part"), {WireStep::Close()});
}
ScriptedResponse CloseInChunk() {
  return ScriptedResponse::Raw(absl::StrCat(kChunkedHead, "64\r\npart"), {WireStep::Close()});
}
ScriptedResponse ResetBeforeHead() { return ScriptedResponse::Raw({WireStep::Reset()}); }
ScriptedResponse ResetInHead() { return ScriptedResponse::Raw(kHalfHead, {WireStep::Reset()}); }
ScriptedResponse ResetInBody() {
  return ScriptedResponse::Raw(HeadAnd("part"), {WireStep::Reset()});
}

ScriptedResponse StallBeforeHead() { return ScriptedResponse::Raw({WireStep::Stall()}); }
ScriptedResponse StallInHead() { return ScriptedResponse::Raw(kHalfHead, {WireStep::Stall()}); }
ScriptedResponse StallInBody() {
  return ScriptedResponse::Raw(HeadAnd("part"), {WireStep::Stall()});
}

ScriptedResponse DripHead(absl::Duration interval) {
  return ScriptedResponse::Raw(
      {WireStep::Drip("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", interval)});
}
ScriptedResponse DripBody(absl::Duration interval, size_t body_bytes) {
  return ScriptedResponse::Raw(
      absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body_bytes, "\r\n\r\n"),
      {WireStep::Drip(std::string(body_bytes, 'x'), interval)});
}

ScriptedResponse EndlessHead() {
  return ScriptedResponse::Raw("HTTP/1.1 200 OK\r\n",
                               {WireStep::Repeat("X-Filler: 0123456789\r\n")});
}
ScriptedResponse EndlessHeader() {
  return ScriptedResponse::Raw("HTTP/1.1 200 OK\r\nX-Filler: ", {WireStep::Repeat("x")});
}
ScriptedResponse EndlessStatusLine() {
  return ScriptedResponse::Raw("HTTP/1.1 200 ", {WireStep::Repeat("x")});
}
ScriptedResponse EndlessInterim() {
  return ScriptedResponse::Raw({WireStep::Repeat("HTTP/1.1 100 Continue\r\n\r\n")});
}
ScriptedResponse EndlessBody() {
  return ScriptedResponse::Raw(
      kChunkedHead, {WireStep::Repeat(absl::StrCat("4000\r\n", std::string(0x4000, 'x'), "\r\n"))});
}
ScriptedResponse EndlessChunkLine() {
  return ScriptedResponse::Raw(absl::StrCat(kChunkedHead, "4;x="), {WireStep::Repeat("x")});
}
ScriptedResponse EndlessTrailer() {
  return ScriptedResponse::Raw(absl::StrCat(kChunkedHead, "4\r\npart\r\n0\r\n"),
                               {WireStep::Repeat("X-Filler: 0123456789\r\n")});
}
ScriptedResponse HugeLength() {
  return ScriptedResponse::Raw("HTTP/1.1 200 OK\r\nContent-Length: 4611686018427387904\r\n\r\n",
                               {WireStep::Repeat("x")});
}

ScriptedResponse Http09() {
  return ScriptedResponse::Raw("<html>no head</html>\r\n\r\n", {WireStep::Close()});
}
ScriptedResponse Garbage() {
  return ScriptedResponse::Raw(std::string("\x00\xff\x01\xfe\r\n\r\n", 8), {WireStep::Close()});
}
ScriptedResponse BadStatusLine() {
  return ScriptedResponse::Raw("HTTP/1.1 OK 200\r\nContent-Length: 0\r\n\r\n", {WireStep::Close()});
}
ScriptedResponse BadHeader() {
  return ScriptedResponse::Raw("HTTP/1.1 200 OK\r\nno colon\r\nContent-Length: 0\r\n\r\n",
                               {WireStep::Close()});
}
ScriptedResponse NulInHeader() {
  return ScriptedResponse::Raw(
      absl::StrCat("HTTP/1.1 200 OK\r\nX-Nul: a", absl::string_view("\0", 1),
                   "b\r\nContent-Length: 0\r\n\r\n"),
      {WireStep::Close()});
}
ScriptedResponse BadLength() {
  return ScriptedResponse::Raw("HTTP/1.1 200 OK\r\nContent-Length: four\r\n\r\nbody",
                               {WireStep::Close()});
}
ScriptedResponse NegativeLength() {
  return ScriptedResponse::Raw("HTTP/1.1 200 OK\r\nContent-Length: -4\r\n\r\nbody",
                               {WireStep::Close()});
}
ScriptedResponse DifferentLengths() {
  return ScriptedResponse::Raw(
      "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nContent-Length: 8\r\n\r\nbodybody",
      {WireStep::Close()});
}
ScriptedResponse BadChunkSize() {
  return ScriptedResponse::Raw(absl::StrCat(kChunkedHead, "4\r\npart\r\nxyz\r\npart\r\n"),
                               {WireStep::Close()});
}
ScriptedResponse BadChunkEnd() {
  return ScriptedResponse::Raw(absl::StrCat(kChunkedHead, "4\r\npartly\r\n0\r\n\r\n"),
                               {WireStep::Close()});
}

ScriptedResponse Gzip(absl::string_view body) { return Encoded(GzipOf(body)); }
ScriptedResponse GzipBomb(uint64_t bytes) {
  return Encoded(Compress(std::string(256 * 1024, '\0'), bytes));
}
ScriptedResponse DamagedGzip() {
  std::string body = GzipOf("a body that is damaged in its middle");
  body[body.size() / 2] = static_cast<char>(~body[body.size() / 2]);
  return Encoded(std::move(body));
}
ScriptedResponse CutGzip() {
  std::string body = GzipOf(std::string(1000, 'x') + std::string(1000, 'y'));
  body.resize(body.size() - 10);
  return Encoded(std::move(body));
}

ScriptedResponse AfterInterim(const std::vector<std::string>& interim,
                              const ScriptedResponse& response) {
  std::vector<WireStep> steps;
  for (const std::string& head : interim) steps.push_back(WireStep::Send(head));
  std::vector<WireStep> rest = StepsOf(response, "GET");
  steps.insert(steps.end(), std::make_move_iterator(rest.begin()),
               std::make_move_iterator(rest.end()));
  return ScriptedResponse::Raw(std::move(steps));
}

std::string GzipOf(absl::string_view data) { return Compress(data, data.size()); }

}  // namespace registryd
