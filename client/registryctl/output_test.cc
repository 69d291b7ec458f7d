#include "client/registryctl/output.h"

#include <sstream>
#include <string>

#include "gtest/gtest.h"
#include "registry/v1/config_service.pb.h"
#include "registry/v1/registry_service.pb.h"

namespace registryd::registryctl {
namespace {

std::string Written(const Table& table) {
  std::ostringstream out;
  table.Write(out);
  return out.str();
}

TEST(TableTest, AlignsColumns) {
  Table table({"URL", "KIND", "TLS"});
  table.Row({"https://a", "mirror", "verified"}).Row({"https://longer.example", "x", "y"});
  EXPECT_EQ(Written(table),
            "URL                     KIND    TLS\n"
            "https://a               mirror  verified\n"
            "https://longer.example  x       y\n");
}

TEST(TableTest, HasNoBlanksAtLineEnds) {
  Table table;
  table.Row({"a", ""}).Row({"bb", "c"}).Row({"d"}).Row({});
  EXPECT_EQ(Written(table), "a\nbb  c\nd\n\n");
}

TEST(TableTest, CountsCharactersNotBytes) {
  Table table;
  table.Row({"\xc3\xa4", "1"}).Row({"ab", "2"});
  EXPECT_EQ(Written(table), "\xc3\xa4   1\nab  2\n");
}

TEST(TableTest, IsSafeForTerminals) {
  Table table;
  table.Row({"\x1b[2J", "a\nb"});
  EXPECT_EQ(Written(table), "\\x1b[2J  a\\nb\n");
}

TEST(TableTest, ListsTakeARowEach) {
  Table table;
  table.List("mirrors", {"a", "b"}).List("none", {});
  EXPECT_EQ(Written(table), "mirrors  a\n         b\nnone     -\n");
}

TEST(TableTest, KnowsWhetherItIsEmpty) {
  Table table({"URL"});
  EXPECT_TRUE(table.empty());
  EXPECT_FALSE(table.Row({"a"}).empty());
  EXPECT_EQ(Written(Table()), "");
}

TEST(WriteJsonTest, IsProtobufsMapping) {
  ::registry::v1::WatchServiceConfigResponse message;
  message.set_version(18446744073709551615u);
  message.mutable_config()->add_insecure_registry_cidrs("127.0.0.0/8");
  std::ostringstream out;
  ASSERT_TRUE(WriteJson(message, JsonLayout::kOneLine, out).ok());
  EXPECT_EQ(
      out.str(),
      R"({"config":{"allowNondistributableArtifactsCidrs":[],)"
      R"("allowNondistributableArtifactsHostnames":[],"insecureRegistryCidrs":["127.0.0.0/8"],)"
      R"("indexConfigs":{},"mirrors":[]},"version":"18446744073709551615"})"
      "\n");
}

TEST(WriteJsonTest, WritesDefaultsAndIndents) {
  ::registry::v1::IsInsecureRegistryResponse message;
  std::ostringstream out;
  ASSERT_TRUE(WriteJson(message, JsonLayout::kIndented, out).ok());
  EXPECT_EQ(out.str(),
            "{\n \"insecure\": false,\n \"rule\": \"\",\n \"configVersion\": \"0\"\n}\n");
}

TEST(WriteJsonTest, EscapesControlCharacters) {
  ::registry::v1::ConvertToHostnameResponse message;
  message.set_hostname("\x1b[2J\xc2\x9b");
  std::ostringstream out;
  ASSERT_TRUE(WriteJson(message, JsonLayout::kOneLine, out).ok());
  EXPECT_EQ(out.str(), "{\"hostname\":\"\\u001b[2J\\u009b\"}\n");
}

TEST(WordsTest, AreForPeople) {
  EXPECT_EQ(YesNo(true), "yes");
  EXPECT_EQ(YesNo(false), "no");
  EXPECT_EQ(OrDash(""), "-");
  EXPECT_EQ(OrDash("a"), "a");
}

}  // namespace
}  // namespace registryd::registryctl
