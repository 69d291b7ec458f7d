#ifndef REGISTRYD_REGISTRY_TLS_CACHING_CERTIFICATE_STORE_H_
#define REGISTRYD_REGISTRY_TLS_CACHING_CERTIFICATE_STORE_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "registry/base/clock.h"
#include "registry/base/executor.h"
#include "registry/base/timer_queue.h"
#include "registry/fs/folder_watcher.h"
#include "registry/tls/certificate_store.h"
#include "registry/tls/certs_directory.h"

namespace registryd {

struct CachingCertificateStoreOptions {
  // Hosts with a folder in certs.d; the rest take no place.
  size_t max_entries = 16384;
  // How old an answer gets before its use makes somebody look, in the
  // background, whether the folder is still the same: for changes that the
  // watcher cannot see. An answer of the future is as old: the clock was set back.
  absl::Duration revalidate_after = absl::Seconds(10);
  // How long a failure is the answer.
  absl::Duration error_lifetime = absl::Seconds(1);
};

// Answers from what was read of a CertsDirectory before. The names in certs.d
// are known, so that a host without a folder is answered without a look at the
// disk, the first time too; a host with one is read once, however many ask.
// Changes of certs.d are seen by a FolderWatcher and read in the background:
// until then, a fraction of a second, the old answer stands. A host whose files
// did not change keeps its very object.
//
// Errors beyond those of CertificateStore: UNAVAILABLE, reason OVERLOADED, when
// too many reads are waiting, or the process is out of file descriptors.
//
//   CachingCertificateStore store(CertsDirectory("/etc/docker/certs.d"), executor,
//                                 timers, watcher, Clock::Real());
class CachingCertificateStore : public CertificateStore {
 public:
  // Lists certs.d. `watcher` outlives the store. `timers` and `clock` outlive
  // `executor`, which outlives the store and reads on its threads.
  CachingCertificateStore(CertsDirectory directory, Executor& executor, TimerQueue& timers,
                          FolderWatcher& watcher, const Clock& clock,
                          CachingCertificateStoreOptions options = {});
  // Calls that wait end with UNAVAILABLE, reason SHUTTING_DOWN.
  ~CachingCertificateStore() override;

  void Get(absl::string_view host, const CallContext& context, Callback done) override;
  std::shared_ptr<const Answer> Cached(absl::string_view host) override;

  struct Stats {
    uint64_t hits = 0;     // Answers without the disk.
    uint64_t misses = 0;   // Calls of Get that had to wait for it.
    uint64_t reloads = 0;  // Answers that replaced another.
    size_t entries = 0;
  };
  Stats stats() const;

 private:
  class Core;

  const std::shared_ptr<Core> core_;
  FolderWatcher::Watch watch_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_CACHING_CERTIFICATE_STORE_H_
