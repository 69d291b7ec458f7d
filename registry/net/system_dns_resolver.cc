#include "registry/net/system_dns_resolver.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/base/pending_call.h"

namespace registryd {
namespace {

constexpr size_t kMaxNameLength = 253;
constexpr size_t kMaxLabelLength = 63;

bool IsNameCharacter(char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.'; }

// Whether inet_aton would take `label` for a number.
bool IsNumber(absl::string_view label) {
  if (absl::StartsWithIgnoreCase(label, "0x")) {
    label.remove_prefix(2);
    return std::all_of(label.begin(), label.end(), absl::ascii_isxdigit);
  }
  return std::all_of(label.begin(), label.end(), absl::ascii_isdigit);
}

// Whether a host could be called so. One dot at the end is fine.
bool IsHostName(absl::string_view host) {
  absl::ConsumeSuffix(&host, ".");
  if (host.empty() || host.size() > kMaxNameLength) return false;
  if (!std::all_of(host.begin(), host.end(), IsNameCharacter)) return false;
  absl::string_view label;
  for (size_t begin = 0; begin <= host.size(); begin += label.size() + 1) {
    label = host.substr(begin, host.find('.', begin) - begin);
    if (label.empty() || label.size() > kMaxLabelLength) return false;
  }
  return !IsNumber(label);
}

absl::Status NotFound(absl::string_view host) {
  return Error(absl::StatusCode::kNotFound, Reason::kDnsFailed,
               absl::StrCat("no address for ", host));
}

std::optional<IpAddress> ToIpAddress(const sockaddr& address) {
  const auto bytes = [](const auto& field) {
    return absl::string_view(reinterpret_cast<const char*>(&field), sizeof(field));
  };
  if (address.sa_family == AF_INET) {
    return IpAddress::FromBytes(bytes(reinterpret_cast<const sockaddr_in&>(address).sin_addr));
  }
  if (address.sa_family == AF_INET6) {
    return IpAddress::FromBytes(bytes(reinterpret_cast<const sockaddr_in6&>(address).sin6_addr));
  }
  return std::nullopt;
}

}  // namespace

SystemDnsResolver::SystemDnsResolver(TimerQueue& timers, const SystemDnsResolverOptions& options,
                                     Lookup lookup)
    : timers_(timers),
      lookup_(std::move(lookup)),
      executor_(ExecutorOptions{options.threads, options.queue_limit}) {}

SystemDnsResolver::~SystemDnsResolver() { stopping_ = true; }

void SystemDnsResolver::Resolve(absl::string_view host, const CallContext& context, Callback done) {
  bool known_failure;
  if (DnsAnswer literal = Cached(host, &known_failure)) {
    std::move(done)(std::move(literal));
    return;
  }
  if (known_failure) {
    std::move(done)(NotFound(absl::CHexEscape(host)));
    return;
  }
  const auto call = PendingCall<DnsAnswer>::Start(context, timers_, std::move(done));
  if (call->finished()) return;
  auto callers = std::make_shared<Callers>(Callers{call});
  {
    absl::MutexLock lock(&mutex_);
    std::weak_ptr<Callers>& known = looked_up_[host];
    if (const auto present = known.lock()) {
      present->push_back(call);
      return;
    }
    known = callers;
  }
  const bool accepted =
      executor_.Submit([this, callers, host = std::string(host)] { LookUp(host, callers); });
  if (!accepted) {
    Answer(std::string(host), *callers,
           Error(absl::StatusCode::kUnavailable, Reason::kOverloaded,
                 "too many host names wait to be looked up"));
  }
}

void SystemDnsResolver::LookUp(const std::string& host, const std::shared_ptr<Callers>& callers) {
  // The callers are given up by being dropped.
  if (stopping_ || !IsWanted(host, *callers)) return;
  ++running_;
  const absl::StatusOr<DnsAnswer> answer = lookup_(host);
  --running_;
  Answer(host, *callers, answer);
}

bool SystemDnsResolver::IsWanted(const std::string& host, const Callers& callers) {
  absl::MutexLock lock(&mutex_);
  const bool wanted = std::any_of(callers.begin(), callers.end(),
                                  [](const auto& call) { return !call->finished(); });
  if (!wanted) looked_up_.erase(host);
  return wanted;
}

void SystemDnsResolver::Answer(const std::string& host, Callers& callers,
                               const absl::StatusOr<DnsAnswer>& answer) {
  Callers answered;
  {
    absl::MutexLock lock(&mutex_);
    looked_up_.erase(host);
    answered.swap(callers);
  }
  for (const auto& call : answered) call->Finish(answer);
}

DnsAnswer SystemDnsResolver::Cached(absl::string_view host, bool* known_failure) {
  DnsAnswer literal = AnswerLiteral(host);
  if (known_failure != nullptr) *known_failure = literal == nullptr && !IsHostName(host);
  return literal;
}

absl::StatusOr<DnsAnswer> SystemDnsResolver::GetAddrInfo(const std::string& host) {
  addrinfo hints = {};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owner(found, [](addrinfo* list) {
    if (list != nullptr) freeaddrinfo(list);
  });
  if (error == EAI_NONAME || error == EAI_NODATA) return NotFound(host);
  if (error != 0) {
    return Error(absl::StatusCode::kUnavailable, Reason::kDnsFailed,
                 absl::StrCat("look-up of ", host, " failed: ", gai_strerror(error)));
  }
  std::vector<IpAddress> addresses;
  for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next) {
    const std::optional<IpAddress> address = ToIpAddress(*entry->ai_addr);
    if (!address.has_value()) continue;
    // Names without many addresses: a search is quicker than a set.
    if (std::find(addresses.begin(), addresses.end(), *address) == addresses.end()) {
      addresses.push_back(*address);
    }
  }
  if (addresses.empty()) return NotFound(host);
  return std::make_shared<const std::vector<IpAddress>>(std::move(addresses));
}

}  // namespace registryd
