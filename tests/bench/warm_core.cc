#include "tests/bench/warm_core.h"

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "registry/auth/auth_challenge.h"
#include "registry/base/cancellation.h"
#include "registry/base/clock.h"
#include "registry/reference/reference.h"
#include "registry/tls/certs_directory.h"

namespace registryd {
namespace {

// Long enough that nothing has to be asked again during a measurement.
CachingDnsResolverOptions Lasting() {
  CachingDnsResolverOptions options;
  options.positive_ttl = absl::Hours(24);
  return options;
}

}  // namespace

WarmCore::WarmCore(const FakeDnsResolver::Table& hosts)
    : upstream_(hosts),
      resolver_(upstream_, timers_, Clock::Real(), Lasting()),
      certificates_(CertsDirectory(certs_.path()), executor_, timers_, watcher_, Clock::Real()),
      lookup_(resolver_, certificates_) {}

std::function<bool()> WarmCore::Prepare(const CoreCase& c) {
  std::function<bool()> ask = Ask(c);
  ask();
  if (!ask()) {
    std::fprintf(stderr, "%s: no answer\n", c.name.c_str());
    std::abort();
  }
  return ask;
}

std::function<bool()> WarmCore::Ask(const CoreCase& c) {
  const std::string& text = c.text;
  if (c.question == "parse") return [text] { return Reference::Parse(text).ok(); };
  if (c.question == "challenge") {
    return [text] {
      const absl::string_view header = text;
      return !ParseChallenges({&header, 1}).empty();
    };
  }
  if (c.question == "snapshot") {
    return [options = c.options] { return ServiceConfig::Create(options).ok(); };
  }
  const EndpointLookup::Config config = ServiceConfig::Create(c.options).value();
  if (c.question == "resolve") {
    return [this, config, text] {
      bool answered = false;
      absl::StatusOr<Reference> reference = Reference::Parse(text);
      if (!reference.ok()) return false;
      lookup_.ResolveRepository(config, *std::move(reference), CallContext(),
                                [&answered](auto result) { answered = result.ok(); });
      return answered;
    };
  }
  const auto method = c.question == "pull" ? &EndpointLookup::Pull : &EndpointLookup::Push;
  return [this, config, text, method] {
    bool answered = false;
    (lookup_.*method)(config, text, CallContext(),
                      [&answered](auto result) { answered = result.ok(); });
    return answered;
  };
}

}  // namespace registryd
