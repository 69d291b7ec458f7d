#include <openssl/err.h>
#include <openssl/ssl.h>

#include <cstdint>
#include <iterator>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "registry/base/error.h"
#include "registry/tls/internal/client_key_pair.h"
#include "registry/tls/internal/pem.h"
#include "registry/tls/internal/system_roots_store.h"
#include "registry/tls/internal/trust_store.h"
#include "registry/tls/ssl_context_cache.h"

namespace registryd {
namespace {

// Shared by the contexts of one host.
using KeyPairs = std::shared_ptr<const std::vector<ClientKeyPair>>;

// Where a context keeps its KeyPairs: they live as long as it does, and
// connections hold their context.
int KeyPairsIndex() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* pairs, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<KeyPairs*>(pairs);
      });
  return index;
}

// nullptr: none.
const KeyPairs* KeyPairsOf(const SSL_CTX* ctx) {
  return static_cast<const KeyPairs*>(SSL_CTX_get_ex_data(ctx, KeyPairsIndex()));
}

// Called when a server asks for a client certificate. Going on without one is
// no failure here; the server decides.
int ChooseClientCertificate(SSL* ssl, void*) {
  const KeyPairs& pairs = *KeyPairsOf(SSL_get_SSL_CTX(ssl));
  const STACK_OF(X509_NAME)* authorities = SSL_get_client_CA_list(ssl);
  for (const ClientKeyPair& pair : *pairs) {
    if (!pair.IssuedByOneOf(authorities)) continue;
    std::vector<CRYPTO_BUFFER*> chain;
    for (const auto& certificate : pair.chain()) chain.push_back(certificate.get());
    return SSL_set_chain_and_key(ssl, chain.data(), chain.size(), pair.key(), nullptr);
  }
  return 1;
}

// The system's roots and the host's own.
bssl::UniquePtr<X509_STORE> MakeStore(const SystemRoots::Store& system,
                                      const std::vector<TrustRoot>& roots) {
  if (roots.empty()) return bssl::UpRef(system.store);
  bssl::UniquePtr<X509_STORE> store = NewTrustStore();
  for (const auto& certificate : system.certificates) {
    X509_STORE_add_cert(store.get(), certificate.get());
  }
  for (const TrustRoot& root : roots) {
    for (const auto& certificate : ParsedRootsInPem(root.pem)) {
      X509_STORE_add_cert(store.get(), certificate.get());
    }
  }
  // One that is there already is refused, which is fine.
  ERR_clear_error();
  return store;
}

// Lets servers have Ed25519 and P-521 keys, which come after BoringSSL's defaults here. By
// TLS 1.2 the curve of a key has to be among those for the key exchange.
bool AcceptAllKeys(SSL_CTX* ctx) {
  constexpr uint16_t kSignatures[] = {
      SSL_SIGN_ECDSA_SECP256R1_SHA256, SSL_SIGN_RSA_PSS_RSAE_SHA256,
      SSL_SIGN_RSA_PKCS1_SHA256,       SSL_SIGN_ECDSA_SECP384R1_SHA384,
      SSL_SIGN_RSA_PSS_RSAE_SHA384,    SSL_SIGN_RSA_PKCS1_SHA384,
      SSL_SIGN_RSA_PSS_RSAE_SHA512,    SSL_SIGN_RSA_PKCS1_SHA512,
      SSL_SIGN_RSA_PKCS1_SHA1,         SSL_SIGN_ED25519,
      SSL_SIGN_ECDSA_SECP521R1_SHA512};
  return SSL_CTX_set_verify_algorithm_prefs(ctx, kSignatures, std::size(kSignatures)) == 1 &&
         SSL_CTX_set1_curves_list(ctx, "X25519:P-256:P-384:P-521") == 1;
}

// All that connections of this service have in common. False without memory.
bool Configure(SSL_CTX* ctx, bssl::UniquePtr<X509_STORE> store, int verify_mode,
               const KeyPairs& pairs) {
  if (SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION) != 1) return false;
  SSL_CTX_set_cert_store(ctx, store.release());
  SSL_CTX_set_verify(ctx, verify_mode, nullptr);
  // Any certificate that an operator trusts ends a chain, an intermediate or a
  // server's own too.
  X509_VERIFY_PARAM_set_flags(SSL_CTX_get0_param(ctx),
                              X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST);
  if (!AcceptAllKeys(ctx)) return false;
  if (pairs == nullptr) return true;
  SSL_CTX_set_ex_data(ctx, KeyPairsIndex(), new KeyPairs(pairs));
  SSL_CTX_set_cert_cb(ctx, ChooseClientCertificate, nullptr);
  return true;
}

absl::StatusOr<KeyPairs> ParseKeyPairs(absl::string_view host,
                                       const std::vector<ClientCertificate>& certificates) {
  if (certificates.empty()) return KeyPairs();
  std::vector<ClientKeyPair> pairs;
  for (const ClientCertificate& files : certificates) {
    absl::StatusOr<ClientKeyPair> pair = ClientKeyPair::Parse(files);
    if (!pair.ok()) {
      const std::string shown = absl::CHexEscape(host);
      return Error(absl::StatusCode::kInvalidArgument, Reason::kCertificatesInvalid,
                   absl::StrCat("certificates of ", shown, ": ", pair.status().message()),
                   {{"host", shown}, {"file", absl::CHexEscape(files.certificate_file)}});
    }
    pairs.push_back(*std::move(pair));
  }
  return std::make_shared<const std::vector<ClientKeyPair>>(std::move(pairs));
}

}  // namespace

absl::StatusOr<SslContext> MakeSslContext(const SystemRoots& roots, absl::string_view host,
                                          const TlsConfig& config) {
  absl::StatusOr<KeyPairs> pairs = ParseKeyPairs(host, config.certificates->client_certificates);
  if (!pairs.ok()) return pairs.status();
  SslContext context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (context == nullptr ||
      !Configure(context.get(), MakeStore(roots.store(), config.certificates->roots),
                 config.insecure_skip_verify ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, *pairs)) {
    ERR_clear_error();
    return Error(absl::StatusCode::kInternal, Reason::kInternal, "no TLS context can be made");
  }
  return context;
}

void ConfigureLike(const SslContext& model, ssl_ctx_st* context) {
  const KeyPairs* pairs = KeyPairsOf(model.get());
  Configure(context, bssl::UpRef(SSL_CTX_get_cert_store(model.get())),
            SSL_CTX_get_verify_mode(model.get()), pairs == nullptr ? nullptr : *pairs);
}

}  // namespace registryd
