#ifndef REGISTRYD_REGISTRY_AUTH_TOKEN_CACHE_H_
#define REGISTRYD_REGISTRY_AUTH_TOKEN_CACHE_H_

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/hash/hash.h"
#include "absl/time/time.h"
#include "registry/auth/auth_config.h"
#include "registry/auth/token_source.h"

namespace registryd {

// Whose token it is, and what for: a token answers only requests with equal keys.
// Holds the credentials themselves, not a digest: two keys are equal only if all of
// their bytes are, which is compared in constant time, and nothing rests on a hash. The
// User-Agent is no part of it.
class TokenKey {
 public:
  explicit TokenKey(const TokenRequest& request);

  friend bool operator==(const TokenKey& a, const TokenKey& b);

  // Of memory, about.
  size_t bytes() const;

  // For maps whose keys are pointers to keys.
  struct PointerHash {
    size_t operator()(const TokenKey* key) const { return absl::Hash<TokenKey>()(*key); }
  };
  struct PointerEqual {
    bool operator()(const TokenKey* a, const TokenKey* b) const { return *a == *b; }
  };

  template <typename H>
  friend H AbslHashValue(H h, const TokenKey& key) {
    return H::combine(std::move(h), key.caller_, key.origin_, key.unverified_, key.plaintext_,
                      key.realm_, key.service_, key.scopes_, key.offline_, key.force_oauth_,
                      key.credentials_->username, key.credentials_->password.Reveal(),
                      key.credentials_->identity_token.Reveal());
  }

 private:
  std::string caller_;
  std::string origin_;
  // How the registry was trusted: what an unverified one led to stays with it.
  bool unverified_;
  bool plaintext_;
  std::string realm_;
  std::string service_;
  std::vector<std::string> scopes_;  // Sorted, each once.
  bool offline_;
  bool force_oauth_;
  std::shared_ptr<const AuthConfig> credentials_;
};

// Tokens by key, up to a number and to so many bytes, keys included; those that nobody
// asked for longest make room. Both halves of an entry are wiped when it goes. Not
// thread-safe.
class TokenCache {
 public:
  static constexpr size_t kMaxBytes = size_t{64} << 20;
  // One entry does not drive out thousands: a larger one is not kept.
  static constexpr size_t kMaxEntryBytes = size_t{64} << 10;

  explicit TokenCache(size_t max_entries, size_t max_bytes = kMaxBytes)
      : max_entries_(max_entries), max_bytes_(max_bytes) {}

  // Valid until the next call. nullptr without one that is good at `now`; one that is no
  // longer, or not yet (WasSetBack), goes.
  const Token* Find(const TokenKey& key, absl::Time now);

  // To be given from `now` until before `until`. In place of what `key` had.
  void Store(std::shared_ptr<const TokenKey> key, Token token, absl::Time now, absl::Time until);

  void Erase(const TokenKey& key);
  void Clear();

  size_t size() const { return entries_.size(); }
  size_t bytes() const { return bytes_; }

 private:
  struct Entry {
    std::shared_ptr<const TokenKey> key;
    Token token;
    absl::Time from;
    absl::Time until;
    size_t bytes = 0;
  };
  using Entries = std::list<Entry>;

  void Erase(Entries::iterator entry);

  const size_t max_entries_;
  const size_t max_bytes_;
  size_t bytes_ = 0;
  Entries entries_;  // The latest used first.
  // Keys are those of the entries.
  absl::flat_hash_map<const TokenKey*, Entries::iterator, TokenKey::PointerHash,
                      TokenKey::PointerEqual>
      by_key_;
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_AUTH_TOKEN_CACHE_H_
