#include "registry/config/service_config.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/cord.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"
#include "registry/config/index_info.h"
#include "registry/net/ip_address.h"

namespace registryd {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

using Config = std::shared_ptr<const ServiceConfig>;
using Strings = std::vector<std::string>;

ServiceOptions Nondistributable(Strings list) { return {std::move(list), {}, {}}; }
ServiceOptions Mirrors(Strings list) { return {{}, std::move(list), {}}; }
ServiceOptions Insecure(Strings list) { return {{}, {}, std::move(list)}; }

Config Make(ServiceOptions options, InsecureMatch match = InsecureMatch::kStrict) {
  absl::StatusOr<Config> config = ServiceConfig::Create(std::move(options), match);
  EXPECT_TRUE(config.ok()) << config.status();
  return *std::move(config);
}

Strings Texts(const std::vector<Cidr>& cidrs) {
  Strings texts;
  for (const Cidr& cidr : cidrs) texts.push_back(cidr.ToString());
  return texts;
}

TEST(ServiceConfigTest, OfEmptyOptionsIsDockersDefault) {
  const Config config = Make({});
  EXPECT_EQ(config->options(), ServiceOptions{});
  EXPECT_EQ(config->insecure_match(), InsecureMatch::kStrict);
  EXPECT_THAT(config->allow_nondistributable_artifacts_cidrs(), IsEmpty());
  EXPECT_THAT(config->allow_nondistributable_artifacts_hostnames(), IsEmpty());
  EXPECT_THAT(Texts(config->insecure_registry_cidrs()), ElementsAre("127.0.0.0/8"));
  EXPECT_THAT(config->configured_insecure_cidrs(), IsEmpty());
  EXPECT_THAT(config->mirrors(), IsEmpty());
  EXPECT_THAT(config->warnings(), IsEmpty());
  ASSERT_THAT(config->index_configs(), SizeIs(1));
  EXPECT_EQ(config->index_configs().at("docker.io"), (IndexInfo{"docker.io", {}, true, true}));
}

TEST(ServiceConfigTest, NondistributableKeepsOrderAndDropsDuplicates) {
  const Config config = Make(Nondistributable(
      {"b.com", "10.1.2.3/8", "a.com:80", "b.com", "10.0.0.0/8", "::ffff:10.0.0.0/104", "::1"}));
  EXPECT_THAT(Texts(config->allow_nondistributable_artifacts_cidrs()), ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(config->allow_nondistributable_artifacts_hostnames(),
              ElementsAre("b.com", "a.com:80", "::1"));
  EXPECT_TRUE(config->allows_nondistributable_hostname("a.com:80"));
  EXPECT_FALSE(config->allows_nondistributable_hostname("a.com"));
  EXPECT_FALSE(config->allows_nondistributable_hostname("A.com:80"));
}

TEST(ServiceConfigTest, MirrorsKeepOrderAndAreOfThePublicIndex) {
  const Config config =
      Make(Mirrors({"https://m:5000/a b", "http://x", "https://m:5000/a b/", "http://x/"}));
  ASSERT_THAT(config->mirrors(), SizeIs(2));
  EXPECT_EQ(config->mirrors()[0].url, "https://m:5000/a b/");
  EXPECT_EQ(config->mirrors()[0].lookup_url, "https://m:5000/a%20b/");
  EXPECT_EQ(config->mirrors()[0].host, "m:5000");
  EXPECT_EQ(config->mirrors()[1].url, "http://x/");
  EXPECT_THAT(config->index_configs().at("docker.io").mirrors,
              ElementsAre("https://m:5000/a b/", "http://x/"));
  EXPECT_TRUE(config->mirror_status().ok());
}

TEST(ServiceConfigTest, OddMirrorsAreLookedUpAsDockerDoes) {
  const struct {
    const char* mirror;
    const char* lookup_url;
    const char* host;
  } kCases[] = {
      {"HTTP://x", "https://HTTP://x/", "HTTP:"},
      {"http:/rooted", "https://http:/rooted/", "http:"},
      {"https://reg.example.com#", "https://reg.example.com#/", "reg.example.com"},
      {"http://", "http:", ""},
  };
  for (const auto& test : kCases) {
    const Config config = Make(Mirrors({test.mirror}));
    ASSERT_THAT(config->mirrors(), SizeIs(1)) << test.mirror;
    EXPECT_EQ(config->mirrors()[0].lookup_url, test.lookup_url) << test.mirror;
    EXPECT_EQ(config->mirrors()[0].host, test.host) << test.mirror;
    EXPECT_TRUE(config->mirror_status().ok()) << test.mirror;
  }
}

TEST(ServiceConfigTest, NamesTheFirstMirrorThatNoLookupCanUse) {
  const Config config = Make(Mirrors({"https://m", "https:opaque", "http:other"}));
  EXPECT_TRUE(absl::IsInvalidArgument(config->mirror_status()));
  EXPECT_EQ(ReasonOf(config->mirror_status()), Reason::kMirrorInvalid);
  EXPECT_EQ(FieldOf(config->mirror_status()), "mirrors[1]");
  EXPECT_THAT(config->index_configs().at("docker.io").mirrors, SizeIs(3));
}

TEST(ServiceConfigTest, InsecureRegistriesAreBlocksAndIndexes) {
  const Config config = Make(Insecure({"10.1.2.3/8", "reg:5000", "10.0.0.0/8", "fd00::/8", "::1"}));
  EXPECT_THAT(Texts(config->configured_insecure_cidrs()), ElementsAre("10.0.0.0/8", "fd00::/8"));
  EXPECT_THAT(Texts(config->insecure_registry_cidrs()),
              ElementsAre("10.0.0.0/8", "fd00::/8", "127.0.0.0/8"));
  ASSERT_THAT(config->index_configs(), SizeIs(3));
  EXPECT_EQ(config->index_configs().at("reg:5000"), (IndexInfo{"reg:5000", {}, false, false}));
  EXPECT_EQ(config->index_configs().at("::1"), (IndexInfo{"::1", {}, false, false}));
}

TEST(ServiceConfigTest, WrittenDownLoopbackBlockIsConfigured) {
  const Config config = Make(Insecure({"127.9.9.9/8"}));
  EXPECT_THAT(Texts(config->configured_insecure_cidrs()), ElementsAre("127.0.0.0/8"));
  EXPECT_THAT(Texts(config->insecure_registry_cidrs()), ElementsAre("127.0.0.0/8"));
}

TEST(ServiceConfigTest, CutsSchemesOffWithAWarning) {
  const Config config = Make(Insecure({"http://a", "HTTPS://b:1", "https://10.0.0.0/8", "c"}));
  EXPECT_TRUE(config->index_configs().contains("a"));
  EXPECT_TRUE(config->index_configs().contains("b:1"));
  EXPECT_TRUE(config->index_configs().contains("c"));
  EXPECT_THAT(Texts(config->configured_insecure_cidrs()), ElementsAre("10.0.0.0/8"));
  EXPECT_THAT(config->warnings(),
              ElementsAre("insecure registry http://a should not contain 'http://' and 'http://' "
                          "has been removed from the insecure registry config",
                          "insecure registry HTTPS://b:1 should not contain 'https://' and "
                          "'https://' has been removed from the insecure registry config",
                          "insecure registry https://10.0.0.0/8 should not contain 'https://' and "
                          "'https://' has been removed from the insecure registry config"));
}

TEST(ServiceConfigTest, DockerHubStaysSecureAndKeepsItsMirrors) {
  for (const char* entry : {"docker.io", "https://docker.io"}) {
    const Config config = Make({{}, {"https://m"}, {entry}});
    ASSERT_THAT(config->index_configs(), SizeIs(1)) << entry;
    EXPECT_EQ(config->index_configs().at("docker.io"),
              (IndexInfo{"docker.io", {absl::Cord("https://m/")}, true, true}))
        << entry;
  }
}

TEST(ServiceConfigTest, KnowsWhetherAddressesCanMatter) {
  const struct {
    const char* name;
    Strings insecure;
    InsecureMatch match;
    bool want;
  } kCases[] = {
      {"strict, nothing", {}, InsecureMatch::kStrict, false},
      {"strict, only names", {"reg:5000", "10.0.0.1"}, InsecureMatch::kStrict, false},
      {"strict, a block", {"10.0.0.0/8"}, InsecureMatch::kStrict, true},
      {"strict, loopback written down", {"127.0.0.0/8"}, InsecureMatch::kStrict, true},
      {"compatible, nothing", {}, InsecureMatch::kCompatible, true},
  };
  for (const auto& test : kCases) {
    EXPECT_EQ(Make(Insecure(test.insecure), test.match)->insecure_match_needs_addresses(),
              test.want)
        << test.name;
  }
}

TEST(ServiceConfigTest, RefusesAndNamesTheEntry) {
  const struct {
    const char* name;
    ServiceOptions options;
    Reason reason;
    const char* field;
    const char* message;
  } kCases[] = {
      {"nondistributable hyphen", Nondistributable({"a", "-b"}), Reason::kIndexNameInvalid,
       "allow_nondistributable_artifacts[1]",
       "invalid index name (-b). Cannot begin or end with a hyphen"},
      {"nondistributable scheme", Nondistributable({"http://b"}), Reason::kNondistributableInvalid,
       "allow_nondistributable_artifacts[0]",
       "allow-nondistributable-artifacts registry http://b should not contain '://'"},
      {"nondistributable host", Nondistributable({"a", "a", "b_c"}),
       Reason::kNondistributableInvalid, "allow_nondistributable_artifacts[2]",
       "allow-nondistributable-artifacts registry b_c is not valid: invalid host \"b_c\""},
      {"mirror", Mirrors({"https://m", "ftp://m"}), Reason::kMirrorInvalid, "mirrors[1]",
       "invalid mirror: unsupported scheme \"ftp\" in \"ftp://m\""},
      {"mirror's password", Mirrors({"https://u:secret@m"}), Reason::kMirrorInvalid, "mirrors[0]",
       "invalid mirror: username/password not allowed in URI \"https://u:xxxxx@m\""},
      {"insecure hyphen", Insecure({"a-"}), Reason::kIndexNameInvalid, "insecure_registries[0]",
       "invalid index name (a-). Cannot begin or end with a hyphen"},
      {"insecure scheme", Insecure({"ok", "ftp://a"}), Reason::kInsecureRegistryInvalid,
       "insecure_registries[1]", "insecure registry ftp://a should not contain '://'"},
      {"insecure host behind a scheme", Insecure({"http://a_b"}), Reason::kInsecureRegistryInvalid,
       "insecure_registries[0]", "insecure registry a_b is not valid: invalid host \"a_b\""},
      {"insecure port", Insecure({"a:65536"}), Reason::kInsecureRegistryInvalid,
       "insecure_registries[0]", "insecure registry a:65536 is not valid: invalid port \"65536\""},
      {"insecure block", Insecure({"010.0.0.0/8"}), Reason::kInsecureRegistryInvalid,
       "insecure_registries[0]",
       "insecure registry 010.0.0.0/8 is not valid: invalid host \"010.0.0.0/8\""},
      {"insecure password", Insecure({"https://u:secret@h"}), Reason::kInsecureRegistryInvalid,
       "insecure_registries[0]", "insecure registry u:xxxxx@h is not valid: invalid host \"u\""},
      {"insecure password behind a scheme", Insecure({"ftp://u:secret@h"}),
       Reason::kInsecureRegistryInvalid, "insecure_registries[0]",
       "insecure registry ftp://u:xxxxx@h should not contain '://'"},
      {"insecure password before a hyphen", Insecure({"u:secret@h-"}), Reason::kIndexNameInvalid,
       "insecure_registries[0]",
       "invalid index name (u:xxxxx@h-). Cannot begin or end with a hyphen"},
      {"nondistributable password", Nondistributable({"u:secret@h"}),
       Reason::kNondistributableInvalid, "allow_nondistributable_artifacts[0]",
       "allow-nondistributable-artifacts registry u:xxxxx@h is not valid: "
       "invalid host \"u\""},
      {"nondistributable comes first",
       {{"a_b"}, {"ftp://m"}, {"c_d"}},
       Reason::kNondistributableInvalid,
       "allow_nondistributable_artifacts[0]",
       "allow-nondistributable-artifacts registry a_b is not valid: invalid host \"a_b\""},
      {"mirrors come second",
       {{}, {"ftp://m"}, {"c_d"}},
       Reason::kMirrorInvalid,
       "mirrors[0]",
       "invalid mirror: unsupported scheme \"ftp\" in \"ftp://m\""},
  };
  for (const auto& test : kCases) {
    const absl::Status status = ServiceConfig::Create(test.options).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << test.name;
    EXPECT_EQ(ReasonOf(status), test.reason) << test.name;
    EXPECT_EQ(FieldOf(status), test.field) << test.name;
    EXPECT_EQ(status.message(), test.message) << test.name;
  }
}

}  // namespace
}  // namespace registryd
