#include "tests/fuzz/mutator.h"

#include <utility>

namespace registryd {
namespace {

using namespace std::string_view_literals;

// Words that begin or end something in one of the formats, and bytes that some code
// forgets.
constexpr std::string_view kWords[] = {
    "\0"sv,
    "\r\n"sv,
    "\xff"sv,
    "\x80"sv,
    "\xef\xbf\xbd"sv,
    "\xed\xa0\x80"sv,
    "/"sv,
    "//"sv,
    "../"sv,
    "."sv,
    ":"sv,
    "@"sv,
    "?"sv,
    "#"sv,
    "%2f"sv,
    "%00"sv,
    "%"sv,
    "["sv,
    "]"sv,
    "[::1]"sv,
    "127.0.0.1"sv,
    "localhost"sv,
    "http://"sv,
    "https://"sv,
    "\""sv,
    "\\"sv,
    ","sv,
    ";"sv,
    "="sv,
    " "sv,
    "\t"sv,
    "{"sv,
    "}"sv,
    "[["sv,
    "null"sv,
    "true"sv,
    "1e999"sv,
    "-0"sv,
    "\\ud800"sv,
    "-1"sv,
    "2147483648"sv,
    "4294967296"sv,
    "65536"sv,
    "18446744073709551616"sv,
    "9223372036854775807"sv,
    "0"sv,
};

// In little endian, as protobuf and this machine write them.
constexpr std::string_view kNumbers[] = {
    "\x00\x00\x00\x00"sv, "\xff\xff\xff\xff"sv,     "\xff\xff\xff\x7f"sv,
    "\x00\x00\x00\x80"sv, "\xff\xff\xff\xff\x0f"sv, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"sv,
};

}  // namespace

Mutator::Mutator(std::vector<std::string> seeds, uint64_t random_seed)
    : seeds_(std::move(seeds)), random_(random_seed) {}

size_t Mutator::Below(size_t bound) { return bound == 0 ? 0 : random_() % bound; }

absl::string_view Mutator::AnyPart(absl::string_view text) {
  const size_t begin = Below(text.size());
  return text.substr(begin, 1 + Below(text.size() - begin));
}

std::string Mutator::Next() {
  std::string text = AnySeed();
  for (size_t changes = 1 + Below(8); changes > 0; --changes) Change(text);
  if (text.size() > kMaxBytes) text.resize(kMaxBytes);
  return text;
}

void Mutator::Change(std::string& text) {
  const size_t place = Below(text.size() + 1);
  const auto insert = [&text, place](absl::string_view part) {
    text.insert(place, part.data(), part.size());
  };
  switch (Below(10)) {
    case 0:
      if (place < text.size()) text[place] = static_cast<char>(text[place] ^ (1 << Below(8)));
      return;
    case 1:
      if (place < text.size()) text[place] = static_cast<char>(Below(256));
      return;
    case 2:
      return insert(std::string(1, static_cast<char>(Below(256))));
    case 3:
      text.erase(place, 1 + Below(16));
      return;
    case 4:
      text.resize(place);
      return;
    case 5:
    case 6: {
      const std::string_view word = kWords[Below(std::size(kWords))];
      return insert(absl::string_view(word.data(), word.size()));
    }
    case 7: {
      const std::string_view number = kNumbers[Below(std::size(kNumbers))];
      text.replace(place, number.size(), number.data(), number.size());
      return;
    }
    case 8:
      return insert(std::string(AnyPart(text)));
    default:
      return insert(AnyPart(AnySeed()));
  }
}

}  // namespace registryd
