#include "registry/tls/certificate_cache.h"

#include <algorithm>
#include <utility>

#include "absl/hash/hash.h"

namespace registryd {

CertificateCache::CertificateCache(size_t max_entries)
    : max_entries_per_part_(std::max<size_t>(1, (max_entries + kParts - 1) / kParts)),
      parts_(std::make_unique<std::array<Part, kParts>>()) {}

CertificateCache::Part& CertificateCache::PartOf(absl::string_view host) const {
  return (*parts_)[absl::HashOf(host) % kParts];
}

CertificateCache::Pointer CertificateCache::Find(absl::string_view host) const {
  const auto& map = *PartOf(host).map.Get();
  auto it = map.find(host);
  return it == map.end() ? nullptr : it->second;
}

void CertificateCache::Put(absl::string_view host, Pointer entry) {
  Part& part = PartOf(host);
  absl::MutexLock lock(&part.writing);
  auto changed = std::make_shared<Map>(*part.map.Get());
  if (changed->size() >= max_entries_per_part_ && !changed->contains(host)) {
    changed->erase(std::min_element(changed->begin(), changed->end(), [](auto& a, auto& b) {
      return a.second->touched.load(std::memory_order_relaxed) <
             b.second->touched.load(std::memory_order_relaxed);
    }));
  }
  changed->insert_or_assign(std::string(host), std::move(entry));
  part.map.Set(std::move(changed));
}

void CertificateCache::Erase(absl::string_view host) {
  Part& part = PartOf(host);
  absl::MutexLock lock(&part.writing);
  auto changed = std::make_shared<Map>(*part.map.Get());
  if (changed->erase(host) > 0) part.map.Set(std::move(changed));
}

std::vector<std::string> CertificateCache::Hosts() const {
  std::vector<std::string> hosts;
  for (const Part& part : *parts_) {
    for (const auto& [host, unused] : *part.map.Get()) hosts.push_back(host);
  }
  return hosts;
}

size_t CertificateCache::size() const {
  size_t size = 0;
  for (const Part& part : *parts_) size += part.map.Get()->size();
  return size;
}

}  // namespace registryd
