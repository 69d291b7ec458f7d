#include "registry/net/http_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

HttpResponseHead Head() {
  return {401,
          {{"Www-Authenticate", "Bearer"}, {"content-type", ""}, {"WWW-AUTHENTICATE", "Basic"}}};
}

TEST(HttpResponseHeadTest, FindGivesTheFirstWhateverTheCase) {
  const HttpResponseHead head = Head();
  EXPECT_EQ(head.Find("WWW-Authenticate"), "Bearer");
  EXPECT_EQ(head.Find("www-authenticate"), "Bearer");
}

TEST(HttpResponseHeadTest, FindTellsEmptyFromMissing) {
  const HttpResponseHead head = Head();
  EXPECT_EQ(head.Find("Content-Type"), "");
  EXPECT_EQ(head.Find("Content"), std::nullopt);
  EXPECT_EQ(head.Find(""), std::nullopt);
}

TEST(HttpResponseHeadTest, FindAllKeepsTheOrder) {
  const HttpResponseHead head = Head();
  EXPECT_THAT(head.FindAll("www-authenticate"), ElementsAre("Bearer", "Basic"));
  EXPECT_THAT(head.FindAll("location"), IsEmpty());
}

}  // namespace
}  // namespace registryd
