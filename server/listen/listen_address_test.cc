#include "server/listen/listen_address.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <cstddef>
#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

using ::testing::HasSubstr;

struct Accepted {
  const char* name;
  std::string text;
  std::string printed;
  bool is_unix;
  bool is_local;
};

class ParseAccepts : public ::testing::TestWithParam<Accepted> {};

TEST_P(ParseAccepts, AndPrintsWhatItReads) {
  const auto address = ListenAddress::Parse(GetParam().text);
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->ToString(), GetParam().printed);
  EXPECT_EQ(address->is_unix(), GetParam().is_unix);
  EXPECT_EQ(address->is_local(), GetParam().is_local);

  // Through the kernel's form and back.
  socklen_t length = 0;
  const sockaddr_storage storage = address->ToSockaddr(&length);
  const auto again = ListenAddress::FromSockaddr(storage, length);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->ToString(), GetParam().printed);
}

INSTANTIATE_TEST_SUITE_P(
    ListenAddress, ParseAccepts,
    ::testing::ValuesIn(std::vector<Accepted>{
        {"UnixAbsolute", "unix:/run/r.sock", "unix:/run/r.sock", true, true},
        {"UnixRelative", "unix:r.sock", "unix:r.sock", true, true},
        {"UnixUri", "unix:///run/r.sock", "unix:/run/r.sock", true, true},
        {"UnixLooksLikeAddress", "unix:1.2.3.4:5", "unix:1.2.3.4:5", true, true},
        {"UnixAtSignInside", "unix:./@r", "unix:./@r", true, true},
        {"UnixLongest", absl::StrCat("unix:", std::string(107, 'p')),
         absl::StrCat("unix:", std::string(107, 'p')), true, true},
        {"Loopback", "127.0.0.1:50051", "127.0.0.1:50051", false, true},
        {"LoopbackElsewhere", "127.255.255.254:1", "127.255.255.254:1", false, true},
        {"Localhost", "localhost:80", "127.0.0.1:80", false, true},
        {"LoopbackV6", "[::1]:50051", "[::1]:50051", false, true},
        {"MappedLoopback", "[::ffff:127.0.0.1]:1", "127.0.0.1:1", false, true},
        {"PortZero", "127.0.0.1:0", "127.0.0.1:0", false, true},
        {"PortHighest", "127.0.0.1:65535", "127.0.0.1:65535", false, true},
        {"Everywhere", "0.0.0.0:50051", "0.0.0.0:50051", false, false},
        {"EverywhereV6", "[::]:50051", "[::]:50051", false, false},
        {"NextToLoopback", "128.0.0.1:1", "128.0.0.1:1", false, false},
        {"PublicV6", "[2001:db8::1]:1", "[2001:db8::1]:1", false, false},
    }),
    [](const auto& info) { return info.param.name; });

struct Refused {
  const char* name;
  std::string text;
  const char* reason;
};

class ParseRefuses : public ::testing::TestWithParam<Refused> {};

TEST_P(ParseRefuses, SayingWhy) {
  const auto address = ListenAddress::Parse(GetParam().text);
  ASSERT_FALSE(address.ok()) << address->ToString();
  EXPECT_EQ(address.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(address.status()), Reason::kSettingInvalid);
  EXPECT_EQ(FieldOf(address.status()), "listen");
  EXPECT_THAT(std::string(address.status().message()), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    ListenAddress, ParseRefuses,
    ::testing::ValuesIn(std::vector<Refused>{
        {"Empty", "", "unix:PATH or HOST:PORT"},
        {"NoPort", "127.0.0.1", "unix:PATH or HOST:PORT"},
        {"EmptyPort", "127.0.0.1:", "0 to 65535"},
        {"PortTooHigh", "127.0.0.1:65536", "0 to 65535"},
        {"PortTooLong", "127.0.0.1:000080", "0 to 65535"},
        {"PortSigned", "127.0.0.1:+80", "0 to 65535"},
        {"PortSpaced", "127.0.0.1: 80", "0 to 65535"},
        {"PortName", "127.0.0.1:http", "0 to 65535"},
        {"NoHost", ":50051", "every interface"},
        {"HostName", "example.com:80", "IP address or localhost"},
        {"HostNameCase", "LOCALHOST:80", "IP address or localhost"},
        {"LeadingZero", "127.0.0.01:80", "IP address or localhost"},
        {"ShortForm", "127.1:80", "IP address or localhost"},
        {"BareV6", "::1:80", "in brackets"},
        {"Unclosed", "[::1:80", "[IPV6]:PORT"},
        {"V4InBrackets", "[127.0.0.1]:80", "IP address or localhost"},
        {"LocalhostInBrackets", "[localhost]:80", "IP address or localhost"},
        {"Zone", "[fe80::1%eth0]:80", "IP address or localhost"},
        {"Scheme", "http://127.0.0.1:80", "in brackets"},
        {"Password", "http://u:s3cr3t@x:80", "\"http://u:xxxxx@x:80\""},
        {"UnixAt", "unix:/run/u@x/", "\"unix:/run/u@x/\""},
        {"UnixEmpty", "unix:", "path is missing"},
        {"UnixHost", "unix://host/x", "must be absolute"},
        {"UnixFolder", "unix:/run/", "names a folder"},
        {"UnixAbstract", "unix:@name", "abstract Unix sockets are not supported"},
        {"UnixAbstractNul", std::string("unix:\0name", 10), "abstract"},
        {"UnixAbstractScheme", "unix-abstract:name", "abstract"},
        {"UnixNul", std::string("unix:/a\0b", 9), "NUL"},
        {"UnixTooLong", absl::StrCat("unix:", std::string(108, 'p')), "longer than 107"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(FromSockaddr, RefusesWhatHasNoPath) {
  sockaddr_storage storage;
  std::memset(&storage, 0, sizeof(storage));
  storage.ss_family = AF_UNIX;
  EXPECT_THAT(ListenAddress::FromSockaddr(storage, sizeof(sa_family_t)).status().ToString(),
              HasSubstr("no path"));
  reinterpret_cast<sockaddr_un&>(storage).sun_path[1] = 'a';
  EXPECT_THAT(
      ListenAddress::FromSockaddr(storage, offsetof(sockaddr_un, sun_path) + 2).status().ToString(),
      HasSubstr("abstract"));
}

TEST(FromSockaddr, ReadsAPathThatFillsItsField) {
  sockaddr_storage storage;
  std::memset(&storage, 0, sizeof(storage));
  auto& un = reinterpret_cast<sockaddr_un&>(storage);
  un.sun_family = AF_UNIX;
  std::memset(un.sun_path, 'p', sizeof(un.sun_path));
  const auto address = ListenAddress::FromSockaddr(storage, sizeof(un));
  ASSERT_TRUE(address.ok()) << address.status();
  EXPECT_EQ(address->path(), std::string(108, 'p'));
}

TEST(FromSockaddr, RefusesOtherFamilies) {
  sockaddr_storage storage;
  std::memset(&storage, 0, sizeof(storage));
  storage.ss_family = AF_NETLINK;
  EXPECT_THAT(ListenAddress::FromSockaddr(storage, sizeof(storage)).status().ToString(),
              HasSubstr("only Unix and TCP"));
}

TEST(CheckExposure, PlainTextStaysOnThisMachine) {
  const struct {
    const char* address;
    bool tls;
    bool allowed;
  } kCases[] = {
      {"unix:/r", false, true},        {"unix:/r", true, true},       {"127.0.0.1:1", false, true},
      {"127.0.0.1:1", true, true},     {"[::1]:1", false, true},      {"[::1]:1", true, true},
      {"0.0.0.0:1", false, false},     {"0.0.0.0:1", true, true},     {"[::]:1", false, false},
      {"[::]:1", true, true},          {"10.0.0.1:1", false, false},  {"10.0.0.1:1", true, true},
      {"169.254.1.1:1", false, false}, {"[fe80::1]:1", false, false},
  };
  for (const auto& c : kCases) {
    const absl::Status status = CheckExposure(*ListenAddress::Parse(c.address), c.tls);
    EXPECT_EQ(status.ok(), c.allowed) << c.address << " tls=" << c.tls;
    if (!c.allowed) {
      EXPECT_THAT(std::string(status.message()), HasSubstr("plain text; give --tls-cert"));
      EXPECT_THAT(std::string(status.message()), HasSubstr(c.address));
    }
  }
}

}  // namespace
}  // namespace registryd
