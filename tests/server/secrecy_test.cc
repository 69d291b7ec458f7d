// A marked secret, put wherever an operator or a caller may put one by mistake or
// on purpose, is in nothing that registryd writes.
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/substitute.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/net/testing/scripted_http_server.h"
#include "registry/tls/test_certificates.h"
#include "tests/server/connection.h"
#include "tests/server/metrics_page.h"
#include "tests/server/registryd_fixture.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr char kCanary[] = "CANARY5f1d";
constexpr char kReadFailed[] = "the configuration is as before: the new one has a fault";

// A list of registries, by its key in the file, its flag and its variable.
struct List {
  const char* key;
  const char* flag;
  const char* variable;
};
constexpr List kMirrors = {"registry-mirrors", "--registry-mirror", "REGISTRYD_REGISTRY_MIRRORS"};
constexpr List kInsecure = {"insecure-registries", "--insecure-registry",
                            "REGISTRYD_INSECURE_REGISTRIES"};
constexpr List kNondistributable = {"allow-nondistributable-artifacts",
                                    "--allow-nondistributable-artifacts",
                                    "REGISTRYD_ALLOW_NONDISTRIBUTABLE_ARTIFACTS"};

// None of these can be used.
struct Entry {
  List list;
  const char* text;  // "$" stands for the secret.
};
constexpr Entry kEntries[] = {
    {kMirrors, "https://user:$@mirror.example"},
    {kMirrors, "https://user:$@mirror.example/path?query"},
    {kMirrors, "https://user:$@mirror.example:port"},
    {kMirrors, "https://user:$@[::1"},
    {kMirrors, "https://user:$@mirror example"},
    {kMirrors, "https://user:a%zz$@mirror.example"},
    {kMirrors, "https://user:a/$@mirror.example?query"},
    {kMirrors, "ftp://user:$@mirror.example"},
    {kMirrors, "user:$@mirror.example"},
    {kInsecure, "https://user:$@registry.example"},
    {kInsecure, "user:$@registry.example:5000"},
    {kInsecure, "127.0.0.1:$@registry.example"},
    {kInsecure, "ftp://user:$@registry.example"},
    {kInsecure, "user:$@registry.example-"},
    {kNondistributable, "https://user:$@registry.example"},
    {kNondistributable, "user:$@registry.example"},
};

std::string WithCanary(const char* text) { return absl::StrReplaceAll(text, {{"$", kCanary}}); }

std::string FileWith(const Entry& entry) {
  return nlohmann::json{{entry.list.key, {WithCanary(entry.text)}}}.dump();
}

class SecrecyTest : public RegistrydFixture {
 protected:
  static void ExpectNoCanary(const RegistrydProcess& process) {
    EXPECT_THAT(process.log(), Not(HasSubstr(kCanary)));
    EXPECT_THAT(process.output(), Not(HasSubstr(kCanary)));
  }
  // Nor in a detail: they are bytes of the text that this makes.
  static void ExpectNoCanary(const absl::Status& status) {
    EXPECT_FALSE(status.ok());
    EXPECT_THAT(status.ToString(absl::StatusToStringMode::kWithEverything),
                Not(HasSubstr(kCanary)));
  }
};

TEST_F(SecrecyTest, AFaultAtStartDoesNotShowIt) {
  for (const Entry& entry : kEntries) {
    SCOPED_TRACE(entry.text);
    folder_.Write("daemon.json", FileWith(entry));
    const std::vector<std::string> from_file = {"--config", folder_.Path("daemon.json")};
    std::vector<RegistrydOptions> ways = {
        Options(from_file),
        Options({entry.list.flag, WithCanary(entry.text)}),
        Options(),
    };
    ways[2].environment.push_back(absl::StrCat(entry.list.variable, "=", WithCanary(entry.text)));
    for (RegistrydOptions options : ways) {
      for (const char* more : {"--check-config", "--reload=on"}) {
        options.arguments.push_back(more);
        RegistrydProcess process(options);
        EXPECT_EQ(process.WaitForExit(), 2);
        EXPECT_THAT(process.log(), HasSubstr(entry.list.key));
        ExpectNoCanary(process);
        options.arguments.pop_back();
      }
    }
  }
}

TEST_F(SecrecyTest, AFileThatIsNotInOrderIsNotQuoted) {
  const struct {
    const char* name;
    const char* file;
  } kCases[] = {
      {"broken off", R"({"registry-mirrors": ["https://user:$@mirror.example)"},
      {"no comma",
       R"({"registry-mirrors": ["https://a.example" "https://user:$@mirror.example"]})"},
      {"no quotes", R"({"registry-mirrors": [https://user:$@mirror.example]})"},
      {"no list", R"({"registry-mirrors": "https://user:$@mirror.example"})"},
      {"bad escape", R"({"registry-mirrors": ["https://user:$\x@mirror.example"]})"},
  };
  for (const auto& c : kCases) {
    SCOPED_TRACE(c.name);
    folder_.Write("daemon.json", WithCanary(c.file));
    RegistrydProcess process(Options({"--check-config", "--config", folder_.Path("daemon.json")}));
    EXPECT_EQ(process.WaitForExit(), 2);
    EXPECT_THAT(process.log(), HasSubstr("daemon.json"));
    ExpectNoCanary(process);
  }
}

TEST_F(SecrecyTest, AFaultAtAReloadDoesNotShowIt) {
  folder_.Write("daemon.json", "{}");
  const auto process = Serve({"--config", folder_.Path("daemon.json"), "--reload", "off",
                              "--log-level", "debug", "--metrics-listen", "127.0.0.1:0"});
  size_t reloads = 0;
  for (const Entry& entry : kEntries) {
    SCOPED_TRACE(entry.text);
    Replace("daemon.json", FileWith(entry));
    process->Signal(SIGHUP);
    ++reloads;
    EXPECT_THAT(process->WaitForRecords(kReadFailed, reloads), SizeIs(reloads));
  }
  ExpectNoCanary(*process);
  EXPECT_THAT(HttpGet(*process, "/metrics"), Not(HasSubstr(kCanary)));
}

TEST_F(SecrecyTest, AFaultInACallDoesNotShowIt) {
  const auto process = Serve({"--log-level", "debug", "--metrics-listen", "127.0.0.1:0"});
  const client::RegistryClient caller = Caller(UnixAddress());
  size_t calls = 0;
  for (const Entry& entry : kEntries) {
    SCOPED_TRACE(entry.text);
    api::PrepareServiceConfigRequest prepare;
    api::ServiceOptions& options = *prepare.mutable_options();
    const std::string text = WithCanary(entry.text);
    if (entry.list.key == kMirrors.key) {
      options.add_mirrors(text);
      api::ValidateMirrorRequest validate;
      validate.set_mirror(text);
      ExpectNoCanary(caller.ValidateMirror(validate).status());
      ExpectNoCanary(LoadMirrors(caller, {text}).status());
      calls += 2;
    } else if (entry.list.key == kInsecure.key) {
      options.add_insecure_registries(text);
    } else {
      options.add_allow_nondistributable_artifacts(text);
    }
    ExpectNoCanary(caller.PrepareServiceConfig(prepare).status());
    ++calls;
  }
  // All of them were logged.
  EXPECT_THAT(process->WaitForRecords("call", calls), SizeIs(calls));
  ExpectNoCanary(*process);
  EXPECT_THAT(HttpGet(*process, "/metrics"), Not(HasSubstr(kCanary)));
}

TEST_F(SecrecyTest, CredentialsInACallAreNotLogged) {
  const auto process = Serve({"--log-level", "debug"});
  const client::RegistryClient caller = Caller(UnixAddress());
  api::ResolveAuthConfigRequest request;
  request.mutable_index()->set_name("registry.example");
  api::AuthConfig& auth = (*request.mutable_auth_configs())["registry.example"];
  auth.set_username("user");
  auth.set_password(kCanary);
  auth.set_auth(kCanary);
  auth.set_identity_token(kCanary);
  auth.set_registry_token(kCanary);
  const auto resolved = caller.ResolveAuthConfig(request);
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  EXPECT_EQ(resolved->auth_config().password(), kCanary);
  EXPECT_THAT(process->WaitForRecords("call"), SizeIs(1));
  ExpectNoCanary(*process);
}

TEST_F(SecrecyTest, CredentialsThatRegistriesAreSentAreNowhereElse) {
  const ScriptedHttpServer registry;
  folder_.Write("config.json",
                absl::Substitute(R"({"auths": {"$0": {"auth": "$1"}}})", registry.host_port(),
                                 absl::Base64Escape(WithCanary("own:$"))));
  const auto process =
      Serve({"--log-level", "debug", "--metrics-listen", "127.0.0.1:0", "--docker-config",
             folder_.Path("config.json"), "--allow-plaintext-credentials", "127.0.0.1"});
  const client::RegistryClient caller = Caller(UnixAddress());

  const std::string realm = absl::StrCat("Bearer realm=\"", registry.url("/token"), "\"");
  const ScriptedResponse kAnswers[] = {
      {401, {{"WWW-Authenticate", "Basic realm=\"x\""}}, "no"},
      {401, {{"WWW-Authenticate", realm}}, "no"},
      {500, {}, "no"},
      {302, {{"Location", "/elsewhere"}}},
  };
  size_t calls = 0;
  for (const ScriptedResponse& answer : kAnswers) {
    ScriptedHttpServer other;
    other.Reply("", "*", answer);
    for (const std::string& host : {registry.host_port(), other.host_port()}) {
      api::AuthRequest login;
      api::AuthConfig& auth = *login.mutable_auth_config();
      auth.set_server_address(absl::StrCat("http://user:", kCanary, "@", host, "/"));
      auth.set_username("user");
      auth.set_password(kCanary);
      ExpectNoCanary(caller.Auth(login).status());
      auth.clear_username();
      auth.clear_password();
      auth.set_identity_token(kCanary);
      ExpectNoCanary(caller.Auth(login).status());
      auth.clear_identity_token();
      auth.set_auth(kCanary);
      ExpectNoCanary(caller.Auth(login).status());
      auth.clear_auth();
      login.set_service_credentials(true);
      ExpectNoCanary(caller.Auth(login).status());

      api::SearchRequest search;
      search.set_term(absl::StrCat(host, "/a"));
      search.mutable_auth_config()->set_username("user");
      search.mutable_auth_config()->set_password(kCanary);
      search.mutable_auth_config()->set_identity_token(kCanary);
      search.add_headers()->set_name("X-Meta");
      search.mutable_headers(0)->set_value(kCanary);
      ExpectNoCanary(caller.Search(search).status());
      search.mutable_headers(0)->set_value(absl::StrCat(kCanary, "\r\n"));
      ExpectNoCanary(caller.Search(search).status());
      calls += 6;
    }
  }
  EXPECT_THAT(process->WaitForRecords("call", calls), SizeIs(calls));
  ExpectNoCanary(*process);
  EXPECT_THAT(HttpGet(*process, "/metrics"), Not(HasSubstr(kCanary)));
}

TEST_F(SecrecyTest, AClientsKeyIsForAdminsAndNotForTheLog) {
  const TestCertificateAuthority authority;
  const TestCertificate certificate = authority.Issue({});
  folder_.MakeFolder("certs.d/registry.example:5000");
  folder_.Write("certs.d/registry.example:5000/client.cert", certificate.certificate_pem);
  folder_.Write("certs.d/registry.example:5000/client.key", certificate.key_pem);
  const auto process = Serve({"--log-level", "debug", "--metrics-listen", "127.0.0.1:0"});
  api::GetTLSConfigRequest request;
  request.set_hostname("registry.example:5000");
  request.set_include_private_keys(true);
  const auto response = Caller(UnixAddress()).GetTLSConfig(request);
  ASSERT_TRUE(response.ok()) << response.status();
  ASSERT_THAT(response->tls_config().client_certificates(), SizeIs(1));
  EXPECT_EQ(response->tls_config().client_certificates(0).private_key_pem(), certificate.key_pem);

  EXPECT_THAT(process->WaitForRecords("call"), SizeIs(1));
  const std::vector<std::string> lines = absl::StrSplit(certificate.key_pem, '\n');
  ASSERT_GT(lines.size(), 2u);
  EXPECT_THAT(process->log(), Not(HasSubstr(lines[1])));
  EXPECT_THAT(HttpGet(*process, "/metrics"), Not(HasSubstr(lines[1])));
}

TEST_F(SecrecyTest, ItsMemoryIsNotWrittenToACoreFile) {
  const auto process = Serve();
  const std::string proc = absl::StrCat("/proc/", process->pid());
  std::ifstream limits(absl::StrCat(proc, "/limits"));
  std::string core;
  for (std::string line; std::getline(limits, line);) {
    if (line.rfind("Max core file size", 0) == 0) core = line;
  }
  const std::vector<std::string> words = absl::StrSplit(core, ' ', absl::SkipEmpty());
  ASSERT_GE(words.size(), 6u) << core;
  EXPECT_EQ(words[4], "0");
  EXPECT_EQ(words[5], "0");

  // What may not be dumped has its files in /proc owned by root.
  struct stat info = {};
  ASSERT_EQ(stat(absl::StrCat(proc, "/environ").c_str(), &info), 0);
  if (geteuid() != 0) {
    EXPECT_NE(info.st_uid, geteuid());
  }

  process->Signal(SIGABRT);
  EXPECT_EQ(process->WaitForExit(), 128 + SIGABRT);
  EXPECT_FALSE(process->dumped_core());
}

}  // namespace
}  // namespace registryd
