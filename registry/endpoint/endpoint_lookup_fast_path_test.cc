// What a look-up costs when everything about its host is known: the memory of its
// answer, and nothing else. Counts every allocation of this process.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/attributes.h"
#include "absl/status/statusor.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/cancellation.h"
#include "registry/config/service_config.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/net/dns_resolver.h"
#include "registry/net/ip_address.h"
#include "registry/reference/reference.h"
#include "registry/tls/certificate_store.h"
#include "registry/tls/host_certificates.h"

namespace {

thread_local int allocations = 0;

}  // namespace

// Not inlined: the compiler would see malloc and free instead of a matching pair.
ABSL_ATTRIBUTE_NOINLINE void* operator new(size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  std::abort();
}
ABSL_ATTRIBUTE_NOINLINE void operator delete(void* memory) noexcept { std::free(memory); }
ABSL_ATTRIBUTE_NOINLINE void operator delete(void* memory, size_t) noexcept { std::free(memory); }

namespace registryd {
namespace {

// Knows one answer, and takes any wait for a fault.
class CachedDnsResolver : public DnsResolver {
 public:
  void Resolve(absl::string_view host, const CallContext&, Callback) override {
    ADD_FAILURE() << "waits for the addresses of " << host;
  }
  DnsAnswer Cached(absl::string_view, bool*) override {
    ++asked;
    return answer_;
  }
  int asked = 0;

 private:
  const DnsAnswer answer_ =
      std::make_shared<const std::vector<IpAddress>>(1, *IpAddress::Parse("10.1.2.3"));
};

class CachedCertificateStore : public CertificateStore {
 public:
  void Get(absl::string_view host, const CallContext&, Callback) override {
    ADD_FAILURE() << "waits for the certificates of " << host;
  }
  std::shared_ptr<const Answer> Cached(absl::string_view) override { return answer_; }

 private:
  const std::shared_ptr<const Answer> answer_ =
      std::make_shared<const Answer>(std::make_shared<const HostCertificates>());
};

class FastPathTest : public ::testing::Test {
 protected:
  static EndpointLookup::Config Config(ServiceOptions options,
                                       InsecureMatch match = InsecureMatch::kStrict) {
    return *ServiceConfig::Create(std::move(options), match);
  }

  // Allocations of the second of two equal look-ups; the first may make statics.
  template <typename Method, typename Subject>
  int Cost(Method method, const EndpointLookup::Config& config, const Subject& subject) {
    int cost = 0;
    for (int i = 0; i < 2; ++i) {
      Subject copy = subject;
      bool called = false;
      const int before = allocations;
      (lookup_.*method)(config, std::move(copy), CallContext(), [&called](auto result) {
        called = true;
        EXPECT_TRUE(result.ok());
      });
      cost = allocations - before;
      EXPECT_TRUE(called);
    }
    return cost;
  }

  CachedDnsResolver resolver_;
  CachedCertificateStore certificates_;
  EndpointLookup lookup_{resolver_, certificates_};
};

const absl::string_view kPrivate = "registry.example.com:5000";

// The list and the URL.
TEST_F(FastPathTest, PrivateHostCostsItsListAndUrl) {
  EXPECT_EQ(Cost(&EndpointLookup::Pull, Config({}), kPrivate), 2);
  EXPECT_EQ(Cost(&EndpointLookup::Push, Config({}), kPrivate), 2);
}

TEST_F(FastPathTest, InsecureHostCostsItsListAndTwoUrls) {
  const auto config = Config({{}, {}, {"10.0.0.0/8"}});
  EXPECT_EQ(Cost(&EndpointLookup::Pull, config, kPrivate), 3);
}

// Its URLs are those of the configuration.
TEST_F(FastPathTest, DockerHubCostsItsList) {
  const auto config =
      Config({{}, {"https://mirror-1.example.com", "https://mirror-2.example.com"}, {}});
  EXPECT_EQ(Cost(&EndpointLookup::Pull, config, absl::string_view("docker.io")), 1);
  EXPECT_EQ(Cost(&EndpointLookup::Push, config, absl::string_view("docker.io")), 1);
}

TEST_F(FastPathTest, TlsConfigCostsNothing) {
  EXPECT_EQ(Cost(&EndpointLookup::GetTlsConfig, Config({}), kPrivate), 0);
}

TEST_F(FastPathTest, OthersCostTheirText) {
  EXPECT_LE(Cost(&EndpointLookup::IsInsecure, Config({}), kPrivate), 1);
  EXPECT_LE(Cost(&EndpointLookup::ResolveIndex, Config({}), kPrivate), 1);
  // The name of the index.
  const Reference reference = *Reference::Parse("registry.example.com:5000/team/app:1");
  EXPECT_LE(Cost(&EndpointLookup::ResolveRepository, Config({}), reference), 1);
}

TEST_F(FastPathTest, NoNameIsResolvedWithoutABlock) {
  const auto config = Config({{"a.com"}, {"https://mirror.example.com"}, {"b.com", "10.0.0.1"}});
  for (const absl::string_view host :
       {kPrivate, absl::string_view("docker.io"), absl::string_view("localhost"),
        absl::string_view("b.com")}) {
    Cost(&EndpointLookup::Pull, config, host);
    Cost(&EndpointLookup::IsInsecure, config, host);
  }
  EXPECT_EQ(resolver_.asked, 0);
  Cost(&EndpointLookup::Pull, Config({{}, {}, {"10.0.0.0/8"}}), kPrivate);
  EXPECT_GT(resolver_.asked, 0);
  const int before = resolver_.asked;
  Cost(&EndpointLookup::Pull, Config({}, InsecureMatch::kCompatible), kPrivate);
  EXPECT_GT(resolver_.asked, before);
}

}  // namespace
}  // namespace registryd
