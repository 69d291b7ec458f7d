// The libraries that are built here are the ones that were meant, and live
// together in one process: gRPC and curl over the same BoringSSL.
#include <curl/curl.h>
#include <grpcpp/grpcpp.h>
#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

TEST(CurlTest, IsBuiltOverBoringSslWithHttpAlone) {
  const curl_version_info_data* info = curl_version_info(CURLVERSION_NOW);
  EXPECT_THAT(info->version, StartsWith("7.88.1"));
  ASSERT_NE(info->ssl_version, nullptr);
  EXPECT_THAT(info->ssl_version, StartsWith("BoringSSL"));
  EXPECT_TRUE(info->features & CURL_VERSION_HTTP2);
  EXPECT_TRUE(info->features & CURL_VERSION_LIBZ);
  EXPECT_TRUE(info->features & CURL_VERSION_IPV6);
  EXPECT_TRUE(info->features & CURL_VERSION_ASYNCHDNS);
  EXPECT_TRUE(info->features & CURL_VERSION_THREADSAFE);
  std::vector<std::string> protocols;
  for (const char* const* name = info->protocols; *name != nullptr; ++name) {
    protocols.push_back(*name);
  }
  EXPECT_THAT(protocols, ElementsAre("http", "https"));
}

TEST(CurlTest, MakesAHandleWithATlsContext) {
  CURL* handle = curl_easy_init();
  ASSERT_NE(handle, nullptr);
  EXPECT_EQ(curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, nullptr), CURLE_OK);
  curl_easy_cleanup(handle);
}

TEST(GrpcTest, IsThePinnedVersionAndStarts) {
  EXPECT_EQ(grpc::Version(), "1.51.1");
  grpc::ServerBuilder builder;
  grpc::SslServerCredentialsOptions options;
  options.pem_key_cert_pairs.push_back({"not a key", "not a certificate"});
  // Secure credentials are there: a build without them would not link.
  EXPECT_NE(grpc::SslServerCredentials(options), nullptr);
  EXPECT_NE(grpc::InsecureServerCredentials(), nullptr);
}

TEST(BoringSslTest, IsTheTlsLibrary) {
  EXPECT_THAT(SSLeay_version(SSLEAY_VERSION), StartsWith("BoringSSL"));
  EXPECT_NE(TLS_method(), nullptr);
}

}  // namespace
}  // namespace registryd
