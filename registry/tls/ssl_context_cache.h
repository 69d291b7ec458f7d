#ifndef REGISTRYD_REGISTRY_TLS_SSL_CONTEXT_CACHE_H_
#define REGISTRYD_REGISTRY_TLS_SSL_CONTEXT_CACHE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "registry/tls/host_certificates.h"
#include "registry/tls/system_roots.h"

// BoringSSL's SSL_CTX, whose headers stay within registry/tls and the transport.
struct ssl_ctx_st;

namespace registryd {

// Shared by connections, which may outlive the cache.
using SslContext = std::shared_ptr<ssl_ctx_st>;

// Makes the BoringSSL context for connections to `host` under `config`: TLS 1.2
// or newer, servers with keys of RSA, P-256, P-384, P-521 or Ed25519, trust in
// `roots` and the host's own roots, client certificates that are offered when the
// server accepts their issuer (the first such one; a server that names no issuer
// is offered the first). Verification of certificates is off if `config` is
// insecure. Verification of the name is per connection, and the caller's to set.
//
// Errors: INVALID_ARGUMENT, reason CERTIFICATES_INVALID, for a client
// certificate that is damaged or not its key's.
absl::StatusOr<SslContext> MakeSslContext(const SystemRoots& roots, absl::string_view host,
                                          const TlsConfig& config);

// Gives `context`, which a library has made for itself, the protocol versions,
// trust, verification and client certificates of `model`, in place of its own. What
// is parsed is shared.
void ConfigureLike(const SslContext& model, ssl_ctx_st* context);

struct SslContextCacheOptions {
  // Hosts with certificates; beyond, what was not used for the longest time is forgotten.
  // A host counts once for each of its certificates.
  size_t max_entries = 1024;
};

// Keeps a context for each host and its certificates, compared by content: registries with
// different roots may name one token server. Certificates that have changed make a new
// context, and connections that are open keep theirs; the old one goes when it is the
// longest unused. Certificates that are the same object are not compared. Hosts without
// certificates of their own share one context. Thread-safe.
class SslContextCache {
 public:
  explicit SslContextCache(std::shared_ptr<const SystemRoots> roots,
                           SslContextCacheOptions options = {});

  // As MakeSslContext, which it calls on this thread when it must. No disk, no
  // network. Failures are not cached.
  absl::StatusOr<SslContext> Get(absl::string_view host, const TlsConfig& config);

  struct Stats {
    uint64_t hits = 0;
    uint64_t misses = 0;
    size_t entries = 0;
  };
  Stats stats() const;

 private:
  struct Key {
    std::string host;
    std::shared_ptr<const HostCertificates> certificates;  // Never null.

    friend bool operator==(const Key& a, const Key& b) {
      return a.host == b.host &&
             (a.certificates == b.certificates || *a.certificates == *b.certificates);
    }
    // Few hosts have more than one entry: those are told apart by comparing.
    template <typename H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.host);
    }
  };
  struct Entry {
    SslContext context;
    uint64_t last_used = 0;
  };

  void Insert(Key key, Entry entry) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::shared_ptr<const SystemRoots> roots_;
  const SslContextCacheOptions options_;

  mutable absl::Mutex mutex_;
  uint64_t uses_ ABSL_GUARDED_BY(mutex_) = 0;
  SslContext plain_ ABSL_GUARDED_BY(mutex_);
  SslContext insecure_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<Key, Entry> entries_ ABSL_GUARDED_BY(mutex_);
  Stats stats_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_TLS_SSL_CONTEXT_CACHE_H_
