#include "registry/auth/token_cache.h"

#include <algorithm>
#include <iterator>

#include "registry/base/clock.h"

namespace registryd {

TokenKey::TokenKey(const TokenRequest& request)
    : caller_(request.caller),
      origin_(request.upstream->origin),
      unverified_(request.upstream->tls.insecure_skip_verify),
      plaintext_(request.upstream->allow_plaintext_credentials),
      realm_(request.realm),
      service_(request.service),
      scopes_(request.scopes),
      offline_(request.offline),
      force_oauth_(request.force_oauth),
      credentials_(request.credentials) {
  std::sort(scopes_.begin(), scopes_.end());
  scopes_.erase(std::unique(scopes_.begin(), scopes_.end()), scopes_.end());
}

bool operator==(const TokenKey& a, const TokenKey& b) {
  return a.caller_ == b.caller_ && a.origin_ == b.origin_ && a.unverified_ == b.unverified_ &&
         a.plaintext_ == b.plaintext_ && a.realm_ == b.realm_ && a.service_ == b.service_ &&
         a.scopes_ == b.scopes_ && a.offline_ == b.offline_ && a.force_oauth_ == b.force_oauth_ &&
         a.credentials_->username == b.credentials_->username &&
         a.credentials_->password == b.credentials_->password &&
         a.credentials_->identity_token == b.credentials_->identity_token;
}

size_t TokenKey::bytes() const {
  size_t bytes =
      sizeof(TokenKey) + caller_.size() + origin_.size() + realm_.size() + service_.size();
  const AuthConfig& held = *credentials_;
  for (const std::string* text : {&held.username, &held.email, &held.server_address}) {
    bytes += text->size();
  }
  for (const Secret* secret :
       {&held.password, &held.auth, &held.identity_token, &held.registry_token}) {
    bytes += secret->Reveal().size();
  }
  for (const std::string& scope : scopes_) bytes += sizeof(std::string) + scope.size();
  return bytes;
}

const Token* TokenCache::Find(const TokenKey& key, absl::Time now) {
  const auto found = by_key_.find(&key);
  if (found == by_key_.end()) return nullptr;
  const Entries::iterator entry = found->second;
  if (WasSetBack(entry->from, now) || now >= entry->until) {
    Erase(entry);
    return nullptr;
  }
  entries_.splice(entries_.begin(), entries_, entry);
  return &entry->token;
}

void TokenCache::Store(std::shared_ptr<const TokenKey> key, Token token, absl::Time now,
                       absl::Time until) {
  Erase(*key);
  const size_t bytes = sizeof(Entry) + key->bytes() + token.access_token.Reveal().size() +
                       token.refresh_token.Reveal().size();
  if (max_entries_ == 0 || bytes > std::min(kMaxEntryBytes, max_bytes_) || until <= now) return;
  while (entries_.size() == max_entries_ || bytes > max_bytes_ - bytes_) {
    Erase(std::prev(entries_.end()));
  }
  bytes_ += bytes;
  entries_.push_front({std::move(key), std::move(token), now, until, bytes});
  by_key_.emplace(entries_.front().key.get(), entries_.begin());
}

void TokenCache::Erase(const TokenKey& key) {
  if (const auto found = by_key_.find(&key); found != by_key_.end()) Erase(found->second);
}

void TokenCache::Clear() {
  by_key_.clear();
  entries_.clear();
  bytes_ = 0;
}

void TokenCache::Erase(Entries::iterator entry) {
  by_key_.erase(entry->key.get());
  bytes_ -= entry->bytes;
  entries_.erase(entry);
}

}  // namespace registryd
