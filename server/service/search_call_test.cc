#include <functional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/service/upstream_call_fixture.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

class SearchCallTest : public UpstreamCallTest {
 protected:
  static constexpr char kUrl[] = "https://index.docker.io/v1/search?q=nginx&n=25";
  static constexpr char kResults[] = R"({"results": [
      {"name": "a", "star_count": 9999999999, "is_official": true, "description": "x"},
      {"name": "b", "star_count": -9999999999},
      {"name": "c", "star_count": 3, "is_automated": true}]})";

  void Find(int times = 1) {
    for (int i = 0; i < times; ++i) registry().Reply("GET", kUrl, Answer(200, {}, kResults));
  }

  static api::SearchRequest Request() {
    api::SearchRequest request;
    request.set_term("nginx");
    return request;
  }
};

TEST_F(SearchCallTest, Finds) {
  Find();
  const auto response = Ask(&Stub::Search, Request());
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->results(), SizeIs(3));
  EXPECT_EQ(response->results(0).name(), "a");
  EXPECT_EQ(response->results(0).star_count(), 2147483647);
  EXPECT_TRUE(response->results(0).is_official());
  EXPECT_EQ(response->results(0).description(), "x");
  EXPECT_EQ(response->results(1).star_count(), -2147483648);
  EXPECT_FALSE(response->results(2).is_automated());
  EXPECT_EQ(response->next_page_token(), "");
  EXPECT_EQ(Observed().registry, "docker.io");
  EXPECT_FALSE(Observed().used_credentials);
}

TEST_F(SearchCallTest, Filters) {
  Find();
  api::SearchRequest request = Request();
  api::SearchFilter& filter = *request.add_filters();
  filter.set_name("stars");
  filter.set_value("3");
  const auto response = Ask(&Stub::Search, request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->results(), SizeIs(2));
  EXPECT_EQ(response->results(1).name(), "c");
}

TEST_F(SearchCallTest, Pages) {
  Find(2);
  api::SearchRequest request = Request();
  request.set_page_size(2);
  const auto first = Ask(&Stub::Search, request);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_THAT(first->results(), SizeIs(2));
  request.set_page_token(first->next_page_token());
  const auto second = Ask(&Stub::Search, request);
  ASSERT_TRUE(second.ok()) << second.status();
  ASSERT_THAT(second->results(), SizeIs(1));
  EXPECT_EQ(second->results(0).name(), "c");
  EXPECT_EQ(second->next_page_token(), "");
}

TEST_F(SearchCallTest, NothingIsSentOfWhatCannotBe) {
  const struct {
    const char* name;
    std::function<void(api::SearchRequest&)> change;
    const char* failure;
  } kCases[] = {
      {"page size", [](auto& r) { r.set_page_size(-1); }, "FIELD_INVALID page_size"},
      {"page token", [](auto& r) { r.set_page_token("x"); }, "FIELD_INVALID page_token"},
      {"user agent", [](auto& r) { r.set_user_agent("a\nb"); }, "FIELD_INVALID user_agent"},
      {"header's value",
       [](auto& r) {
         auto& header = *r.add_headers();
         header.set_name("X-Meta");
         header.set_value("CANARY\r\nX-Other: a");
       },
       "FIELD_INVALID headers[0]"},
      {"header's name", [](auto& r) { r.add_headers()->set_name("a b"); },
       "FIELD_INVALID headers[0]"},
      {"own header",
       [](auto& r) {
         r.add_headers()->set_name("X-Meta");
         r.add_headers()->set_name("authorization");
       },
       "FIELD_INVALID headers[1]"},
      {"filter", [](auto& r) { r.add_filters()->set_name("label"); }, "FIELD_INVALID filters[0]"},
      {"scheme", [](auto& r) { r.set_term("https://registry.example/x"); }, "FIELD_INVALID term"},
      {"index", [](auto& r) { r.set_term("-bad.example/x"); }, "INDEX_NAME_INVALID term"},
      {"auth", [](auto& r) { r.mutable_auth_config()->set_auth("CANARY"); },
       "FIELD_INVALID auth_config.auth"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    api::SearchRequest request = Request();
    c.change(request);
    const absl::Status status = Ask(&Stub::Search, request).status();
    EXPECT_EQ(Failure(status), absl::StrCat("INVALID_ARGUMENT ", c.failure)) << status;
    EXPECT_THAT(status.ToString(absl::StatusToStringMode::kWithEverything),
                Not(HasSubstr("CANARY")));
  }
  EXPECT_THAT(registry().requests(), IsEmpty());
}

TEST_F(SearchCallTest, CarriesCredentials) {
  Find();
  api::SearchRequest request = Request();
  request.mutable_auth_config()->set_username("ann");
  request.mutable_auth_config()->set_password("s3cret");
  ASSERT_TRUE(Ask(&Stub::Search, request).ok());
  EXPECT_EQ(AuthorizationOf(registry().requests().back()),
            absl::StrCat("Basic ", absl::Base64Escape("ann:s3cret")));
  EXPECT_TRUE(Observed().used_credentials);
}

TEST_F(SearchCallTest, TheServicesOwnCredentialsAreForAdmins) {
  api::SearchRequest request = Request();
  request.set_service_credentials(true);
  EXPECT_EQ(Failure(Ask(&Stub::Search, request).status()), "PERMISSION_DENIED ADMIN_REQUIRED ");
  EXPECT_TRUE(Observed().used_credentials);
  server_->SetCaller(Role::kAdmin, /*channel_private=*/false);
  Find();
  const auto response = Ask(&Stub::Search, request);
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(AuthorizationOf(registry().requests().back()),
            absl::StrCat("Basic ", absl::Base64Escape("service:hub")));
  request.set_term("https://registry.example/x");
  EXPECT_EQ(Failure(Ask(&Stub::Search, request).status()), "INVALID_ARGUMENT FIELD_INVALID term");
}

TEST_F(SearchCallTest, TheCallersDoingEndsTheWork) {
  server_->resolver().fake().Hold();
  grpc::ClientContext context;
  const api::SearchRequest request = Request();
  api::SearchResponse response;
  absl::Notification done;
  server_->registry().async()->Search(&context, &request, &response,
                                      [&](grpc::Status) { done.Notify(); });
  server_->resolver().AwaitQueries(1);
  context.TryCancel();
  done.WaitForNotification();
  server_->observer().AwaitCalls(1);
  EXPECT_EQ(ReasonOf(Observed().status), Reason::kCancelled);
}

}  // namespace
}  // namespace registryd
