#include "registry/net/testing/internal/tls_session.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iostream>

namespace registryd {
namespace {

void Check(bool ok, absl::string_view what) {
  if (ok) return;
  std::cerr << "scripted server: " << what << " failed\n";
  abort();
}

bssl::UniquePtr<BIO> Memory(absl::string_view text) {
  return bssl::UniquePtr<BIO>(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

bssl::UniquePtr<X509> ParseCertificate(const std::string& pem) {
  return bssl::UniquePtr<X509>(PEM_read_bio_X509(Memory(pem).get(), nullptr, nullptr, nullptr));
}

}  // namespace

std::shared_ptr<ssl_ctx_st> MakeServerContext(const ScriptedTls& tls) {
  std::shared_ptr<SSL_CTX> context(SSL_CTX_new(TLS_server_method()), SSL_CTX_free);
  const bssl::UniquePtr<BIO> chain = Memory(tls.certificate.certificate_pem);
  const bssl::UniquePtr<X509> certificate(
      PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr));
  const bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(Memory(tls.certificate.key_pem).get(), nullptr, nullptr, nullptr));
  Check(SSL_CTX_use_certificate(context.get(), certificate.get()) == 1, "the certificate");
  Check(SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1, "the key");
  while (X509* next = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr)) {
    Check(SSL_CTX_add0_chain_cert(context.get(), next) == 1, "the chain");
  }
  ERR_clear_error();  // The chain's end.
  Check(SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION) == 1 &&
            SSL_CTX_set_max_proto_version(context.get(), tls.max_version) == 1,
        "the version");
  if (!tls.client_authority_pem.empty()) {
    const bssl::UniquePtr<X509> authority = ParseCertificate(tls.client_authority_pem);
    Check(authority != nullptr &&
              X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), authority.get()) == 1 &&
              SSL_CTX_add_client_CA(context.get(), authority.get()) == 1,
          "the client authority");
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

TlsSession::TlsSession(ssl_ctx_st* context) : ssl_(SSL_new(context), SSL_free) {
  bssl::UniquePtr<BIO> in(BIO_new(BIO_s_mem()));
  bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  BIO_set_mem_eof_return(in.get(), -1);
  BIO_set_mem_eof_return(out.get(), -1);
  SSL_set_bio(ssl_.get(), in.release(), out.release());
  SSL_set_accept_state(ssl_.get());
}

bool TlsSession::Read(absl::string_view from_wire, std::string* plain, std::string* wire) {
  BIO_write(SSL_get_rbio(ssl_.get()), from_wire.data(), static_cast<int>(from_wire.size()));
  char buffer[16 * 1024];
  int result;
  while ((result = SSL_read(ssl_.get(), buffer, sizeof(buffer))) > 0) {
    plain->append(buffer, static_cast<size_t>(result));
  }
  const int error = SSL_get_error(ssl_.get(), result);
  ERR_clear_error();
  TakeOutput(wire);
  return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_ZERO_RETURN;
}

void TlsSession::Write(absl::string_view plain, std::string* wire) {
  while (!plain.empty()) {
    const int written = SSL_write(ssl_.get(), plain.data(),
                                  static_cast<int>(std::min<size_t>(plain.size(), 1 << 20)));
    if (written <= 0) break;
    plain.remove_prefix(static_cast<size_t>(written));
  }
  ERR_clear_error();
  TakeOutput(wire);
}

void TlsSession::Close(std::string* wire) {
  if (established()) SSL_shutdown(ssl_.get());
  ERR_clear_error();
  TakeOutput(wire);
}

bool TlsSession::established() const { return SSL_in_init(ssl_.get()) == 0; }

std::string TlsSession::server_name() const {
  const char* name = SSL_get_servername(ssl_.get(), TLSEXT_NAMETYPE_host_name);
  return name == nullptr ? "" : name;
}

bool TlsSession::has_client_certificate() const {
  return bssl::UniquePtr<X509>(SSL_get_peer_certificate(ssl_.get())) != nullptr;
}

void TlsSession::TakeOutput(std::string* wire) {
  const uint8_t* data = nullptr;
  size_t size = 0;
  BIO* const out = SSL_get_wbio(ssl_.get());
  if (BIO_mem_contents(out, &data, &size) != 1) return;
  wire->append(reinterpret_cast<const char*>(data), size);
  BIO_reset(out);
}

}  // namespace registryd
