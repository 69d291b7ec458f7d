#include "registry/uri/url_query.h"

#include <gtest/gtest.h>

#include <string>

namespace registryd {
namespace {

TEST(QueryEscapeTest, LeavesOnlyUnreservedCharactersAlone) {
  EXPECT_EQ(QueryEscape("azAZ09-_.~"), "azAZ09-_.~");
  EXPECT_EQ(QueryEscape("repository:a/b:pull,push"), "repository%3Aa%2Fb%3Apull%2Cpush");
  EXPECT_EQ(QueryEscape("a b+c"), "a+b%2Bc");
  EXPECT_EQ(QueryEscape("\xc3\xa9\n&=;%"), "%C3%A9%0A%26%3D%3B%25");
  EXPECT_EQ(QueryEscape(""), "");
}

TEST(UrlQueryTest, EncodesByNameAndInOrder) {
  UrlQuery query;
  query.Add("service", "registry.example");
  query.Add("scope", "b");
  query.Add("scope", "a");
  query.Add("account", "");
  EXPECT_EQ(query.Encode(), "account=&scope=b&scope=a&service=registry.example");
}

TEST(UrlQueryTest, SetReplaces) {
  UrlQuery query = UrlQuery::Parse("a=1&a=2&b=3");
  query.Set("a", "4");
  query.Set("c", "5");
  EXPECT_EQ(query.Encode(), "a=4&b=3&c=5");
}

TEST(UrlQueryTest, EmptyIsEmpty) {
  EXPECT_EQ(UrlQuery().Encode(), "");
  EXPECT_EQ(UrlQuery::Parse("").Encode(), "");
}

TEST(UrlQueryTest, ParsesAsGoDoes) {
  EXPECT_EQ(UrlQuery::Parse("b=2&a=1&a=0").Encode(), "a=1&a=0&b=2");
  EXPECT_EQ(UrlQuery::Parse("a=b=c").Encode(), "a=b%3Dc");
  EXPECT_EQ(UrlQuery::Parse("a").Encode(), "a=");
  EXPECT_EQ(UrlQuery::Parse("=a").Encode(), "=a");
  EXPECT_EQ(UrlQuery::Parse("&&a=1&").Encode(), "a=1");
  EXPECT_EQ(UrlQuery::Parse("a=x+y%20z%2B").Encode(), "a=x+y+z%2B");
}

TEST(UrlQueryTest, LeavesOutWhatMakesNoSense) {
  EXPECT_EQ(UrlQuery::Parse("a=1;b=2&c=3").Encode(), "c=3");
  EXPECT_EQ(UrlQuery::Parse("a=%zz&b=%&c=3").Encode(), "c=3");
  EXPECT_EQ(UrlQuery::Parse("%zz=a&c=3").Encode(), "c=3");
}

}  // namespace
}  // namespace registryd
