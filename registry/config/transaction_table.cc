#include "registry/config/transaction_table.h"

#include <sys/random.h>

#include <cerrno>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

constexpr size_t kIdBytes = 16;

absl::StatusOr<std::string> NewId() {
  char bytes[kIdBytes];
  ssize_t got;
  // So few bytes come at once or not at all.
  do {
    got = getrandom(bytes, sizeof bytes, 0);
  } while (got < 0 && errno == EINTR);
  if (got != static_cast<ssize_t>(sizeof bytes)) {
    return Error(absl::StatusCode::kInternal, Reason::kInternal,
                 "the system gave no random bytes for a transaction id");
  }
  return absl::BytesToHexString(absl::string_view(bytes, sizeof bytes));
}

absl::Status NotFound() {
  return Error(absl::StatusCode::kNotFound, Reason::kTransactionNotFound,
               "no such transaction: it was committed, aborted, has expired, or never was");
}

}  // namespace

absl::StatusOr<std::string> TransactionTable::Add(Transaction transaction, absl::Time now) {
  absl::StatusOr<std::string> id = NewId();
  if (!id.ok()) return id;
  absl::MutexLock lock(&mutex_);
  absl::erase_if(transactions_, [now](const auto& item) { return now >= item.second.expires; });
  if (transactions_.size() >= limit_) {
    return Error(absl::StatusCode::kResourceExhausted, Reason::kTooManyTransactions,
                 absl::StrCat("too many transactions: ", limit_, " wait for their commit"));
  }
  transactions_[*id] = std::move(transaction);
  return id;
}

absl::StatusOr<Transaction> TransactionTable::Find(absl::string_view id, absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  const auto found = transactions_.find(id);
  if (found == transactions_.end() || now >= found->second.expires) return NotFound();
  return found->second;
}

absl::StatusOr<Transaction> TransactionTable::Take(absl::string_view id, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  const auto found = transactions_.find(id);
  if (found == transactions_.end()) return NotFound();
  Transaction transaction = std::move(found->second);
  transactions_.erase(found);
  if (now >= transaction.expires) return NotFound();
  return transaction;
}

size_t TransactionTable::size(absl::Time now) const {
  absl::MutexLock lock(&mutex_);
  return absl::c_count_if(transactions_,
                          [now](const auto& item) { return now < item.second.expires; });
}

}  // namespace registryd
