#include "registry/tls/certificate_check.h"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/nid.h>
#include <openssl/obj.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "registry/base/error.h"

namespace registryd {
namespace {

// What a certificate says is its maker's text: no more of it than this.
constexpr size_t kMaxNames = 8;
constexpr size_t kMaxTextBytes = 200;

using CheckPointer = std::shared_ptr<CertificateCheck>;

int CheckIndex() {
  static const int index = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr, [](void*, void* check, CRYPTO_EX_DATA*, int, long, void*) {
        delete static_cast<CheckPointer*>(check);
      });
  return index;
}

std::string Shown(absl::string_view text) {
  return absl::CHexEscape(text.substr(0, kMaxTextBytes));
}

std::string Content(BIO* bio) {
  const uint8_t* data = nullptr;
  size_t length = 0;
  if (BIO_mem_contents(bio, &data, &length) != 1) return "";
  return std::string(reinterpret_cast<const char*>(data), length);
}

std::string NameOf(X509_NAME* name) {
  const bssl::UniquePtr<BIO> out(BIO_new(BIO_s_mem()));
  X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253);
  return Shown(Content(out.get()));
}

std::string TimeOf(const ASN1_TIME* time) {
  const bssl::UniquePtr<ASN1_TIME> epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  if (ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return "?";
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ",
                          absl::UnixEpoch() + absl::Hours(24) * days + absl::Seconds(seconds),
                          absl::UTCTimeZone());
}

// A subject alternative name.
struct AlternativeName {
  bool is_address = false;
  std::string value;  // A name, or an address's bytes.
};

std::vector<AlternativeName> NamesIn(const X509* certificate) {
  const bssl::UniquePtr<GENERAL_NAMES> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  std::vector<AlternativeName> found;
  const size_t count = names == nullptr ? 0 : sk_GENERAL_NAME_num(names.get());
  for (size_t i = 0; i < count; ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_IPADD) continue;
    const ASN1_STRING* value = name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress;
    found.push_back({name->type == GEN_IPADD,
                     std::string(reinterpret_cast<const char*>(ASN1_STRING_get0_data(value)),
                                 static_cast<size_t>(ASN1_STRING_length(value)))});
  }
  return found;
}

// For people.
std::string ShownNames(const std::vector<AlternativeName>& names) {
  std::vector<std::string> shown;
  for (const AlternativeName& name : names) {
    if (shown.size() == kMaxNames) {
      shown.push_back("...");
      break;
    }
    const size_t length = name.value.size();
    char address[INET6_ADDRSTRLEN];
    if (!name.is_address) {
      shown.push_back(Shown(name.value));
    } else if ((length == 4 || length == 16) &&
               inet_ntop(length == 4 ? AF_INET : AF_INET6, name.value.data(), address,
                         sizeof(address)) != nullptr) {
      shown.push_back(address);
    }
  }
  return shown.empty() ? "no name at all" : absl::StrJoin(shown, ", ");
}

// The digest that `certificate` was signed with; NID_undef where the algorithm has its
// own, as Ed25519 has.
int SignatureDigest(const X509* certificate) {
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, certificate);
  const int signature = OBJ_obj2nid(algorithm->algorithm);
  if (signature != NID_rsassaPss) {
    int digest = NID_undef;
    OBJ_find_sigid_algs(signature, &digest, nullptr);
    return digest;
  }
  bssl::UniquePtr<RSA_PSS_PARAMS> pss;
  if (algorithm->parameter != nullptr && algorithm->parameter->type == V_ASN1_SEQUENCE) {
    const ASN1_STRING* der = algorithm->parameter->value.sequence;
    const uint8_t* data = ASN1_STRING_get0_data(der);
    pss.reset(d2i_RSA_PSS_PARAMS(nullptr, &data, ASN1_STRING_length(der)));
  }
  // RFC 4055, section 3.1: where none is named.
  if (pss == nullptr || pss->hashAlgorithm == nullptr) return NID_sha1;
  return OBJ_obj2nid(pss->hashAlgorithm->algorithm);
}

// Whether other content can be found that has the same digest.
bool IsInsecure(int digest) { return digest == NID_md4 || digest == NID_md5 || digest == NID_sha1; }

bool IsTrusted(X509_STORE_CTX* context, const X509* certificate) {
  const bssl::UniquePtr<STACK_OF(X509)> trusted(
      X509_STORE_get1_certs(context, X509_get_subject_name(certificate)));
  const size_t count = trusted == nullptr ? 0 : sk_X509_num(trusted.get());
  for (size_t i = 0; i < count; ++i) {
    if (X509_cmp(sk_X509_value(trusted.get(), i), certificate) == 0) return true;
  }
  return false;
}

}  // namespace

CertificateCheck::CertificateCheck(absl::string_view host, absl::string_view server,
                                   absl::string_view remedy)
    : name_(host), host_(absl::StripSuffix(host, ".")), server_(server), remedy_(remedy) {}

void CertificateCheck::Install(std::shared_ptr<CertificateCheck> check, ssl_ctx_st* context) {
  SSL_CTX_set_cert_verify_callback(context, Verify, check.get());
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_ex_data(context, CheckIndex(), new CheckPointer(std::move(check)));
}

int CertificateCheck::Verify(x509_store_ctx_st* context, void* check) {
  auto& self = *static_cast<CertificateCheck*>(check);
  absl::Status status =
      X509_verify_cert(context) == 1 ? self.CheckAlgorithms(context) : self.Failure(context);
  if (status.ok()) status = self.CheckName(context);
  self.status_.Update(status);
  return status.ok() ? 1 : 0;
}

absl::Status CertificateCheck::CheckAlgorithms(x509_store_ctx_st* context) const {
  const STACK_OF(X509)* chain = X509_STORE_CTX_get0_chain(context);
  for (size_t i = 0; i + 1 < sk_X509_num(chain); ++i) {
    X509* certificate = sk_X509_value(chain, i);
    // Trust ends the chain, though its issuer is known too; what it rests on is no signature.
    if (IsTrusted(context, certificate)) break;
    const int digest = SignatureDigest(certificate);
    if (!IsInsecure(digest)) continue;
    X509_STORE_CTX_set_error(context, X509_V_ERR_CERT_REJECTED);
    return Refusal(
        certificate,
        absl::StrCat("certificate signed with an insecure algorithm, ", OBJ_nid2sn(digest)),
        "have its authority issue it anew, signed with SHA-256");
  }
  return absl::OkStatus();
}

absl::Status CertificateCheck::CheckName(x509_store_ctx_st* context) const {
  X509* certificate = X509_STORE_CTX_get0_cert(context);
  const std::vector<AlternativeName> names = NamesIn(certificate);
  for (const AlternativeName& name : names) {
    if (name.is_address ? name_.MatchesAddress(name.value) : name_.MatchesName(name.value)) {
      return absl::OkStatus();
    }
  }
  X509_STORE_CTX_set_error(context, X509_V_ERR_HOSTNAME_MISMATCH);
  return Refusal(
      certificate, absl::StrCat("certificate is valid for ", ShownNames(names), ", not ", host_),
      absl::StrCat("use a name that it is valid for, or give the server a certificate for ", host_,
                   " (as a subject alternative name)"));
}

absl::Status CertificateCheck::Failure(x509_store_ctx_st* context) const {
  const int error = X509_STORE_CTX_get_error(context);
  X509* certificate = X509_STORE_CTX_get_current_cert(context);
  std::string what;
  std::string help;
  switch (error) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      what = "certificate has expired or is not yet valid";
      help = "renew it, or set this machine's clock right";
      break;
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      what = "certificate signed by unknown authority";
      help = absl::StrCat("if it is the right one, put its authority's certificate into ", remedy_);
      break;
    default:
      what = X509_verify_cert_error_string(error);
      help = "give the server another certificate";
  }
  return Refusal(certificate, what, help);
}

absl::Status CertificateCheck::Refusal(x509_st* certificate, absl::string_view what,
                                       absl::string_view help) const {
  std::string details;
  if (certificate != nullptr) {
    details = absl::StrCat(" (subject \"", NameOf(X509_get_subject_name(certificate)),
                           "\", issuer \"", NameOf(X509_get_issuer_name(certificate)),
                           "\", valid from ", TimeOf(X509_get0_notBefore(certificate)), " to ",
                           TimeOf(X509_get0_notAfter(certificate)), ")");
  }
  return Error(absl::StatusCode::kFailedPrecondition, Reason::kTlsVerificationFailed,
               absl::StrCat("the certificate of ", server_, " was not accepted: x509: ", what,
                            details, "; ", help),
               {{"host", server_}});
}

}  // namespace registryd
