#include "registry/net/curl/request_check.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

TEST(CheckUrl, SaysWhereItLeads) {
  struct Case {
    const char* url;
    bool https;
    const char* host;
    int port;
    const char* server;
  };
  for (const Case& c :
       {Case{"http://a", false, "a", 80, "a"}, Case{"https://a/", true, "a", 443, "a"},
        Case{"HTTPS://A.b:5000/x?y", true, "A.b", 5000, "A.b:5000"},
        Case{"http://a?x", false, "a", 80, "a"},
        Case{"http://127.0.0.1:1", false, "127.0.0.1", 1, "127.0.0.1:1"},
        Case{"http://[::1]", false, "::1", 80, "[::1]"},
        Case{"https://[fd00::9]:65535/", true, "fd00::9", 65535, "[fd00::9]:65535"},
        Case{"http://a:/", false, "a", 80, "a:"},
        Case{"http://a_b-c./", false, "a_b-c.", 80, "a_b-c."},
        Case{"http://a/x@y:z", false, "a", 80, "a"}}) {
    SCOPED_TRACE(c.url);
    const absl::StatusOr<UrlTarget> target = CheckUrl(c.url, "url");
    ASSERT_TRUE(target.ok()) << target.status();
    EXPECT_EQ(target->https, c.https);
    EXPECT_EQ(target->host, c.host);
    EXPECT_EQ(target->port, c.port);
    EXPECT_EQ(target->server, c.server);
  }
}

TEST(CheckUrl, RefusesWhatCannotBeSent) {
  for (const char* url : {"",
                          "a",
                          "//a",
                          "ftp://a",
                          "file:///a",
                          "http:/a",
                          "http:a",
                          "http://",
                          "http:///a",
                          "http://u@a",
                          "http://u:s3cr3t@a",
                          "http://@a",
                          "http://a#b",
                          "http://a/#",
                          "http://a b",
                          "http://a/ b",
                          "http://a/\r\nX: y",
                          "http://a/\t",
                          "http://a/\x7f",
                          "http://a/\xc3\xa4",
                          "http://\xe3\x80\x82",
                          "http://a:0",
                          "http://a:65536",
                          "http://a:-1",
                          "http://a:+1",
                          "http://a:1x",
                          "http://a:99999999999",
                          "http://a:1:2",
                          "http://fd00::9",
                          "http://[::1",
                          "http://[::1]x",
                          "http://[127.0.0.1]",
                          "http://[a]",
                          "http://[fe80::1%25eth0]",
                          "http://[]",
                          "http://a%41",
                          "http://a,b",
                          "http://a;b",
                          "http://:1",
                          "http://a\\b"}) {
    const absl::Status status = CheckUrl(url, "field").status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << url;
    EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid) << url;
    EXPECT_EQ(FieldOf(status), "field") << url;
    EXPECT_EQ(status.message().find("s3cr3t"), absl::string_view::npos);
  }
  const std::string nul("http://a/\0b", 11);
  EXPECT_FALSE(CheckUrl(nul, "url").ok());
}

HttpRequest With(std::string name, std::string value, bool secret) {
  HttpRequest request;
  if (secret) {
    request.secret_headers.push_back({std::move(name), Secret(std::move(value))});
  } else {
    request.headers.push_back({std::move(name), std::move(value)});
  }
  return request;
}

TEST(CheckRequest, EveryByteOfNamesAndValues) {
  const std::string in_token = "!#$%&'*+-.^_`|~";
  for (int c = 0; c < 256; ++c) {
    const char byte = static_cast<char>(c);
    const bool token =
        (c < 128 && isalnum(c) != 0) || (c != 0 && in_token.find(byte) != std::string::npos);
    const bool value = c == '\t' || (c >= 0x20 && c != 0x7f);
    for (const bool secret : {false, true}) {
      EXPECT_EQ(CheckRequest(With(absl::StrCat("X", std::string(1, byte)), "v", secret)).ok(),
                token)
          << c;
      EXPECT_EQ(CheckRequest(With("X", absl::StrCat("a", std::string(1, byte), "b"), secret)).ok(),
                value)
          << c;
    }
    HttpRequest request;
    request.method = absl::StrCat("GET", std::string(1, byte));
    EXPECT_EQ(CheckRequest(request).ok(), token) << c;
  }
}

TEST(CheckRequest, ShowsNoValue) {
  const absl::Status status = CheckRequest(With("Authorization", "s3cr3t\r\n", true));
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(status), Reason::kFieldInvalid);
  EXPECT_EQ(FieldOf(status), "headers");
  EXPECT_EQ(status.message(),
            "the value of the header Authorization has a control character in it");
}

TEST(CheckRequest, WhatIsSetByItself) {
  for (const char* name : {"Host", "host", "HOST", "Content-Length", "content-length",
                           "Transfer-Encoding", "transfer-encoding"}) {
    EXPECT_FALSE(CheckRequest(With(name, "1", false)).ok()) << name;
    EXPECT_FALSE(CheckRequest(With(name, "1", true)).ok()) << name;
  }
  EXPECT_TRUE(CheckRequest(With("Content-Type", "a/b", false)).ok());
  EXPECT_TRUE(CheckRequest(With("X-Empty", "", false)).ok());
  EXPECT_FALSE(CheckRequest(With("", "a", false)).ok());
}

TEST(CheckRequest, Methods) {
  HttpRequest request;
  for (const char* method : {"GET", "HEAD", "PUT", "PROPFIND", "M-SEARCH"}) {
    request.method = method;
    EXPECT_TRUE(CheckRequest(request).ok()) << method;
  }
  for (const char* method : {"", "GET ", "GET /", "GET\r\nX: y"}) {
    request.method = method;
    EXPECT_EQ(FieldOf(CheckRequest(request)), "method") << method;
  }
}

}  // namespace
}  // namespace registryd
