#include "registry/reference/reference.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "registry/base/error.h"
#include "registry/reference/grammar.h"

namespace registryd {
namespace {

constexpr absl::string_view kLocalhost = "localhost";
constexpr absl::string_view kInvalidFormat = "invalid reference format";
constexpr size_t kIdentifierSize = 64;

absl::Status Invalid(absl::string_view message) {
  return FieldError(Reason::kReferenceInvalid, "reference", message);
}

bool HasUpper(absl::string_view text) {
  return std::any_of(text.begin(), text.end(), absl::ascii_isupper);
}

// The SHA-256 of an image, without algorithm: it names no repository.
bool IsIdentifier(absl::string_view text) {
  return text.size() == kIdentifierSize && grammar::IsLowerHex(text);
}

bool LooksLikeHost(absl::string_view text) {
  return absl::StrContains(text, '.') || absl::StrContains(text, ':');
}

// A reference, cut into the domain and the rest. `prefix` is "library/" where
// that has to be put before the rest, and empty elsewhere.
struct Split {
  absl::string_view domain;
  absl::string_view prefix;
  absl::string_view rest;
};

Split SplitDomain(absl::string_view text) {
  Split split{kDefaultDomain, {}, text};
  const size_t slash = text.find('/');
  if (slash != absl::string_view::npos) {
    const absl::string_view first = text.substr(0, slash);
    if (first == kLegacyDefaultDomain) {
      split.rest.remove_prefix(slash + 1);
    } else if (first == kLocalhost || LooksLikeHost(first) || HasUpper(first)) {
      split.domain = first;
      split.rest.remove_prefix(slash + 1);
    }
  }
  if (split.domain == kDefaultDomain && !absl::StrContains(split.rest, '/')) {
    split.prefix = kOfficialRepositoryPrefix;
  }
  return split;
}

// The error `message`, unless there is an upper-case letter before the first ':'.
// That is named first, whatever else is wrong; nothing that has one is well formed.
absl::Status Refuse(const Split& split, absl::string_view message) {
  const absl::string_view remote = split.rest.substr(0, split.rest.find(':'));
  if (!HasUpper(remote)) return Invalid(message);
  return Invalid(absl::StrCat("invalid reference format: repository name (", split.prefix, remote,
                              ") must be lowercase"));
}

// NAME[:TAG][@DIGEST], cut at its punctuation.
struct Parts {
  absl::string_view path;
  absl::string_view tag;     // Empty without one.
  absl::string_view digest;  // Empty without one.
};

// nullopt unless each part is well formed.
std::optional<Parts> SplitTagAndDigest(absl::string_view text) {
  Parts parts;
  const size_t at = text.find('@');
  if (at != absl::string_view::npos) {
    parts.digest = text.substr(at + 1);
    if (!grammar::IsDigest(parts.digest)) return std::nullopt;
    text = text.substr(0, at);
  }
  const size_t colon = text.find(':');
  if (colon != absl::string_view::npos) {
    parts.tag = text.substr(colon + 1);
    if (!grammar::IsTag(parts.tag)) return std::nullopt;
    text = text.substr(0, colon);
  }
  parts.path = text;
  if (!grammar::IsPath(parts.path)) return std::nullopt;
  return parts;
}

}  // namespace

absl::StatusOr<Reference> Reference::Parse(absl::string_view text) {
  if (IsIdentifier(text)) {
    return Invalid(absl::StrCat("invalid repository name (", text,
                                "), cannot specify 64-byte hexadecimal strings"));
  }
  const Split split = SplitDomain(text);
  const std::optional<Parts> parts = SplitTagAndDigest(split.rest);
  if (!parts) return Refuse(split, kInvalidFormat);

  // A first component that looks like a domain, but is not one for its
  // underscores, belongs to the path: there is no domain then.
  const bool has_domain = grammar::IsDomain(split.domain);
  if (!has_domain && !grammar::IsPathComponent(split.domain)) {
    const bool upper = grammar::IsPathComponent(absl::AsciiStrToLower(split.domain));
    return Refuse(split, upper ? "repository name must be lowercase" : kInvalidFormat);
  }
  const size_t domain_size = has_domain ? split.domain.size() : 0;
  const size_t name_size = split.domain.size() + 1 + split.prefix.size() + parts->path.size();
  const size_t path_start = has_domain ? domain_size + 1 : 0;
  if (name_size - path_start > kMaxPathLength) {
    return Refuse(split, "repository name must not be more than 255 characters");
  }
  if (!parts->digest.empty()) {
    const absl::string_view problem = grammar::CheckDigest(parts->digest);
    if (!problem.empty()) return Refuse(split, problem);
  }

  Reference reference;
  reference.text_ = absl::StrCat(split.domain, "/", split.prefix, split.rest);
  reference.domain_size_ = domain_size;
  reference.name_size_ = name_size;
  reference.tag_size_ = parts->tag.size();
  reference.digest_size_ = parts->digest.size();
  return reference;
}

absl::string_view Reference::domain() const {
  return absl::string_view(text_).substr(0, domain_size_);
}

absl::string_view Reference::path() const {
  absl::string_view path = name();
  if (domain_size_ > 0) path.remove_prefix(domain_size_ + 1);
  return path;
}

absl::string_view Reference::name() const { return absl::string_view(text_).substr(0, name_size_); }

absl::string_view Reference::tag() const {
  if (tag_size_ == 0) return {};
  return absl::string_view(text_).substr(name_size_ + 1, tag_size_);
}

absl::string_view Reference::digest() const {
  return absl::string_view(text_).substr(text_.size() - digest_size_);
}

absl::string_view Reference::familiar_name() const {
  if (domain() != kDefaultDomain) return name();
  absl::string_view short_name = path();
  if (absl::ConsumePrefix(&short_name, kOfficialRepositoryPrefix) &&
      !absl::StrContains(short_name, '/')) {
    return short_name;
  }
  return path();
}

std::string Reference::familiar() const {
  return absl::StrCat(familiar_name(), absl::string_view(text_).substr(name_size_));
}

bool Reference::official() const { return !absl::StrContains(familiar_name(), '/'); }

}  // namespace registryd
