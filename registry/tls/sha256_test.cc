#include "registry/tls/sha256.h"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace registryd {
namespace {

// The examples of FIPS 180-4 that NIST publishes.
struct Example {
  const char* name;
  std::string message;
  const char* digest;
};

class Sha256ExampleTest : public testing::TestWithParam<Example> {};

TEST_P(Sha256ExampleTest, Whole) {
  Sha256 hash;
  hash.Update(GetParam().message);
  EXPECT_EQ(hash.HexDigest(), GetParam().digest);
}

TEST_P(Sha256ExampleTest, InPiecesOfOddSizes) {
  Sha256 hash;
  absl::string_view rest = GetParam().message;
  for (size_t size = 1; !rest.empty(); size += 2) {
    hash.Update(rest.substr(0, size));
    rest.remove_prefix(std::min(size, rest.size()));
  }
  EXPECT_EQ(hash.HexDigest(), GetParam().digest);
}

INSTANTIATE_TEST_SUITE_P(
    All, Sha256ExampleTest,
    testing::Values(Example{"Empty", "",
                            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
                    Example{"OneBlock", "abc",
                            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
                    Example{"TwoBlocks", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
                            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
                    Example{"Million", std::string(1000000, 'a'),
                            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"}),
    [](const auto& example) { return std::string(example.param.name); });

TEST(Sha256Test, ADigestStartsAnew) {
  Sha256 hash;
  hash.Update("something else");
  const std::string first = hash.HexDigest();
  hash.Update("abc");
  const std::string second = hash.HexDigest();
  EXPECT_EQ(second, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_NE(first, second);
}

TEST(Sha256Test, MovesWithWhatItHasSeen) {
  Sha256 hash;
  hash.Update("ab");
  Sha256 moved = std::move(hash);
  moved.Update("c");
  EXPECT_EQ(moved.HexDigest(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256Test, DigestIsTheBytesOfTheHex) {
  Sha256 hash;
  hash.Update("abc");
  const Sha256::Digest digest = hash.Finish();
  EXPECT_EQ(digest.front(), 0xba);
  EXPECT_EQ(digest.back(), 0xad);
}

}  // namespace
}  // namespace registryd
