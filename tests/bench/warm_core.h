#ifndef REGISTRYD_TESTS_BENCH_WARM_CORE_H_
#define REGISTRYD_TESTS_BENCH_WARM_CORE_H_

#include <functional>

#include "registry/base/executor.h"
#include "registry/base/timer_queue.h"
#include "registry/endpoint/endpoint_lookup.h"
#include "registry/fs/folder_watcher.h"
#include "registry/fs/temporary_folder.h"
#include "registry/net/caching_dns_resolver.h"
#include "registry/net/fake_dns_resolver.h"
#include "registry/tls/caching_certificate_store.h"
#include "tests/bench/core_case.h"

namespace registryd {

// The core as registryd puts it together, over its real caches, for hosts that it has
// seen before. certs.d is empty.
class WarmCore {
 public:
  explicit WarmCore(const FakeDnsResolver::Table& hosts);

  // Asks the question of `c` once, and throws the answer away; false if there was
  // none at once. It has been asked twice before this returns, so that everything is
  // known that it needs. Aborts if that had no answer. The function is for one thread
  // and does not outlive this object.
  std::function<bool()> Prepare(const CoreCase& c);

 private:
  std::function<bool()> Ask(const CoreCase& c);

  TemporaryFolder certs_;
  TimerQueue timers_;
  Executor executor_;
  FolderWatcher watcher_;
  FakeDnsResolver upstream_;
  CachingDnsResolver resolver_;
  CachingCertificateStore certificates_;
  EndpointLookup lookup_;
};

}  // namespace registryd

#endif  // REGISTRYD_TESTS_BENCH_WARM_CORE_H_
