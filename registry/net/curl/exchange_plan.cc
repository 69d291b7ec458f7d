#include "registry/net/curl/exchange_plan.h"

#include <openssl/sha.h>

#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "registry/base/error.h"
#include "registry/base/secret.h"

namespace registryd {
namespace {

// Larger bodies are bulk. What a receiver leaves unread of a smaller one is kept.
constexpr uint64_t kMaxMultiplexedBytes = uint64_t{1024} * 1024;

bool IsBulk(const HttpRequest& request, const HttpOptions& options) {
  if (options.max_body_bytes.value_or(UINT64_MAX) > kMaxMultiplexedBytes) return true;
  return request.body != nullptr &&
         request.body->size().value_or(UINT64_MAX) > kMaxMultiplexedBytes;
}

// As net/http has it: who names an encoding or a range wants the bytes as they are.
bool Decompresses(const HttpRequest& request, const HttpOptions& options) {
  if (!options.decompress || request.method == "HEAD") return false;
  for (const HttpHeader& header : request.headers) {
    if (absl::EqualsIgnoreCase(header.name, "Accept-Encoding") ||
        absl::EqualsIgnoreCase(header.name, "Range")) {
      return false;
    }
  }
  return true;
}

// The parts of a key, none of which can be taken for two others.
class KeyHash {
 public:
  KeyHash() { SHA256_Init(&hash_); }

  void Add(absl::string_view part) {
    AddNumber(part.size());
    SHA256_Update(&hash_, part.data(), part.size());
  }
  void AddNumber(uint64_t number) { SHA256_Update(&hash_, &number, sizeof(number)); }

  std::string Finish() {
    std::string digest(SHA256_DIGEST_LENGTH, '\0');
    SHA256_Final(reinterpret_cast<uint8_t*>(&digest[0]), &hash_);
    return digest;
  }

 private:
  SHA256_CTX hash_;
};

std::string PoolKey(const ExchangePlan& plan, const HttpOptions& options) {
  KeyHash key;
  key.AddNumber(plan.target.https);
  key.Add(absl::AsciiStrToLower(plan.target.host));
  key.AddNumber(plan.target.port);
  key.AddNumber(plan.bulk);
  key.Add(options.connection_group);
  key.AddNumber(plan.addresses.size());
  for (const IpAddress& address : plan.addresses) {
    key.Add({reinterpret_cast<const char*>(address.bytes().data()), address.bytes().size()});
  }
  // A pool holds its contexts, so that no other can have their addresses.
  key.AddNumber(reinterpret_cast<uintptr_t>(plan.target_context.get()));
  key.AddNumber(reinterpret_cast<uintptr_t>(plan.proxy_context.get()));
  key.AddNumber(options.proxy.has_value());
  if (options.proxy.has_value()) {
    key.Add(options.proxy->url);
    key.Add(options.proxy->authorization.Reveal());
  }
  return key.Finish();
}

// The addresses to dial for `target`: `checked`, or the one that its host is.
absl::StatusOr<std::vector<IpAddress>> AddressesOf(const UrlTarget& target,
                                                   const std::vector<IpAddress>& checked) {
  if (!checked.empty()) return checked;
  const std::optional<IpAddress> literal = IpAddress::Parse(target.host);
  if (literal.has_value()) return std::vector<IpAddress>{*literal};
  return Error(absl::StatusCode::kUnavailable, Reason::kConnectionFailed,
               absl::StrCat("there is no address for ", target.server));
}

}  // namespace

std::string ExchangePlan::Addresses() const {
  return absl::StrJoin(addresses, ", ", [](std::string* out, const IpAddress& address) {
    absl::StrAppend(out, address.ToString());
  });
}

absl::StatusOr<ExchangePlan> PlanExchange(const HttpRequest& request, const HttpOptions& options,
                                          SslContextCache& contexts) {
  if (absl::Status status = CheckRequest(request); !status.ok()) return status;
  ExchangePlan plan;
  absl::StatusOr<UrlTarget> target = CheckUrl(request.url, "url");
  if (!target.ok()) return target.status();
  plan.target = *std::move(target);
  if (options.proxy.has_value()) {
    absl::StatusOr<UrlTarget> proxy = CheckUrl(options.proxy->url, "proxy");
    if (!proxy.ok()) return proxy.status();
    plan.proxy = *std::move(proxy);
  }
  absl::StatusOr<std::vector<IpAddress>> addresses =
      plan.proxy.has_value() ? AddressesOf(*plan.proxy, options.proxy->addresses)
                             : AddressesOf(plan.target, options.addresses);
  if (!addresses.ok()) return addresses.status();
  plan.addresses = *std::move(addresses);

  if (plan.target.https) {
    absl::StatusOr<SslContext> context = contexts.Get(plan.target.server, options.tls);
    if (!context.ok()) return context.status();
    plan.target_context = *std::move(context);
  }
  if (plan.proxy.has_value() && plan.proxy->https) {
    absl::StatusOr<SslContext> context = contexts.Get(plan.proxy->server, TlsConfig());
    if (!context.ok()) return context.status();
    plan.proxy_context = *std::move(context);
  }
  plan.bulk = IsBulk(request, options);
  plan.decompress = Decompresses(request, options);
  plan.pool_key = PoolKey(plan, options);
  return plan;
}

}  // namespace registryd
