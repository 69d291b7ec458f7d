#include "registry/endpoint/lookup_facts.h"

#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/statusor.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// The look-up was not made, so that nothing is known of the name. Any other
// failure is the name's own, and it counts as one without addresses.
bool WasNotMade(const absl::Status& status) {
  return absl::IsDeadlineExceeded(status) || absl::IsCancelled(status) ||
         ReasonOf(status) == Reason::kOverloaded;
}

}  // namespace

LookupFacts::LookupFacts(DnsResolver& resolver, CertificateStore& certificates)
    : resolver_(resolver), certificates_(certificates) {}

DnsAnswer LookupFacts::Addresses(absl::string_view name) {
  if (const Fact* const fact = Find(Kind::kAddresses, name)) {
    Note(fact->status);
    return fact->addresses;
  }
  bool known_failure = false;
  DnsAnswer cached = resolver_.Cached(name, &known_failure);
  if (cached == nullptr && !known_failure) Want(Kind::kAddresses, name);
  return cached;
}

std::shared_ptr<const HostCertificates> LookupFacts::Certificates(absl::string_view host) {
  if (const Fact* const fact = Find(Kind::kCertificates, host)) {
    Note(fact->status);
    return fact->certificates;
  }
  const std::shared_ptr<const CertificateStore::Answer> cached = certificates_.Cached(host);
  if (cached == nullptr) {
    Want(Kind::kCertificates, host);
    return nullptr;
  }
  Note(cached->status());
  return cached->ok() ? **cached : nullptr;
}

void LookupFacts::Fetch(const CallContext& context, absl::AnyInvocable<void() &&> done) {
  done_ = std::move(done);
  // One more, so that nothing ends before everything was begun.
  awaited_.store(unknown_ + 1, std::memory_order_relaxed);
  unknown_ = 0;
  for (Fact& fact : facts_) {
    if (!fact.known) FetchOne(fact, context);
  }
  Arrived();
}

const LookupFacts::Fact* LookupFacts::Find(Kind kind, absl::string_view name) const {
  const auto found = absl::c_find_if(
      facts_, [kind, name](const Fact& fact) { return fact.kind == kind && fact.name == name; });
  return found == facts_.end() ? nullptr : &*found;
}

void LookupFacts::Want(Kind kind, absl::string_view name) {
  Fact fact;
  fact.kind = kind;
  fact.name = std::string(name);
  facts_.push_back(std::move(fact));
  ++unknown_;
}

void LookupFacts::Note(const absl::Status& status) {
  if (status_.ok()) status_ = status;
}

void LookupFacts::FetchOne(Fact& fact, const CallContext& context) {
  if (fact.kind == Kind::kCertificates) {
    certificates_.Get(fact.name, context, [this, &fact](CertificateStore::Answer answer) {
      fact.known = true;
      fact.status = answer.status();
      if (answer.ok()) fact.certificates = *std::move(answer);
      Arrived();
    });
    return;
  }
  resolver_.Resolve(fact.name, context, [this, &fact](absl::StatusOr<DnsAnswer> answer) {
    fact.known = true;
    if (answer.ok()) {
      fact.addresses = *std::move(answer);
    } else if (WasNotMade(answer.status())) {
      fact.status = answer.status();
    }
    Arrived();
  });
}

void LookupFacts::Arrived() {
  if (awaited_.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  // It may end this object.
  absl::AnyInvocable<void()&&> done = std::move(done_);
  std::move(done)();
}

}  // namespace registryd
