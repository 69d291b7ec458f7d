#include "client/registryctl/lookup_target.h"

#include "gtest/gtest.h"

namespace registryd::registryctl {
namespace {

TEST(LooksLikeHostnameTest, TellsHostsFromReferences) {
  for (const char* const host :
       {"docker.io", "localhost", "localhost:5000", "registry.example.com:5000", "127.0.0.1",
        "127.0.0.1:5000", "[::1]", "[::1]:5000", "example.com:"}) {
    EXPECT_TRUE(LooksLikeHostname(host)) << host;
  }
  for (const char* const reference :
       {"", "ubuntu", "ubuntu:22.04", "redis:7", "a/b", "docker.io/a", "localhost/a",
        "localhost:5000/a", "my.image:latest", "ubuntu@sha256:0123", "example.com@sha256:0123"}) {
    EXPECT_FALSE(LooksLikeHostname(reference)) << reference;
  }
}

}  // namespace
}  // namespace registryd::registryctl
