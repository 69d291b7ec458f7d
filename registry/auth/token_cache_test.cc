#include "registry/auth/token_cache.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'700'000'000);

TokenRequest Request() {
  Upstream upstream;
  upstream.origin = "https://registry.example";
  AuthConfig credentials;
  credentials.username = "ann";
  credentials.password = Secret(std::string("password"));
  credentials.identity_token = Secret(std::string("identity"));
  TokenRequest request;
  request.upstream = std::make_shared<const Upstream>(upstream);
  request.realm = "https://auth.example/token";
  request.service = "registry.example";
  request.scopes = {"repository:a:pull", "repository:b:pull"};
  request.credentials = std::make_shared<const AuthConfig>(credentials);
  request.caller = "uid:1000";
  return request;
}

TokenRequest WithUpstream(TokenRequest request, const std::function<void(Upstream&)>& change) {
  Upstream upstream = *request.upstream;
  change(upstream);
  request.upstream = std::make_shared<const Upstream>(std::move(upstream));
  return request;
}

TokenRequest WithCredentials(TokenRequest request, const std::function<void(AuthConfig&)>& change) {
  AuthConfig credentials = *request.credentials;
  change(credentials);
  request.credentials = std::make_shared<const AuthConfig>(std::move(credentials));
  return request;
}

// Requests that differ in one thing each, none of which may share a token.
std::vector<TokenRequest> DifferentRequests() {
  std::vector<TokenRequest> requests(14, Request());
  size_t i = 1;
  requests[i++].realm += "2";
  requests[i++].service += "2";
  requests[i++].caller += "2";
  requests[i++].scopes.pop_back();
  requests[i++].scopes = {"repository:a:pull repository:b:pull"};
  requests[i++].offline = false;
  requests[i++].force_oauth = true;
  requests[i] =
      WithUpstream(requests[i], [](Upstream& u) { u.origin = "http://registry.example"; });
  ++i;
  requests[i] = WithUpstream(requests[i], [](Upstream& u) { u.tls.insecure_skip_verify = true; });
  ++i;
  requests[i] =
      WithUpstream(requests[i], [](Upstream& u) { u.allow_plaintext_credentials = true; });
  ++i;
  requests[i] = WithCredentials(requests[i], [](AuthConfig& c) { c.username = "bob"; });
  ++i;
  requests[i] = WithCredentials(
      requests[i], [](AuthConfig& c) { c.password = Secret(std::string("passwore")); });
  ++i;
  requests[i] = WithCredentials(requests[i], [](AuthConfig& c) { c.identity_token = Secret(); });
  // Text that moved from one field to the next.
  TokenRequest moved = Request();
  moved.caller = "";
  moved.service = "uid:1000";
  requests.push_back(moved);
  return requests;
}

TEST(SecurityRow9, KeysDifferWhereAnythingDiffers) {
  std::vector<TokenKey> keys;
  for (const TokenRequest& request : DifferentRequests()) keys.emplace_back(request);
  for (size_t a = 0; a < keys.size(); ++a) {
    for (size_t b = 0; b < keys.size(); ++b) EXPECT_EQ(keys[a] == keys[b], a == b) << a << " " << b;
  }
  const absl::flat_hash_set<TokenKey> set(keys.begin(), keys.end());
  EXPECT_EQ(set.size(), keys.size());
}

TEST(TokenKey, KnowsNoOrderOfScopesAndNoUserAgent) {
  TokenRequest other = Request();
  other.scopes = {"repository:b:pull", "repository:a:pull", "repository:b:pull"};
  other.user_agent = "other/1.0";
  // Equal credentials, not the same object.
  other = WithCredentials(other, [](AuthConfig&) {});
  EXPECT_TRUE(TokenKey(Request()) == TokenKey(other));
  EXPECT_TRUE(absl::flat_hash_set<TokenKey>({TokenKey(Request())}).contains(TokenKey(other)));
}

std::shared_ptr<const TokenKey> Key(int i) {
  TokenRequest request = Request();
  request.caller = absl::StrCat("caller", i);
  return std::make_shared<const TokenKey>(request);
}

Token TokenOf(absl::string_view text) {
  Token token;
  token.access_token = Secret(text);
  return token;
}

std::string Found(TokenCache& cache, int i, absl::Time now = kNow) {
  const Token* const token = cache.Find(*Key(i), now);
  return token == nullptr ? "" : std::string(token->access_token.Reveal());
}

TEST(TokenCache, GivesATokenWithinItsTime) {
  TokenCache cache(10);
  cache.Store(Key(1), TokenOf("one"), kNow, kNow + absl::Seconds(60));
  EXPECT_EQ(Found(cache, 2), "");
  EXPECT_EQ(Found(cache, 1), "one");
  EXPECT_EQ(Found(cache, 1, kNow + absl::Seconds(60) - absl::Nanoseconds(1)), "one");
  EXPECT_EQ(Found(cache, 1, kNow + absl::Seconds(60)), "");
  EXPECT_EQ(cache.size(), 0u);
}

TEST(TokenCache, TheOldestMakeRoomForTheBytesOfANewOne) {
  const size_t size = 10'000;
  TokenCache cache(100, 3 * (size + 2000));
  for (int i = 1; i <= 3; ++i) {
    cache.Store(Key(i), TokenOf(std::string(size, 'x')), kNow, kNow + absl::Seconds(60));
  }
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_GT(cache.bytes(), 3 * size);
  EXPECT_NE(Found(cache, 1), "");
  cache.Store(Key(4), TokenOf(std::string(2 * size, 'x')), kNow, kNow + absl::Seconds(60));
  EXPECT_EQ(Found(cache, 2), "");
  EXPECT_EQ(Found(cache, 3), "");
  EXPECT_NE(Found(cache, 1), "");
  EXPECT_NE(Found(cache, 4), "");
  cache.Clear();
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(TokenCache, DoesNotKeepWhatIsVeryLarge) {
  TokenCache cache(100);
  const std::string large(TokenCache::kMaxEntryBytes, 'x');
  cache.Store(Key(1), TokenOf("one"), kNow, kNow + absl::Seconds(60));
  cache.Store(Key(2), TokenOf(large), kNow, kNow + absl::Seconds(60));
  cache.Store(Key(1), TokenOf(large), kNow, kNow + absl::Seconds(60));
  EXPECT_EQ(cache.size(), 0u);

  TokenRequest request = Request();
  request.credentials = WithCredentials(request, [&large](AuthConfig& credentials) {
                          credentials.registry_token = Secret(absl::string_view(large));
                        }).credentials;
  cache.Store(std::make_shared<const TokenKey>(request), TokenOf("one"), kNow,
              kNow + absl::Seconds(60));
  EXPECT_EQ(cache.size(), 0u);
}

TEST(TokenCache, DropsATokenOfTheFuture) {
  TokenCache cache(10);
  cache.Store(Key(1), TokenOf("one"), kNow, kNow + absl::Seconds(60));
  // Another thread may have read the clock a little earlier than the one that stored.
  EXPECT_EQ(Found(cache, 1, kNow - absl::Seconds(1)), "one");
  EXPECT_EQ(Found(cache, 1, kNow - absl::Seconds(1) - absl::Nanoseconds(1)), "");
  EXPECT_EQ(Found(cache, 1), "");
}

TEST(TokenCache, TakesNothingThatIsOverAlready) {
  TokenCache cache(10);
  cache.Store(Key(1), TokenOf("one"), kNow, kNow + absl::Seconds(60));
  cache.Store(Key(1), TokenOf("two"), kNow, kNow);
  EXPECT_EQ(cache.size(), 0u);
}

TEST(TokenCache, ReplacesAToken) {
  TokenCache cache(1);
  cache.Store(Key(1), TokenOf("one"), kNow, kNow + absl::Seconds(60));
  cache.Store(Key(1), TokenOf("two"), kNow, kNow + absl::Seconds(60));
  EXPECT_EQ(cache.size(), 1u);
  EXPECT_EQ(Found(cache, 1), "two");
}

TEST(TokenCache, DropsTheLeastRecentlyUsed) {
  TokenCache cache(3);
  for (int i = 1; i <= 3; ++i) {
    cache.Store(Key(i), TokenOf(absl::StrCat(i)), kNow, kNow + absl::Seconds(60));
  }
  EXPECT_EQ(Found(cache, 1), "1");
  cache.Store(Key(4), TokenOf("4"), kNow, kNow + absl::Seconds(60));
  EXPECT_EQ(cache.size(), 3u);
  EXPECT_EQ(Found(cache, 2), "");
  EXPECT_EQ(Found(cache, 1), "1");
  EXPECT_EQ(Found(cache, 3), "3");
  EXPECT_EQ(Found(cache, 4), "4");
}

TEST(TokenCache, HoldsNoMoreThanItMay) {
  TokenCache none(0);
  TokenCache some(100);
  for (int i = 0; i < 1000; ++i) {
    none.Store(Key(i), TokenOf("x"), kNow, kNow + absl::Seconds(60));
    some.Store(Key(i), TokenOf("x"), kNow, kNow + absl::Seconds(60));
    EXPECT_EQ(none.size(), 0u);
    EXPECT_LE(some.size(), 100u);
  }
  some.Clear();
  EXPECT_EQ(some.size(), 0u);
  EXPECT_EQ(Found(some, 999), "");
}

}  // namespace
}  // namespace registryd
