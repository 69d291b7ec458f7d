#include "server/service/search_page.h"

#include <algorithm>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

namespace api = ::registry::v1;

api::SearchRequest Request() {
  api::SearchRequest request;
  request.set_term("nginx");
  request.set_limit(100);
  request.set_page_size(10);
  request.set_user_agent("agent");
  request.mutable_auth_config()->set_username("ann");
  request.mutable_auth_config()->set_password("CANARY");
  api::SearchFilter& filter = *request.add_filters();
  filter.set_name("stars");
  filter.set_value("3");
  api::Header& header = *request.add_headers();
  header.set_name("X-Meta");
  header.set_value("CANARY");
  return request;
}

api::SearchRepositoriesRequest V1Request() {
  api::SearchRepositoriesRequest request;
  request.set_session_id("one");
  request.set_term("nginx");
  request.set_limit(100);
  request.set_page_size(10);
  return request;
}

std::string FieldAtFault(const api::SearchRequest& request) {
  const auto page = PageIn(request);
  EXPECT_EQ(ReasonOf(page.status()), Reason::kFieldInvalid) << page.status();
  return FieldOf(page.status());
}

TEST(SearchPageTest, GoesThroughAllResults) {
  for (const int size : {1, 7, 10, 24, 25, 26}) {
    SCOPED_TRACE(size);
    api::SearchRequest request = Request();
    request.set_page_size(size);
    size_t seen = 0;
    for (int pages = 0; pages < 30; ++pages) {
      const auto page = PageIn(request);
      ASSERT_TRUE(page.ok()) << page.status();
      EXPECT_EQ(page->first, seen);
      EXPECT_EQ(page->size, static_cast<size_t>(size));
      seen = std::min<size_t>(25, seen + page->size);
      request.set_page_token(NextPageToken(request, *page, 25));
      if (request.page_token().empty()) break;
    }
    EXPECT_EQ(seen, 25u);
    EXPECT_EQ(request.page_token(), "");
  }
}

TEST(SearchPageTest, WithoutASizeThereIsOnePage) {
  api::SearchRequest request = Request();
  request.set_page_size(0);
  const auto page = PageIn(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->size, 0u);
  EXPECT_EQ(NextPageToken(request, *page, 100), "");
}

TEST(SearchPageTest, ResultsThatBecameFewerEndThePages) {
  const api::SearchRequest request = Request();
  EXPECT_NE(NextPageToken(request, {10, 10}, 21), "");
  EXPECT_EQ(NextPageToken(request, {10, 10}, 20), "");
  EXPECT_EQ(NextPageToken(request, {10, 10}, 10), "");
  EXPECT_EQ(NextPageToken(request, {10, 10}, 0), "");
}

// An index that does not look at the limit sends what it has.
TEST(SearchPageTest, ResultsBeyondTheLimitComeTooInOrder) {
  std::vector<int> results(300);
  std::iota(results.begin(), results.end(), 0);
  api::SearchRequest request = Request();
  request.set_page_size(50);
  std::vector<int> got;
  for (int pages = 1; pages <= 6; ++pages) {
    const auto page = PageIn(request);
    ASSERT_TRUE(page.ok()) << page.status();
    FillPage(results, *page, [&got](int result) { got.push_back(result); });
    request.set_page_token(NextPageToken(request, *page, results.size()));
    EXPECT_EQ(request.page_token().empty(), pages == 6) << pages;
  }
  EXPECT_EQ(got, results);
}

TEST(SearchPageTest, NegativeSize) {
  api::SearchRequest request = Request();
  request.set_page_size(-1);
  EXPECT_EQ(FieldAtFault(request), "page_size");
}

TEST(SearchPageTest, DamagedTokens) {
  api::SearchRequest request = Request();
  const std::string token = NextPageToken(request, {0, 10}, 100);
  ASSERT_FALSE(token.empty());
  for (size_t i = 0; i < token.size(); ++i) {
    std::string damaged = token;
    damaged[i] = damaged[i] == '0' ? '1' : '0';
    request.set_page_token(damaged);
    const auto page = PageIn(request);
    // Another first result is another token: the checksum is of the rest.
    if (i < 8) {
      EXPECT_TRUE(page.ok() || FieldAtFault(request) == "page_token") << i;
    } else {
      EXPECT_EQ(FieldAtFault(request), "page_token") << i;
    }
  }
  const std::string rest = token.substr(8);
  for (const std::string& foreign :
       {absl::StrCat("00000000", rest), absl::StrCat("0000000A", rest), absl::StrCat("0a", rest),
        absl::StrCat("0x00000a", rest), absl::StrCat(token, "0"), absl::StrCat(" ", token),
        token.substr(1), std::string("a"), std::string("next"), std::string(100000, '0')}) {
    request.set_page_token(foreign);
    EXPECT_EQ(FieldAtFault(request), "page_token") << foreign.substr(0, 30);
  }
}

TEST(SearchPageTest, TokensBelongToTheirSearch) {
  const struct {
    const char* name;
    std::function<void(api::SearchRequest&)> change;
  } kCases[] = {
      {"term", [](auto& r) { r.set_term("other"); }},
      {"filter", [](auto& r) { r.mutable_filters(0)->set_value("4"); }},
      {"no filter", [](auto& r) { r.clear_filters(); }},
      {"limit", [](auto& r) { r.set_limit(99); }},
      {"page size", [](auto& r) { r.set_page_size(11); }},
      {"user agent", [](auto& r) { r.set_user_agent("other"); }},
      {"header", [](auto& r) { r.mutable_headers(0)->set_name("X-Other"); }},
      {"user", [](auto& r) { r.mutable_auth_config()->set_username("bob"); }},
      {"server", [](auto& r) { r.mutable_auth_config()->set_server_address("x"); }},
      {"service credentials", [](auto& r) { r.set_service_credentials(true); }},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    api::SearchRequest request = Request();
    request.set_page_token(NextPageToken(request, {0, 10}, 100));
    ASSERT_TRUE(PageIn(request).ok());
    c.change(request);
    EXPECT_EQ(FieldAtFault(request), "page_token");
  }
}

TEST(SearchPageTest, TokensTellNothingOfSecrets) {
  api::SearchRequest request = Request();
  const std::string token = NextPageToken(request, {0, 10}, 100);
  EXPECT_THAT(token, Not(HasSubstr("CANARY")));
  request.mutable_auth_config()->set_password("other");
  request.mutable_auth_config()->set_auth("other");
  request.mutable_auth_config()->set_identity_token("other");
  request.mutable_auth_config()->set_registry_token("other");
  request.mutable_headers(0)->set_value("other");
  EXPECT_EQ(NextPageToken(request, {0, 10}, 100), token);
}

TEST(SearchPageTest, ATokenOfAV1SearchServesOtherSessions) {
  api::SearchRepositoriesRequest request = V1Request();
  request.set_page_token(NextPageToken(request, *PageIn(request), 25));
  request.set_session_id("two");
  const auto page = PageIn(request);
  ASSERT_TRUE(page.ok()) << page.status();
  EXPECT_EQ(page->first, 10u);
  const std::function<void(api::SearchRepositoriesRequest&)> kChanges[] = {
      [](auto& other) { other.set_term("redis"); },
      [](auto& other) { other.set_limit(99); },
      [](auto& other) { other.set_page_size(11); },
  };
  for (const auto& change : kChanges) {
    api::SearchRepositoriesRequest other = request;
    change(other);
    EXPECT_EQ(FieldOf(PageIn(other).status()), "page_token") << other.ShortDebugString();
  }
  // Another kind of request has other tokens.
  request.set_page_token(NextPageToken(Request(), *PageIn(Request()), 25));
  EXPECT_EQ(FieldOf(PageIn(request).status()), "page_token");
}

TEST(SearchPageTest, FillPageGivesThePagesResults) {
  const std::vector<int> results = {1, 2, 3, 4, 5};
  const struct {
    SearchPage page;
    std::vector<int> want;
  } kCases[] = {{{0, 0}, {1, 2, 3, 4, 5}}, {{0, 2}, {1, 2}}, {{2, 2}, {3, 4}}, {{4, 2}, {5}},
                {{3, 0}, {4, 5}},          {{5, 2}, {}},     {{9, 0}, {}}};
  for (const auto& c : kCases) {
    std::vector<int> got;
    FillPage(results, c.page, [&got](int result) { got.push_back(result); });
    EXPECT_EQ(got, c.want) << c.page.first << "+" << c.page.size;
  }
}

}  // namespace
}  // namespace registryd
