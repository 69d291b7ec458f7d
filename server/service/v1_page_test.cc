#include "server/service/v1_page.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

namespace api = ::registry::v1;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Entries = std::map<std::string, int>;

api::GetRemoteTagsRequest Request(int page_size) {
  api::GetRemoteTagsRequest request;
  request.set_session_id("one");
  request.add_registries("https://r.example/v1/");
  request.set_repository("r.example/a/b");
  request.set_page_size(page_size);
  return request;
}

// The names on the page of `request`, which is made to ask for the next.
std::vector<std::string> Turn(const Entries& entries, api::GetRemoteTagsRequest& request) {
  std::vector<std::string> names;
  const auto page = PageIn(request);
  EXPECT_TRUE(page.ok()) << page.status();
  if (!page.ok()) return names;
  request.set_page_token(
      FillPage(entries, *page, [&names](const auto& entry) { names.push_back(entry.first); }));
  return names;
}

TEST(V1PageTest, PagesFollowEachOther) {
  const Entries entries = {{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}, {"e", 5}};
  api::GetRemoteTagsRequest request = Request(2);
  EXPECT_THAT(Turn(entries, request), ElementsAre("a", "b"));
  EXPECT_THAT(Turn(entries, request), ElementsAre("c", "d"));
  EXPECT_THAT(Turn(entries, request), ElementsAre("e"));
  EXPECT_EQ(request.page_token(), "");
}

TEST(V1PageTest, AFullPageThatIsTheLastHasNoToken) {
  const Entries entries = {{"a", 1}, {"b", 2}};
  api::GetRemoteTagsRequest request = Request(2);
  EXPECT_THAT(Turn(entries, request), ElementsAre("a", "b"));
  EXPECT_EQ(request.page_token(), "");
  EXPECT_THAT(Turn({}, request), IsEmpty());
  EXPECT_EQ(request.page_token(), "");
}

TEST(V1PageTest, EntriesThatComeOrGoMoveNoOthers) {
  api::GetRemoteTagsRequest request = Request(2);
  EXPECT_THAT(Turn({{"b", 1}, {"d", 2}, {"e", 3}}, request), ElementsAre("b", "d"));
  EXPECT_THAT(Turn({{"a", 0}, {"b", 1}, {"c", 0}, {"e", 3}}, request), ElementsAre("e"));
}

TEST(V1PageTest, ANameMayBeAnyText) {
  const Entries entries = {{"", 1}, {"\x01/\n", 2}, {"\xc3\xa9", 3}};
  api::GetRemoteTagsRequest request = Request(1);
  EXPECT_THAT(Turn(entries, request), ElementsAre(""));
  EXPECT_THAT(Turn(entries, request), ElementsAre("\x01/\n"));
  EXPECT_THAT(Turn(entries, request), ElementsAre("\xc3\xa9"));
}

TEST(V1PageTest, SizesAreBounded) {
  const struct {
    int asked;
    size_t size;
  } kCases[] = {{0, 1000}, {1, 1}, {10'000, 10'000}, {10'001, 10'000}, {2'000'000'000, 10'000}};
  for (const auto& c : kCases) EXPECT_EQ(PageIn(Request(c.asked))->size, c.size) << c.asked;
  EXPECT_EQ(FieldOf(PageIn(Request(-1)).status()), "page_size");
  api::GetRepositoryDataRequest images;
  images.set_page_size(-1);
  EXPECT_EQ(FieldOf(PageIn(images).status()), "page_size");
}

TEST(V1PageTest, ATokenBelongsToItsRequest) {
  api::GetRemoteTagsRequest request = Request(1);
  Turn({{"a", 1}, {"b", 2}}, request);
  const std::string token = request.page_token();

  api::GetRemoteTagsRequest other_session = request;
  other_session.set_session_id("two");
  EXPECT_TRUE(PageIn(other_session).ok());

  api::GetRemoteTagsRequest other_size = request;
  other_size.set_page_size(2);
  api::GetRemoteTagsRequest other_repository = request;
  other_repository.set_repository("r.example/a/c");
  api::GetRemoteTagsRequest other_registry = request;
  other_registry.add_registries("https://s.example/v1/");
  std::vector<api::GetRemoteTagsRequest> refused = {other_size, other_repository, other_registry};
  for (const std::string& bad : {token.substr(0, 15), absl::StrCat(token, "!"), std::string("x"),
                                 absl::StrCat("0", token.substr(1), "=A")}) {
    refused.push_back(request);
    refused.back().set_page_token(bad);
  }
  for (const auto& question : refused) {
    const absl::Status status = PageIn(question).status();
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid) << question.ShortDebugString();
    EXPECT_EQ(FieldOf(status), "page_token");
  }
}

}  // namespace
}  // namespace registryd
