#include "registry/tls/internal/pem.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/mem.h>
#include <openssl/pem.h>
#include <openssl/pool.h>
#include <openssl/x509.h>
#include <string.h>

#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "registry/base/secret.h"

namespace registryd {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN ";
constexpr absl::string_view kEnd = "-----END ";
constexpr size_t kBase64Line = 64;

// The blocks of `text`, written such that BoringSSL reads from them what Go's
// encoding/pem reads: it takes an empty line for the end of headers, and cuts lines of
// more than 253 characters. Wiped, as a key may be in it.
class PlainPem {
 public:
  explicit PlainPem(absl::string_view text) {
    out_.reserve(2 * text.size() + kBase64Line);  // Never grows: no copy is left behind.
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      Add(absl::StripTrailingAsciiWhitespace(line));
    }
  }
  ~PlainPem() { Wipe(out_); }

  bssl::UniquePtr<BIO> Reader() const {
    return bssl::UniquePtr<BIO>(BIO_new_mem_buf(out_.data(), static_cast<int>(out_.size())));
  }

 private:
  void Add(absl::string_view line) {
    if (absl::StartsWith(line, kBegin)) {
      // One that was begun before and has no end is none.
      if (in_block_) Cut();
      begin_ = out_.size();
      in_block_ = true;
      Put(line);
    } else if (!in_block_) {
      return;
    } else if (absl::StartsWith(line, kEnd)) {
      if (column_ > 0) Put("");
      Put(line);
      in_block_ = false;
    } else if (absl::StrContains(line, ':')) {
      Put(line);
      in_headers_ = true;
    } else if (line.empty()) {
      if (std::exchange(in_headers_, false)) Put("");
    } else {
      if (std::exchange(in_headers_, false)) Put("");
      for (const char c : line) PutBase64(c);
    }
  }

  void PutBase64(char c) {
    if (c == ' ' || c == '\t') return;
    out_.push_back(c);
    if (++column_ == kBase64Line) Put("");
  }

  void Put(absl::string_view line) {
    absl::StrAppend(&out_, line, "\n");
    column_ = 0;
  }

  void Cut() {
    out_.resize(begin_);
    column_ = 0;
    in_headers_ = false;
  }

  std::string out_;
  size_t begin_ = 0;  // Of the block, in out_.
  bool in_block_ = false;
  bool in_headers_ = false;
  size_t column_ = 0;  // Of a line of base64.
};

// There is no one to ask for a passphrase.
int NoPassphrase(char*, int, int, void*) { return -1; }

std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> Certificates(absl::string_view pem,
                                                         bool with_headers_too) {
  std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> certificates;
  const PlainPem plain(pem);
  const bssl::UniquePtr<BIO> reader = plain.Reader();
  while (!BIO_eof(reader.get())) {
    char* name = nullptr;
    char* header = nullptr;
    uint8_t* data = nullptr;
    long length = 0;
    // Each call takes at least a line, so that what follows damage is read too.
    if (!PEM_read_bio(reader.get(), &name, &header, &data, &length)) continue;
    const bssl::UniquePtr<char> name_owner(name);
    const bssl::UniquePtr<char> header_owner(header);
    const bssl::UniquePtr<uint8_t> data_owner(data);
    if (strcmp(name, PEM_STRING_X509) != 0 || (!with_headers_too && *header != '\0')) continue;
    certificates.emplace_back(CRYPTO_BUFFER_new(data, static_cast<size_t>(length), nullptr));
  }
  ERR_clear_error();
  return certificates;
}

}  // namespace

std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> CertificatesInPem(absl::string_view pem) {
  return Certificates(pem, /*with_headers_too=*/true);
}

std::vector<bssl::UniquePtr<CRYPTO_BUFFER>> RootsInPem(absl::string_view pem) {
  return Certificates(pem, /*with_headers_too=*/false);
}

std::vector<bssl::UniquePtr<X509>> ParsedRootsInPem(absl::string_view pem) {
  std::vector<bssl::UniquePtr<X509>> parsed;
  for (const auto& der : RootsInPem(pem)) {
    bssl::UniquePtr<X509> certificate(X509_parse_from_buffer(der.get()));
    if (certificate != nullptr) parsed.push_back(std::move(certificate));
  }
  ERR_clear_error();
  return parsed;
}

bssl::UniquePtr<EVP_PKEY> PrivateKeyInPem(absl::string_view pem) {
  const PlainPem plain(pem);
  bssl::UniquePtr<EVP_PKEY> key(
      PEM_read_bio_PrivateKey(plain.Reader().get(), nullptr, NoPassphrase, nullptr));
  ERR_clear_error();
  return key;
}

}  // namespace registryd
