#include "registry/net/fake_dns_resolver.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {

FakeDnsResolver::FakeDnsResolver(const Table& table) {
  for (const auto& [host, addresses] : table) SetAddresses(host, addresses);
}

void FakeDnsResolver::Resolve(absl::string_view host, const CallContext& context, Callback done) {
  const std::shared_ptr<Call> call = Call::Start(context, timers_, std::move(done));
  absl::StatusOr<DnsAnswer> answer;
  {
    absl::MutexLock lock(&mutex_);
    ++queries_[std::string(host)];
    if (held_) {
      waiting_.emplace_back(host, call);
      return;
    }
    answer = LookUp(host);
  }
  call->Finish(std::move(answer));
}

DnsAnswer FakeDnsResolver::Cached(absl::string_view host, bool* known_failure) {
  if (known_failure != nullptr) *known_failure = false;
  if (DnsAnswer literal = AnswerLiteral(host)) return literal;
  absl::MutexLock lock(&mutex_);
  if (!cached_) return nullptr;
  const absl::StatusOr<DnsAnswer> answer = LookUp(host);
  if (answer.ok()) return *answer;
  if (known_failure != nullptr) *known_failure = true;
  return nullptr;
}

void FakeDnsResolver::SetAddresses(absl::string_view host,
                                   const std::vector<std::string>& addresses) {
  std::vector<IpAddress> parsed;
  for (const std::string& address : addresses) parsed.push_back(IpAddress::Parse(address).value());
  absl::MutexLock lock(&mutex_);
  table_[std::string(host)] = std::make_shared<const std::vector<IpAddress>>(std::move(parsed));
}

void FakeDnsResolver::SetError(absl::string_view host, absl::Status error) {
  absl::MutexLock lock(&mutex_);
  table_[std::string(host)] = std::move(error);
}

void FakeDnsResolver::MakeCached() {
  absl::MutexLock lock(&mutex_);
  cached_ = true;
}

void FakeDnsResolver::Hold() {
  absl::MutexLock lock(&mutex_);
  held_ = true;
}

void FakeDnsResolver::Release() {
  std::vector<std::pair<std::shared_ptr<Call>, absl::StatusOr<DnsAnswer>>> answers;
  {
    absl::MutexLock lock(&mutex_);
    held_ = false;
    for (auto& [host, call] : waiting_) answers.emplace_back(std::move(call), LookUp(host));
    waiting_.clear();
  }
  for (auto& [call, answer] : answers) call->Finish(std::move(answer));
}

int FakeDnsResolver::queries(absl::string_view host) const {
  absl::MutexLock lock(&mutex_);
  const auto it = queries_.find(host);
  return it == queries_.end() ? 0 : it->second;
}

int FakeDnsResolver::queries() const {
  absl::MutexLock lock(&mutex_);
  int total = 0;
  for (const auto& [host, count] : queries_) total += count;
  return total;
}

absl::StatusOr<DnsAnswer> FakeDnsResolver::LookUp(absl::string_view host) const {
  if (DnsAnswer literal = AnswerLiteral(host)) return literal;
  const auto it = table_.find(host);
  if (it != table_.end()) return it->second;
  return Error(absl::StatusCode::kNotFound, Reason::kDnsFailed,
               absl::StrCat("no address for ", host));
}

}  // namespace registryd
