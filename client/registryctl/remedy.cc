#include "client/registryctl/remedy.h"

namespace registryd::registryctl {
namespace {

struct ReasonRemedy {
  absl::string_view reason;
  absl::string_view remedy;
};

constexpr ReasonRemedy kByReason[] = {
    {"REFERENCE_INVALID",
     "write [HOST[:PORT]/]NAME[:TAG][@DIGEST], the name in lower case: localhost:5000/team/app:1"},
    {"HOSTNAME_INVALID", "write HOST or HOST:PORT, without a scheme or path: localhost:5000"},
    {"INDEX_NAME_INVALID",
     "write HOST or HOST:PORT, without a scheme, and without '-' at its beginning or end"},
    {"MIRROR_INVALID",
     "write an http or https URL without user information, query and fragment: "
     "https://mirror.example.com"},
    {"INSECURE_REGISTRY_INVALID",
     "write HOST, HOST:PORT or an address block: registry.internal:5000, 10.0.0.0/8"},
    {"NONDISTRIBUTABLE_ARTIFACTS_INVALID",
     "write HOST, HOST:PORT or an address block, without a scheme: 10.0.0.0/8"},
    {"SETTING_INVALID", "correct the setting; `registryd --check-config` tells whether it is good"},
    {"FIELD_MISSING", "give the value that the field names"},
    {"FIELD_INVALID", "correct the value that the field names"},
    {"CERTIFICATES_INVALID",
     "on the service's machine, see that the host's folder in certs.d can be read and that each "
     "*.cert has its *.key"},
    {"DNS_FAILED", "see that the service's machine resolves the name, then try again"},
    {"OVERLOADED", "try again after a while"},
    {"DEADLINE_EXCEEDED", "allow more time: --timeout 30s"},
    {"CANCELLED", "try again"},
    {"CONFIG_VERSION_MISMATCH",
     "read the configuration again (`registryctl config get`), then repeat the change on top of "
     "it"},
    {"TRANSACTION_NOT_FOUND",
     "prepare the change again: a transaction ends when it is committed, aborted or expired"},
    {"TOO_MANY_TRANSACTIONS", "commit or abort what was prepared, or wait until it expires"},
    {"TOO_MANY_WATCHERS", "end another watch, or raise the service's limit on watchers"},
    {"STATE_NOT_WRITTEN",
     "nothing was changed; see that the service can write its state folder and the disk has room"},
    {"SESSION_NOT_FOUND",
     "open a session anew: it ends when it is deleted, has been idle or the service stops"},
    {"ADMIN_REQUIRED",
     "call with the role `admin`: as root or the service's user over the Unix socket, or with an "
     "admin's certificate"},
    {"CHANNEL_NOT_PRIVATE",
     "call over the Unix socket, or with a client certificate (--tls-cert, --tls-key)"},
    {"NOT_IMPLEMENTED", "use a newer registryd"},
    {"SHUTTING_DOWN", "try again when the service has started anew"},
    {"REGISTRY_UNAUTHORIZED", "check user name and password: `registryctl login` asks for them"},
    {"REGISTRY_DENIED", "ask the registry's operator for the right, or use other credentials"},
    {"REGISTRY_NOT_FOUND", "check the name, and that the address is that of a registry"},
    {"REGISTRY_THROTTLED", "wait as long as the answer says, then try again"},
    {"REGISTRY_FAILED", "try again after a while; the registry's operator may know more"},
    {"RESPONSE_INVALID", "see that the address is that of a registry"},
    {"PING_RESPONSE_INVALID", "see that the address is that of a registry"},
    {"RESPONSE_TOO_LARGE", "see that the address is that of a registry"},
    {"CONNECTION_FAILED",
     "see that the service's machine reaches the address; a registry without TLS belongs in "
     "insecure-registries"},
    {"TLS_VERIFICATION_FAILED",
     "on the service's machine, put the authority's certificate into certs.d/HOST:PORT/ca.crt"},
    {"ADDRESS_REFUSED", "if the address is right, name the realm in trusted-realms"},
    {"REDIRECT_REFUSED", "see what stands at the registry's address"},
    {"REALM_REFUSED", "mend the token realm that the registry names"},
    {"PLAINTEXT_CREDENTIALS_REFUSED",
     "give the registry TLS, or name it in allow-plaintext-credentials"},
    {"CREDENTIALS_UNAVAILABLE", "see the service's docker-config and its credential helpers"},
    {"INTERNAL", "see the service's log; this is a fault that its makers would like to know"},
};

}  // namespace

absl::string_view RemedyFor(absl::string_view reason, absl::StatusCode code) {
  for (const ReasonRemedy& entry : kByReason) {
    if (entry.reason == reason) return entry.remedy;
  }
  switch (code) {
    case absl::StatusCode::kUnavailable:
      return "see that registryd runs there; --address or REGISTRYD_ADDRESS name another place";
    case absl::StatusCode::kDeadlineExceeded:
      return "allow more time: --timeout 30s";
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return "see which callers the service lets in, and as whom you call";
    case absl::StatusCode::kResourceExhausted:
      return "try again after a while";
    case absl::StatusCode::kUnimplemented:
      return "use a newer registryd";
    default:
      return "";
  }
}

}  // namespace registryd::registryctl
