#include "registry/net/curl/silence.h"

#include <chrono>

#include "gtest/gtest.h"

namespace registryd {
namespace {

using std::chrono::seconds;

Silence::Time At(int second) { return Silence::Time(seconds(1000 + second)); }

TEST(Silence, LastsWhileARequestWaits) {
  Silence silence;
  EXPECT_EQ(silence.Lasted(At(0)), seconds(0));
  silence.Begin(At(1));
  EXPECT_EQ(silence.Lasted(At(1)), seconds(0));
  EXPECT_EQ(silence.Lasted(At(8)), seconds(7));
}

TEST(Silence, IsNotOverWhenARequestIsGivenUp) {
  Silence silence;
  silence.Begin(At(0));
  silence.End(At(5));
  EXPECT_EQ(silence.Lasted(At(5)), seconds(5));
  silence.Begin(At(6));
  EXPECT_EQ(silence.Lasted(At(11)), seconds(10));
  silence.End(At(11));
  EXPECT_EQ(silence.Lasted(At(11)), seconds(10));
}

TEST(Silence, DoesNotCountTheTimeWithoutARequest) {
  Silence silence;
  silence.Begin(At(0));
  silence.End(At(5));
  EXPECT_EQ(silence.Lasted(At(500)), seconds(5));
  silence.Begin(At(500));
  EXPECT_EQ(silence.Lasted(At(501)), seconds(6));
}

TEST(Silence, CountsTheTimeOfManyRequestsOnce) {
  Silence silence;
  silence.Begin(At(0));
  silence.Begin(At(3));
  silence.End(At(5));
  silence.Begin(At(6));
  silence.End(At(8));
  EXPECT_EQ(silence.Lasted(At(9)), seconds(9));
  silence.End(At(11));
  EXPECT_EQ(silence.Lasted(At(20)), seconds(11));
}

TEST(Silence, BeginsAnewWithEachByte) {
  Silence silence;
  silence.Begin(At(0));
  silence.Begin(At(1));
  // One is answered, the other still waits.
  silence.Break(At(9));
  silence.End(At(9));
  EXPECT_EQ(silence.Lasted(At(9)), seconds(0));
  EXPECT_EQ(silence.Lasted(At(13)), seconds(4));
  silence.Break(At(18));
  EXPECT_EQ(silence.Lasted(At(20)), seconds(2));
}

TEST(Silence, IsOverWithAByteForWhichNoRequestWaited) {
  Silence silence;
  silence.Begin(At(0));
  silence.End(At(5));
  silence.Break(At(6));
  EXPECT_EQ(silence.Lasted(At(7)), seconds(0));
  silence.Begin(At(8));
  EXPECT_EQ(silence.Lasted(At(10)), seconds(2));
}

}  // namespace
}  // namespace registryd
