#ifndef REGISTRYD_REGISTRY_CONFIG_TRANSACTION_TABLE_H_
#define REGISTRYD_REGISTRY_CONFIG_TRANSACTION_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "registry/config/service_config.h"

namespace registryd {

// A configuration that was prepared, and waits for its commit.
struct Transaction {
  std::shared_ptr<const ServiceConfig> config;
  // The version that was current when it was prepared.
  uint64_t base_version = 0;
  absl::Time expires;
};

// The transactions that wait, by an id that cannot be guessed: 128 random bits of
// the kernel's, in hexadecimal. A transaction is gone at its `expires`.
// Thread-safe.
class TransactionTable {
 public:
  explicit TransactionTable(size_t limit) : limit_(limit) {}

  // Returns the new transaction's id. RESOURCE_EXHAUSTED (TOO_MANY_TRANSACTIONS)
  // if as many as the limit wait.
  absl::StatusOr<std::string> Add(Transaction transaction, absl::Time now);

  // NOT_FOUND (TRANSACTION_NOT_FOUND) if the id is unknown, taken or expired.
  absl::StatusOr<Transaction> Find(absl::string_view id, absl::Time now) const;
  absl::StatusOr<Transaction> Take(absl::string_view id, absl::Time now);

  size_t size(absl::Time now) const;

 private:
  const size_t limit_;
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Transaction> transactions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_CONFIG_TRANSACTION_TABLE_H_
