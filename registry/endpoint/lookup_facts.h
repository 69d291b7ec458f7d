#ifndef REGISTRYD_REGISTRY_ENDPOINT_LOOKUP_FACTS_H_
#define REGISTRYD_REGISTRY_ENDPOINT_LOOKUP_FACTS_H_

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "registry/base/cancellation.h"
#include "registry/net/dns_resolver.h"
#include "registry/tls/certificate_store.h"

namespace registryd {

// What one look-up knows of the world: addresses and certificates. It lets the
// look-up be written as a plain calculation that asks as if everything were known.
// The calculation is run; if it asked for what is not known, its result is thrown
// away, what it asked for is fetched, and it is run again:
//
//   LookupFacts facts(resolver, certificates);
//   auto result = Calculate(facts);
//   if (!facts.complete()) facts.Fetch(context, [] { /* facts.Begin(), again */ });
//
// Where the caches know the answers this allocates nothing and takes no lock.
// A fact that was fetched does not change any more for this look-up, so there are
// as many rounds as facts depend on one another, two here.
//
// Not thread-safe; not to be used between Fetch and its callback.
class LookupFacts {
 public:
  // Both outlive this object.
  LookupFacts(DnsResolver& resolver, CertificateStore& certificates);
  LookupFacts(const LookupFacts&) = delete;
  LookupFacts& operator=(const LookupFacts&) = delete;

  // Forgets the errors of the round before.
  void Begin() { status_ = absl::OkStatus(); }

  // The addresses of `name`. Null if it has none, as if its look-up had failed;
  // null too if they are not known yet or the look-up was not made in time, which
  // complete() and status() tell.
  DnsAnswer Addresses(absl::string_view name);

  // The certificates of `host`. Null if not known yet, or on an error.
  std::shared_ptr<const HostCertificates> Certificates(absl::string_view host);

  // All that was asked for is known.
  bool complete() const { return unknown_ == 0; }
  // The first error among what was asked for in this round.
  const absl::Status& status() const { return status_; }

  // Fetches what is not known, all at once, within `context`. Calls `done` once,
  // on this thread or another; it has to keep this object alive.
  void Fetch(const CallContext& context, absl::AnyInvocable<void() &&> done);

 private:
  enum class Kind { kAddresses, kCertificates };

  struct Fact {
    Kind kind;
    std::string name;
    bool known = false;
    // Null for a name that does not resolve. One of the two is used.
    DnsAnswer addresses;
    std::shared_ptr<const HostCertificates> certificates;
    absl::Status status;
  };

  // The fact, if it was asked for in an earlier round or this one.
  const Fact* Find(Kind kind, absl::string_view name) const;
  void Want(Kind kind, absl::string_view name);
  void Note(const absl::Status& status);
  void FetchOne(Fact& fact, const CallContext& context);
  void Arrived();

  DnsResolver& resolver_;
  CertificateStore& certificates_;
  std::vector<Fact> facts_;
  size_t unknown_ = 0;
  absl::Status status_;
  std::atomic<size_t> awaited_{0};
  absl::AnyInvocable<void() &&> done_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_ENDPOINT_LOOKUP_FACTS_H_
