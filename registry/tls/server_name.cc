#include "registry/tls/server_name.h"

#include <arpa/inet.h>

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace registryd {
namespace {

// The address as IPv6, if it is one of IPv4.
std::string AsIpv6(absl::string_view bytes) {
  constexpr char kMapped[] = "\0\0\0\0\0\0\0\0\0\0\xff\xff";
  if (bytes.size() != 4) return std::string(bytes);
  return absl::StrCat(absl::string_view(kMapped, 12), bytes);
}

std::string AddressOf(const std::string& host) {
  char bytes[16];
  if (inet_pton(AF_INET, host.c_str(), bytes) == 1) return AsIpv6({bytes, 4});
  if (inet_pton(AF_INET6, host.c_str(), bytes) == 1) return std::string(bytes, 16);
  return "";
}

using Labels = std::vector<absl::string_view>;

bool IsValidLabel(absl::string_view label) {
  return !label.empty() && label[0] != '-' &&
         std::all_of(label.begin(), label.end(), [](unsigned char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_';
         });
}

bool AreValid(Labels::const_iterator begin, Labels::const_iterator end) {
  return std::all_of(begin, end, IsValidLabel);
}

}  // namespace

ServerName::ServerName(absl::string_view host)
    : host_(absl::AsciiStrToLower(host)), address_(AddressOf(host_)) {}

bool ServerName::MatchesName(absl::string_view name) const {
  if (!address_.empty()) return false;
  const std::string pattern = absl::AsciiStrToLower(name);
  const Labels wanted = absl::StrSplit(pattern, '.');
  const Labels labels = absl::StrSplit(absl::StripSuffix(host_, "."), '.');
  const bool wildcard = wanted.size() > 1 && wanted[0] == "*";
  const int first = wildcard ? 1 : 0;
  if (!AreValid(labels.begin(), labels.end()) || !AreValid(wanted.begin() + first, wanted.end())) {
    return pattern == host_ && !pattern.empty() && pattern != ".";
  }
  return wanted.size() == labels.size() &&
         std::equal(wanted.begin() + first, wanted.end(), labels.begin() + first);
}

bool ServerName::MatchesAddress(absl::string_view bytes) const {
  return !address_.empty() && AsIpv6(bytes) == address_;
}

}  // namespace registryd
