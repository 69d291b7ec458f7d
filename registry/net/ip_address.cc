#include "registry/net/ip_address.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace registryd {
namespace {

using Bytes = std::array<uint8_t, 16>;

constexpr size_t kV4Offset = 12;

// What precedes an IPv4 address in its 16-byte form.
constexpr std::array<uint8_t, kV4Offset> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool IsMapped(const Bytes& bytes) {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes.begin());
}

// Writes the four bytes of a dotted decimal to `out`.
bool ParseV4(absl::string_view text, uint8_t* out) {
  for (int part = 0; part < 4; ++part) {
    if (part > 0 && !absl::ConsumePrefix(&text, ".")) return false;
    int value = 0;
    size_t digits = 0;
    for (; digits < text.size() && absl::ascii_isdigit(text[digits]); ++digits) {
      if (digits > 0 && value == 0) return false;  // A leading zero.
      value = value * 10 + (text[digits] - '0');
      if (value > 255) return false;
    }
    if (digits == 0) return false;
    text.remove_prefix(digits);
    out[part] = static_cast<uint8_t>(value);
  }
  return text.empty();
}

// Writes two bytes for each colon-separated group of one to four hexadecimal
// digits. Returns how many bytes, or -1 when `text` is not such a list, or needs
// more than `limit` bytes. Empty text is an empty list.
int ParseGroups(absl::string_view text, int limit, uint8_t* out) {
  int size = 0;
  while (!text.empty()) {
    if (size > 0 && !absl::ConsumePrefix(&text, ":")) return -1;
    int value = 0;
    size_t digits = 0;
    for (; digits < text.size() && absl::ascii_isxdigit(text[digits]); ++digits) {
      if (digits == 4) return -1;
      const char c = absl::ascii_tolower(text[digits]);
      value = value * 16 + (absl::ascii_isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    if (digits == 0 || size + 2 > limit) return -1;
    text.remove_prefix(digits);
    out[size++] = static_cast<uint8_t>(value >> 8);
    out[size++] = static_cast<uint8_t>(value & 0xff);
  }
  return size;
}

bool ParseV6(absl::string_view text, Bytes& bytes) {
  // An IPv4 address may stand for the last two groups.
  uint8_t v4[4];
  int v4_size = 0;
  if (absl::StrContains(text, '.')) {
    const size_t start = text.rfind(':') + 1;
    if (start == 0 || !ParseV4(text.substr(start), v4)) return false;
    v4_size = 4;
    text = text.substr(0, start);
    // The colon before it separates, unless it belongs to "::".
    if (!absl::EndsWith(text, "::")) text.remove_suffix(1);
    if (text.empty()) return false;
  }
  const int room = 16 - v4_size;

  const size_t gap = text.find("::");
  if (gap == absl::string_view::npos) {
    if (ParseGroups(text, room, bytes.data()) != room) return false;
  } else {
    // The gap stands for at least one group.
    Bytes tail;
    const int head_size = ParseGroups(text.substr(0, gap), room - 2, bytes.data());
    if (head_size < 0) return false;
    const int tail_size = ParseGroups(text.substr(gap + 2), room - 2 - head_size, tail.data());
    if (tail_size < 0) return false;
    std::fill(bytes.begin() + head_size, bytes.end(), 0);
    std::copy_n(tail.begin(), tail_size, bytes.begin() + room - tail_size);
  }
  std::copy_n(v4, v4_size, bytes.end() - v4_size);
  return true;
}

std::string FormatV4(const Bytes& bytes) {
  return absl::StrCat(bytes[12], ".", bytes[13], ".", bytes[14], ".", bytes[15]);
}

// RFC 5952: lower case, the first of the longest runs of zero groups as "::",
// where it has two groups at least.
std::string FormatV6(const Bytes& bytes) {
  std::array<int, 8> groups;
  for (int i = 0; i < 8; ++i) groups[i] = bytes[2 * i] << 8 | bytes[2 * i + 1];

  int gap_begin = 8;
  int gap_end = 8;
  for (int i = 0; i < 8; ++i) {
    int end = i;
    while (end < 8 && groups[end] == 0) ++end;
    if (end - i >= 2 && end - i > gap_end - gap_begin) {
      gap_begin = i;
      gap_end = end;
    }
  }

  std::string text;
  for (int i = 0; i < 8; ++i) {
    if (i == gap_begin) {
      text += "::";
      i = gap_end - 1;
      continue;
    }
    if (i > 0 && i != gap_end) text += ':';
    absl::StrAppend(&text, absl::Hex(groups[i]));
  }
  return text;
}

// Whether the first `bits` bits are equal.
bool SamePrefix(const uint8_t* a, const uint8_t* b, int bits) {
  const int whole = bits / 8;
  if (std::memcmp(a, b, whole) != 0) return false;
  const int rest = bits % 8;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

}  // namespace

std::optional<IpAddress> IpAddress::Parse(absl::string_view text) {
  IpAddress address;
  if (absl::StrContains(text, ':')) {
    if (!ParseV6(text, address.bytes_)) return std::nullopt;
    address.v4_ = IsMapped(address.bytes_);
  } else {
    if (!ParseV4(text, &address.bytes_[kV4Offset])) return std::nullopt;
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
    address.v4_ = true;
  }
  return address;
}

std::optional<IpAddress> IpAddress::FromBytes(absl::string_view bytes) {
  IpAddress address;
  if (bytes.size() == 16) {
    std::copy(bytes.begin(), bytes.end(), address.bytes_.begin());
  } else if (bytes.size() == 4) {
    std::copy(kMappedPrefix.begin(), kMappedPrefix.end(), address.bytes_.begin());
    std::copy(bytes.begin(), bytes.end(), address.bytes_.begin() + kV4Offset);
  } else {
    return std::nullopt;
  }
  address.v4_ = IsMapped(address.bytes_);
  return address;
}

bool IpAddress::is_loopback() const {
  if (v4_) return bytes_[kV4Offset] == 127;
  static constexpr Bytes kLoopback = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return bytes_ == kLoopback;
}

std::string IpAddress::ToString() const { return v4_ ? FormatV4(bytes_) : FormatV6(bytes_); }

std::optional<Cidr> Cidr::Parse(absl::string_view text) {
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) return std::nullopt;
  const absl::string_view address_text = text.substr(0, slash);
  const absl::string_view length_text = text.substr(slash + 1);

  const std::optional<IpAddress> address = IpAddress::Parse(address_text);
  if (!address.has_value()) return std::nullopt;

  Cidr cidr;
  // As written: a mapped address has a length of 128 bits.
  cidr.v4_ = !absl::StrContains(address_text, ':');
  const bool digits_only = !length_text.empty() &&
                           std::all_of(length_text.begin(), length_text.end(), absl::ascii_isdigit);
  if (!digits_only || !absl::SimpleAtoi(length_text, &cidr.prefix_length_) ||
      cidr.prefix_length_ > (cidr.v4_ ? 32 : 128)) {
    return std::nullopt;
  }

  cidr.network_ = address->bytes();
  const int kept_bits = cidr.prefix_length_ + (cidr.v4_ ? 96 : 0);
  for (int i = 0; i < 16; ++i) {
    const int kept = std::clamp(kept_bits - 8 * i, 0, 8);
    cidr.network_[i] &= static_cast<uint8_t>(0xff00 >> kept);
  }
  return cidr;
}

bool Cidr::Contains(const IpAddress& address) const {
  // A block that reaches beyond the mapped range holds no IPv4 address.
  if (address.is_v4() != IsMapped(network_)) return false;
  return SamePrefix(network_.data(), address.bytes().data(), prefix_length_ + (v4_ ? 96 : 0));
}

std::string Cidr::ToString() const {
  if (!IsMapped(network_)) return absl::StrCat(FormatV6(network_), "/", prefix_length_);
  return absl::StrCat(FormatV4(network_), "/", v4_ ? prefix_length_ : prefix_length_ - 96);
}

}  // namespace registryd
