#include "server/listen/caller_identity.h"

#include <grpc/grpc_security_constants.h>

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "server/listen/peer_properties.h"

namespace registryd {
namespace {

constexpr char kType[] = GRPC_TRANSPORT_SECURITY_TYPE_PROPERTY_NAME;
constexpr char kPem[] = GRPC_X509_PEM_CERT_PROPERTY_NAME;
constexpr char kSubject[] = GRPC_X509_SUBJECT_PROPERTY_NAME;
constexpr char kUri[] = GRPC_PEER_URI_PROPERTY_NAME;
constexpr char kDns[] = GRPC_PEER_DNS_PROPERTY_NAME;
constexpr char kEmail[] = GRPC_PEER_EMAIL_PROPERTY_NAME;
constexpr char kIp[] = GRPC_PEER_IP_PROPERTY_NAME;

using Properties = std::vector<std::pair<std::string, std::string>>;

class NoProperty : public grpc::AuthPropertyIterator {};

class FakeAuthContext : public grpc::AuthContext {
 public:
  explicit FakeAuthContext(Properties properties) : properties_(std::move(properties)) {}

  bool IsPeerAuthenticated() const override { return false; }
  std::vector<grpc::string_ref> GetPeerIdentity() const override { return {}; }
  std::string GetPeerIdentityPropertyName() const override { return ""; }
  std::vector<grpc::string_ref> FindPropertyValues(const std::string& name) const override {
    std::vector<grpc::string_ref> values;
    for (const auto& property : properties_) {
      if (property.first == name) {
        values.emplace_back(property.second.data(), property.second.size());
      }
    }
    return values;
  }
  grpc::AuthPropertyIterator begin() const override { return NoProperty(); }
  grpc::AuthPropertyIterator end() const override { return NoProperty(); }
  void AddProperty(const std::string&, const grpc::string_ref&) override {}
  bool SetPeerIdentityPropertyName(const std::string&) override { return false; }

 private:
  const Properties properties_;
};

struct Case {
  const char* name;
  Properties properties;
  std::string peer;
  Role role;
  std::string id;
  bool channel_private;
};

class IdentifyCallerTest : public ::testing::TestWithParam<Case> {};

TEST_P(IdentifyCallerTest, TellsWhoItIs) {
  CallerPolicy policy;
  policy.own_uid = 990;
  policy.admin_sans = {"spiffe://fleet/admin", "admin.fleet.example", "admin@fleet.example",
                       "10.0.0.1"};
  const FakeAuthContext auth(GetParam().properties);
  const CallerIdentity caller = IdentifyCaller(&auth, GetParam().peer, policy);
  EXPECT_EQ(caller.role, GetParam().role);
  EXPECT_EQ(caller.id, GetParam().id);
  EXPECT_EQ(caller.channel_private, GetParam().channel_private);
}

Properties Unix(const std::string& uid) {
  return {{kType, kUnixTransport},
          {kPeerUidProperty, uid},
          {kPeerGidProperty, "0"},
          {kPeerPidProperty, "1"}};
}

Properties Tls(Properties more) {
  more.emplace_back(kType, "tls");
  return more;
}

Properties Certificate(Properties more) {
  more.emplace_back(kPem, "PEM");
  return Tls(std::move(more));
}

constexpr Role kReader = Role::kReader;
constexpr Role kAdmin = Role::kAdmin;

INSTANTIATE_TEST_SUITE_P(
    Unix, IdentifyCallerTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"Root", Unix("0"), "unix:", kAdmin, "uid:0", true},
        {"OwnUser", Unix("990"), "unix:", kAdmin, "uid:990", true},
        {"Other", Unix("1000"), "unix:", kReader, "uid:1000", true},
        {"Overflow", Unix("65534"), "unix:", kReader, "uid:65534", true},
        {"Highest", Unix("4294967295"), "unix:", kReader, "uid:4294967295", true},
        {"WithoutUid", {{kType, kUnixTransport}}, "unix:", kReader, "unknown", false},
        {"EmptyUid", Unix(""), "unix:", kReader, "unknown", false},
        {"UidTooLarge", Unix("4294967296"), "unix:", kReader, "unknown", false},
        {"TwoUids",
         {{kType, kUnixTransport}, {kPeerUidProperty, "0"}, {kPeerUidProperty, "1"}},
         "unix:",
         kReader,
         "unknown",
         false},
    }),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Tls, IdentifyCallerTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"WithoutCertificate", Tls({}), "ipv4:127.0.0.1:1", kReader, "tls", false},
        // Names that no certificate vouches for are worth nothing.
        {"NamesWithoutCertificate", Tls({{kUri, "spiffe://fleet/admin"}}), "ipv4:10.0.0.1:1",
         kReader, "tls", false},
        {"Uri", Certificate({{kUri, "spiffe://fleet/node"}}), "ipv4:10.0.0.1:1", kReader,
         "san:spiffe://fleet/node", true},
        {"Dns", Certificate({{kDns, "node.example"}}), "", kReader, "san:node.example", true},
        {"Email", Certificate({{kEmail, "a@b.example"}}), "", kReader, "san:a@b.example", true},
        {"Ip", Certificate({{kIp, "10.0.0.2"}}), "", kReader, "san:10.0.0.2", true},
        {"UriBeforeDns", Certificate({{kDns, "node.example"}, {kUri, "spiffe://n"}}), "", kReader,
         "san:spiffe://n", true},
        {"AdminUri", Certificate({{kUri, "spiffe://fleet/admin"}}), "", kAdmin,
         "san:spiffe://fleet/admin", true},
        {"AdminDns", Certificate({{kDns, "admin.fleet.example"}}), "", kAdmin,
         "san:admin.fleet.example", true},
        {"AdminEmail", Certificate({{kEmail, "admin@fleet.example"}}), "", kAdmin,
         "san:admin@fleet.example", true},
        {"AdminIp", Certificate({{kIp, "10.0.0.1"}}), "", kAdmin, "san:10.0.0.1", true},
        {"AdminByAnyName", Certificate({{kUri, "spiffe://n"}, {kDns, "admin.fleet.example"}}), "",
         kAdmin, "san:spiffe://n", true},
        {"NotByPrefix", Certificate({{kUri, "spiffe://fleet/admin/x"}}), "", kReader,
         "san:spiffe://fleet/admin/x", true},
        {"NotByCase", Certificate({{kDns, "ADMIN.fleet.example"}}), "", kReader,
         "san:ADMIN.fleet.example", true},
        {"NotUpToNul", Certificate({{kDns, std::string("admin.fleet.example\0.evil", 25)}}), "",
         kReader, "san:admin.fleet.example\\000.evil", true},
        {"NotBySubject", Certificate({{kSubject, "admin.fleet.example"}}), "", kReader,
         "subject:admin.fleet.example", true},
        {"NotByCommonName", Certificate({{GRPC_X509_CN_PROPERTY_NAME, "admin.fleet.example"}}), "",
         kReader, "tls", true},
        {"LineFeedIsEscaped", Certificate({{kUri, "a\nb"}}), "", kReader, "san:a\\nb", true},
        // A certificate says nothing of users.
        {"UidIsNotHeard", Certificate({{kPeerUidProperty, "0"}, {kUri, "n"}}), "", kReader, "san:n",
         true},
    }),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Others, IdentifyCallerTest,
    ::testing::ValuesIn(std::vector<Case>{
        {"Loopback", {{kType, "insecure"}}, "ipv4:127.0.0.1:4", kReader, "loopback", false},
        {"LoopbackBlock", {{kType, "insecure"}}, "ipv4:127.9.9.9:4", kReader, "loopback", false},
        {"LoopbackV6", {{kType, "insecure"}}, "ipv6:[::1]:4", kReader, "loopback", false},
        {"LoopbackV6Encoded",
         {{kType, "insecure"}},
         "ipv6:%5B::1%5D:4",
         kReader,
         "loopback",
         false},
        {"Remote", {{kType, "insecure"}}, "ipv4:10.0.0.1:4", kReader, "unknown", false},
        {"RemoteV6", {{kType, "insecure"}}, "ipv6:[::1:2]:4", kReader, "unknown", false},
        {"PlainUnix", {{kType, "insecure"}}, "unix:", kReader, "unknown", false},
        {"InsecureWithUid",
         {{kType, "insecure"}, {kPeerUidProperty, "0"}},
         "ipv4:127.0.0.1:4",
         kReader,
         "loopback",
         false},
        {"UnknownType", {{kType, "alts"}}, "ipv4:127.0.0.1:4", kReader, "unknown", false},
        {"EmptyType", {{kType, ""}}, "", kReader, "unknown", false},
        {"TwoTypes",
         {{kType, kUnixTransport}, {kType, "tls"}, {kPeerUidProperty, "0"}},
         "unix:",
         kReader,
         "unknown",
         false},
        {"NoType", {{kPeerUidProperty, "0"}}, "ipv4:127.0.0.1:4", kReader, "unknown", false},
        {"InProcess", {}, "unknown", kReader, "in-process", true},
        {"NoTypeNoPeer", {}, "", kReader, "unknown", false},
        {"TypeWithoutPeer", {{kType, "insecure"}}, "unknown", kReader, "unknown", false},
    }),
    [](const auto& info) { return info.param.name; });

TEST(IdentifyCaller, InProcessRoleIsThePolicys) {
  CallerPolicy policy;
  EXPECT_EQ(IdentifyCaller(nullptr, "unknown", policy).role, Role::kReader);
  policy.in_process_role = Role::kAdmin;
  EXPECT_EQ(IdentifyCaller(nullptr, "unknown", policy).role, Role::kAdmin);
  EXPECT_EQ(IdentifyCaller(nullptr, "ipv4:127.0.0.1:1", policy).role, Role::kReader);
}

// In a user namespace everybody whom it does not map comes as that user.
TEST(IdentifyCaller, WhoMayBeAnybodyIsAReaderEvenAsTheOwnUser) {
  CallerPolicy policy;
  policy.own_uid = 65533;
  policy.overflow_uid = 65533;
  const FakeAuthContext anybody(Unix("65533"));
  EXPECT_EQ(IdentifyCaller(&anybody, "unix:", policy).role, Role::kReader);
  EXPECT_EQ(IdentifyCaller(&anybody, "unix:", policy).id, "uid:65533");
  const FakeAuthContext root(Unix("0"));
  EXPECT_EQ(IdentifyCaller(&root, "unix:", policy).role, Role::kAdmin);
}

TEST(IdentifyCaller, TheKernelTellsTheOverflowUser) {
  uid_t uid = 0;
  std::ifstream file("/proc/sys/kernel/overflowuid");
  if (!(file >> uid)) uid = 65534;
  EXPECT_EQ(OverflowUid(), uid);
  EXPECT_EQ(CallerPolicy().overflow_uid, uid);
}

TEST(IdentifyCaller, OwnUserIsThisProcesss) { EXPECT_EQ(CallerPolicy().own_uid, ::geteuid()); }

}  // namespace
}  // namespace registryd
