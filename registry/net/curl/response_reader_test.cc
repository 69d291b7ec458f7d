#include "registry/net/curl/response_reader.h"

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/net/testing/wire_faults.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;

HttpHeader Header(std::string name, std::string value) {
  return {std::move(name), std::move(value)};
}

// The head that `lines` make; the last of them completes it.
absl::StatusOr<HttpResponseHead> HeadOf(ResponseReader& reader,
                                        const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    absl::StatusOr<std::optional<HttpResponseHead>> head = reader.AddLine(line + "\r\n");
    if (!head.ok()) return head.status();
    if (head->has_value()) return **head;
  }
  return absl::NotFoundError("no head");
}

// All that the reader makes of `input`, cut into pieces.
absl::StatusOr<std::string> BodyOf(ResponseReader& reader, absl::string_view input,
                                   size_t piece = 1000) {
  std::string body;
  while (!input.empty()) {
    absl::string_view data = input.substr(0, piece);
    input.remove_prefix(data.size());
    while (true) {
      absl::StatusOr<absl::string_view> part = reader.Next(&data);
      if (!part.ok()) return part.status();
      if (part->empty()) break;
      absl::StrAppend(&body, *part);
    }
  }
  return body;
}

ResponseReader GzipReader(std::optional<uint64_t> max_body_bytes = std::nullopt) {
  ResponseReader::Options options;
  options.decompress = true;
  options.max_body_bytes = max_body_bytes;
  ResponseReader reader(options);
  EXPECT_TRUE(HeadOf(reader, {"HTTP/1.1 200 OK", "Content-Encoding: GZIP", ""}).ok());
  return reader;
}

TEST(ResponseReader, ReadsAHead) {
  ResponseReader reader({});
  const auto head = HeadOf(reader, {"HTTP/1.1 401 No", "A: b", "a:c ", "E:", "F:  g", "\th", ""});
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->status, 401);
  EXPECT_THAT(head->headers,
              ElementsAre(Header("A", "b"), Header("a", "c"), Header("E", ""), Header("F", "g h")));
  EXPECT_TRUE(reader.has_head());
  EXPECT_FALSE(reader.http2());
  EXPECT_EQ(reader.End(), absl::OkStatus());
}

TEST(ResponseReader, PassesOverInterimResponsesAndTrailers) {
  ResponseReader reader({});
  const auto head = HeadOf(reader, {"HTTP/1.1 100 Continue", "A: b", "", "HTTP/1.1 103 Hints",
                                    "Link: x", "", "HTTP/2 204 ", "C: d", ""});
  ASSERT_TRUE(head.ok()) << head.status();
  EXPECT_EQ(head->status, 204);
  EXPECT_THAT(head->headers, ElementsAre(Header("C", "d")));
  EXPECT_TRUE(reader.http2());
  EXPECT_FALSE(reader.AddLine("Trailer: x\r\n")->has_value());
  EXPECT_FALSE(reader.AddLine("\r\n")->has_value());
}

TEST(ResponseReader, RefusesWhatIsNoHead) {
  for (const char* line :
       {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 abc", "200 OK", "HTTP/1.1 099 x"}) {
    ResponseReader reader({});
    EXPECT_EQ(ReasonOf(reader.AddLine(absl::StrCat(line, "\r\n")).status()),
              Reason::kResponseInvalid)
        << line;
  }
  for (const char* line : {" folded", "no colon", ": no name"}) {
    ResponseReader reader({});
    const absl::Status status = HeadOf(reader, {"HTTP/1.1 200 OK", line}).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << line;
  }
  ResponseReader switching({});
  EXPECT_EQ(HeadOf(switching, {"HTTP/1.1 101 Switching Protocols", ""}).status().code(),
            absl::StatusCode::kInternal);
  EXPECT_EQ(ReasonOf(ResponseReader({}).End()), Reason::kConnectionFailed);
}

TEST(ResponseReader, LimitsTheHead) {
  ResponseReader::Options options;
  options.max_head_bytes = 17 + 6;
  ResponseReader fits(options);
  EXPECT_TRUE(HeadOf(fits, {"HTTP/1.1 200 OK", "A: b", ""}).ok());
  EXPECT_EQ(ReasonOf(fits.AddLine("T: t\r\n").status()), Reason::kResponseTooLarge);
  options.max_head_bytes = 17 + 5;
  ResponseReader too_large(options);
  const absl::Status status = HeadOf(too_large, {"HTTP/1.1 200 OK", "A: b", ""}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ReasonOf(status), Reason::kResponseTooLarge);
  options.max_head_bytes = 1000;
  ResponseReader interim(options);
  absl::Status end;
  for (int i = 0; i < 100 && end.ok(); ++i) {
    end = interim.AddLine("HTTP/1.1 100 Continue\r\n").status();
    if (end.ok()) end = interim.AddLine("\r\n").status();
  }
  EXPECT_EQ(ReasonOf(end), Reason::kResponseTooLarge);
}

TEST(ResponseReader, LimitsTheBody) {
  ResponseReader::Options options;
  options.max_body_bytes = 5;
  ResponseReader reader(options);
  ASSERT_TRUE(HeadOf(reader, {"HTTP/1.1 200 OK", ""}).ok());
  EXPECT_EQ(*BodyOf(reader, "hello", 2), "hello");
  EXPECT_EQ(ReasonOf(BodyOf(reader, "!").status()), Reason::kResponseTooLarge);
}

TEST(ResponseReader, Decompresses) {
  std::string text;
  for (int i = 0; i < 20000; ++i) absl::StrAppend(&text, i, "\n");
  const std::string twice = GzipOf(text) + GzipOf(text);
  for (const size_t piece : {1, 7, 16384, 1 << 20}) {
    ResponseReader reader = GzipReader(2 * text.size());
    EXPECT_EQ(*BodyOf(reader, twice, piece), text + text);
    EXPECT_EQ(reader.End(), absl::OkStatus());
    ResponseReader small = GzipReader(2 * text.size() - 1);
    EXPECT_EQ(ReasonOf(BodyOf(small, twice, piece).status()), Reason::kResponseTooLarge);
  }
  ResponseReader empty = GzipReader();
  EXPECT_EQ(empty.End(), absl::OkStatus());
}

TEST(ResponseReader, RefusesDamagedGzip) {
  const std::string good = GzipOf("hello");
  for (size_t size = 1; size < good.size(); ++size) {
    ResponseReader reader = GzipReader();
    EXPECT_TRUE(BodyOf(reader, good.substr(0, size)).ok()) << size;
    EXPECT_EQ(ReasonOf(reader.End()), Reason::kResponseInvalid) << size;
  }
  for (const std::string& bad : {std::string("plain text"), good + "rest", good + good.substr(2)}) {
    ResponseReader reader = GzipReader();
    EXPECT_EQ(ReasonOf(BodyOf(reader, bad).status()), Reason::kResponseInvalid);
  }
}

TEST(ResponseReader, LimitsCompressedBytesThatMakeNothing) {
  ResponseReader reader = GzipReader(10);
  std::string members;
  for (int i = 0; i < 10000; ++i) members += GzipOf("");
  EXPECT_EQ(ReasonOf(BodyOf(reader, members).status()), Reason::kResponseTooLarge);
}

TEST(ResponseReader, LeavesAloneWhatItIsNotToDecompress) {
  ResponseReader reader({});
  const auto head =
      HeadOf(reader, {"HTTP/1.1 200 OK", "Content-Encoding: gzip", "Content-Length: 9", ""});
  ASSERT_TRUE(head.ok());
  EXPECT_EQ(head->headers.size(), 2);
  EXPECT_EQ(*BodyOf(reader, "anything!"), "anything!");
}

}  // namespace
}  // namespace registryd
