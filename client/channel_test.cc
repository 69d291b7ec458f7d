#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/registry_client.h"
#include "client/testing/certificates.h"
#include "client/testing/temporary_folder.h"
#include "gmock/gmock.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/server.h"
#include "grpcpp/server_builder.h"
#include "gtest/gtest.h"
#include "registry/v1/registry_service.grpc.pb.h"

namespace registryd::client {
namespace {

// Tells the caller its `User-Agent`.
class EchoService final : public v1::RegistryService::Service {
 private:
  grpc::Status ConvertToHostname(grpc::ServerContext* context, const v1::ConvertToHostnameRequest*,
                                 v1::ConvertToHostnameResponse* response) override {
    const auto agent = context->client_metadata().find("user-agent");
    if (agent != context->client_metadata().end()) {
      response->set_hostname(std::string(agent->second.data(), agent->second.size()));
    }
    return grpc::Status::OK;
  }
};

// A server on loopback that wants client certificates.
class TlsChannelTest : public ::testing::Test {
 protected:
  TlsChannelTest() {
    grpc::SslServerCredentialsOptions options(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
    options.pem_root_certs = kAuthority;
    options.pem_key_cert_pairs = {{kServerKey, kServerCertificate}};
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::SslServerCredentials(options), &port_);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
  }

  TlsOptions GoodTls() const {
    return {folder_.Write("ca.pem", kAuthority), folder_.Write("client.pem", kClientCertificate),
            folder_.Write("client.key", kClientKey), "server.test.example"};
  }

  absl::StatusOr<v1::ConvertToHostnameResponse> Call(std::optional<TlsOptions> tls) const {
    ClientOptions options;
    options.address = absl::StrCat("127.0.0.1:", port_);
    options.tls = std::move(tls);
    options.user_agent = "tester/1";
    const auto client = RegistryClient::Create(options);
    if (!client.ok()) return client.status();
    return (*client)->ConvertToHostname({});
  }

  TemporaryFolder folder_;
  EchoService service_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(TlsChannelTest, ConnectsWithTheRightFiles) {
  const auto response = Call(GoodTls());
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->hostname().rfind("tester/1 ", 0), 0u) << response->hostname();
}

TEST_F(TlsChannelTest, RefusesAnotherName) {
  TlsOptions tls = GoodTls();
  tls.server_name = "other.test.example";
  EXPECT_EQ(Call(tls).status().code(), absl::StatusCode::kUnavailable);
  tls.server_name = "";
  EXPECT_EQ(Call(tls).status().code(), absl::StatusCode::kUnavailable) << "not 127.0.0.1 either";
}

TEST_F(TlsChannelTest, RefusesAnotherAuthority) {
  TlsOptions tls = GoodTls();
  tls.ca_file = "";
  EXPECT_EQ(Call(tls).status().code(), absl::StatusCode::kUnavailable) << "the system's";
}

TEST_F(TlsChannelTest, RefusesFilesThatCannotBeUsed) {
  const std::string damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const struct {
    std::string TlsOptions::*option;
    std::string content;
    const char* error;
  } cases[] = {
      {&TlsOptions::ca_file, damaged, "ca_file: .*number 1 cannot be read"},
      {&TlsOptions::ca_file, kAuthority + damaged, "ca_file: .*number 2 cannot be read"},
      {&TlsOptions::ca_file, kClientKey, "ca_file: .*holds no certificate"},
      {&TlsOptions::cert_file, damaged, "cert_file: .*number 1 cannot be read"},
      {&TlsOptions::cert_file, kClientKey, "cert_file: .*holds no certificate"},
      {&TlsOptions::key_file, kClientCertificate, "key_file: .*holds no private key"},
      {&TlsOptions::key_file, kServerKey, "key_file: .*is not the certificate's key"},
  };
  for (const auto& test : cases) {
    TlsOptions tls = GoodTls();
    tls.*test.option = folder_.Write("bad.pem", test.content);
    const absl::Status status = Call(tls).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << test.error;
    EXPECT_THAT(std::string(status.message()), ::testing::ContainsRegex(test.error));
  }
}

TEST_F(TlsChannelTest, IsRefusedWithoutACertificate) {
  TlsOptions tls = GoodTls();
  tls.cert_file = tls.key_file = "";
  EXPECT_EQ(Call(tls).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(TlsChannelTest, PlainTextIsRefused) {
  EXPECT_EQ(Call(std::nullopt).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace registryd::client
