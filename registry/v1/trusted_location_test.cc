#include "registry/v1/trusted_location.h"

#include "gtest/gtest.h"

namespace registryd {
namespace {

struct Case {
  const char* url;
  bool trusted;
};

TEST(TrustedLocation, IsDockersOwnByHttps) {
  for (const Case& c : {
           Case{"https://docker.com/", true},
           Case{"https://docker.io", true},
           Case{"https://index.docker.io/v1/", true},
           Case{"https://a.b.docker.com:8443/x", true},
           Case{"HTTPS://index.docker.io/", true},
           Case{"http://index.docker.io/v1/", false},
           Case{"https://notdocker.io/", false},
           Case{"https://docker.io.evil.example/", false},
           Case{"https://evil.example/docker.io", false},
           Case{"https://docker.io.", false},
           Case{"https://INDEX.DOCKER.IO/", false},
           Case{"https://[::1]:443/", false},
           Case{"docker.io", false},
       }) {
    const auto url = Url::Parse(c.url);
    ASSERT_TRUE(url.ok()) << c.url;
    EXPECT_EQ(IsTrustedLocation(*url), c.trusted) << c.url;
  }
}

}  // namespace
}  // namespace registryd
