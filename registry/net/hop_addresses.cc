#include "registry/net/hop_addresses.h"

#include <algorithm>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/net/host_form.h"
#include "registry/net/public_address.h"
#include "registry/uri/quote.h"

namespace registryd {

HopAddresses::HopAddresses(DnsResolver& resolver, std::string upstream_host, DnsAnswer checked,
                           std::string configured_host)
    : resolver_(resolver),
      upstream_host_(std::move(upstream_host)),
      configured_host_(std::move(configured_host)) {
  if (checked != nullptr) known_[upstream_host_] = std::move(checked);
}

void HopAddresses::Find(const Url& url, bool proxied, const CallContext& context, Done done) {
  const std::string host = absl::AsciiStrToLower(url.hostname());
  if (!HasUsualHost(url)) {
    std::move(done)(Error(absl::StatusCode::kFailedPrecondition, Reason::kAddressRefused,
                          absl::StrCat("the host ", Quote(url.host()),
                                       " is neither a name nor an address in the usual form")));
    return;
  }
  const bool may_be_anywhere = host == upstream_host_ || host == configured_host_;
  if (proxied && (may_be_anywhere || AnswerLiteral(host) == nullptr)) {
    std::move(done)(std::vector<IpAddress>());
    return;
  }
  Resolve(host, context,
          [this, host, may_be_anywhere, context,
           done = std::move(done)](absl::StatusOr<DnsAnswer> answer) mutable {
            if (!answer.ok()) return std::move(done)(answer.status());
            if (may_be_anywhere || absl::c_all_of(**answer, IsPublic)) {
              return std::move(done)(**answer);
            }
            CheckAgainstUpstream(host, **answer, context, std::move(done));
          });
}

void HopAddresses::Resolve(const std::string& host, const CallContext& context,
                           DnsResolver::Callback done) {
  DnsAnswer answer = AnswerLiteral(host);
  if (const auto it = known_.find(host); it != known_.end()) answer = it->second;
  if (answer != nullptr) return std::move(done)(std::move(answer));
  resolver_.Resolve(
      host, context,
      [this, host, done = std::move(done)](absl::StatusOr<DnsAnswer> resolved) mutable {
        if (resolved.ok()) known_[host] = *resolved;
        std::move(done)(std::move(resolved));
      });
}

void HopAddresses::CheckAgainstUpstream(const std::string& host, std::vector<IpAddress> addresses,
                                        const CallContext& context, Done done) {
  Resolve(upstream_host_, context,
          [this, host, addresses = std::move(addresses),
           done = std::move(done)](absl::StatusOr<DnsAnswer> own) mutable {
            if (absl::IsCancelled(own.status()) || absl::IsDeadlineExceeded(own.status())) {
              return std::move(done)(own.status());
            }
            const auto is_allowed = [&](const IpAddress& address) {
              return IsPublic(address) || (own.ok() && absl::c_linear_search(**own, address));
            };
            const auto refused = absl::c_find_if_not(addresses, is_allowed);
            if (refused != addresses.end()) return std::move(done)(Refusal(host, *refused));
            std::move(done)(std::move(addresses));
          });
}

absl::Status HopAddresses::Refusal(absl::string_view host, const IpAddress& address) const {
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kAddressRefused,
               absl::StrCat(host, " has the address ", address.ToString(),
                            ", which is neither public nor one of ", upstream_host_, "'s"));
}

}  // namespace registryd
