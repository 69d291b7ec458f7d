#include "registry/net/curl/request_body.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"
#include "registry/net/testing/scripted_body.h"

namespace registryd {
namespace {

RequestBody BodyOf(std::optional<uint64_t> size = std::nullopt) {
  return RequestBody(ScriptedBody({}, size).Source());
}

Secret Part(std::string text) { return Secret(std::move(text)); }

std::string Take(RequestBody& body, size_t room) {
  std::string taken(room, '\0');
  taken.resize(body.Take(&taken[0], room));
  return taken;
}

TEST(RequestBody, GivesPartsInPieces) {
  RequestBody body = BodyOf();
  EXPECT_EQ(Take(body, 10), "");
  EXPECT_FALSE(body.ended());
  EXPECT_EQ(body.Add(Part("hello")), absl::OkStatus());
  EXPECT_EQ(Take(body, 3), "hel");
  EXPECT_EQ(Take(body, 3), "lo");
  EXPECT_EQ(Take(body, 3), "");
  EXPECT_EQ(body.Add(Part("!")), absl::OkStatus());
  EXPECT_EQ(Take(body, 3), "!");
  EXPECT_EQ(body.Add(Part("")), absl::OkStatus());
  EXPECT_TRUE(body.ended());
}

TEST(RequestBody, StartsAgain) {
  RequestBody body = BodyOf();
  EXPECT_EQ(body.Add(Part("hello")), absl::OkStatus());
  EXPECT_EQ(Take(body, 2), "he");
  EXPECT_TRUE(body.Rewind());
  EXPECT_EQ(Take(body, 10), "he");
  EXPECT_EQ(Take(body, 10), "llo");
  EXPECT_EQ(body.Add(Part("")), absl::OkStatus());
  EXPECT_TRUE(body.ended());
  EXPECT_TRUE(body.Rewind());
  EXPECT_FALSE(body.ended());
  EXPECT_EQ(Take(body, 4), "hell");
  EXPECT_EQ(Take(body, 4), "o");
  EXPECT_TRUE(body.ended());
}

TEST(RequestBody, StartsAgainUpToItsLimit) {
  RequestBody body = BodyOf();
  EXPECT_EQ(body.Add(Part(std::string(RequestBody::kMaxPartBytes, 'x'))), absl::OkStatus());
  EXPECT_EQ(Take(body, 1 << 20).size(), RequestBody::kMaxPartBytes);
  EXPECT_TRUE(body.Rewind());
  EXPECT_EQ(Take(body, 1 << 20).size(), RequestBody::kMaxPartBytes);
  EXPECT_EQ(body.Add(Part("y")), absl::OkStatus());
  EXPECT_EQ(Take(body, 1), "y");
  EXPECT_FALSE(body.Rewind());
}

TEST(RequestBody, ForgetsWhatIsNotNeededAgain) {
  RequestBody body = BodyOf();
  EXPECT_EQ(body.Add(Part("hello")), absl::OkStatus());
  EXPECT_EQ(Take(body, 2), "he");
  body.Forget();
  EXPECT_FALSE(body.Rewind());
  EXPECT_EQ(Take(body, 9), "llo");
}

TEST(RequestBody, PassesTheSourcesErrorOn) {
  RequestBody body = BodyOf();
  EXPECT_EQ(body.Add(absl::DataLossError("gone")), absl::DataLossError("gone"));
}

TEST(RequestBody, HoldsTheSourceToItsWord) {
  RequestBody exact = BodyOf(3);
  EXPECT_EQ(exact.Add(Part("abc")), absl::OkStatus());
  EXPECT_EQ(exact.Add(Part("")), absl::OkStatus());
  RequestBody longer = BodyOf(3);
  EXPECT_EQ(longer.Add(Part("abcd")).code(), absl::StatusCode::kInternal);
  RequestBody shorter = BodyOf(3);
  EXPECT_EQ(shorter.Add(Part("ab")), absl::OkStatus());
  EXPECT_EQ(shorter.Add(Part("")).code(), absl::StatusCode::kInternal);
  RequestBody empty = BodyOf(0);
  EXPECT_EQ(empty.Add(Part("")), absl::OkStatus());
  EXPECT_TRUE(empty.ended());
}

}  // namespace
}  // namespace registryd
