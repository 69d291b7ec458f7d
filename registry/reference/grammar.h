#ifndef REGISTRYD_REGISTRY_REFERENCE_GRAMMAR_H_
#define REGISTRYD_REGISTRY_REFERENCE_GRAMMAR_H_

#include "absl/strings/string_view.h"

namespace registryd {
namespace grammar {

// The productions of distribution/reference's grammar. Each tells whether the
// whole of `text` is one, without allocating. Everything outside ASCII is refused.
//
//   domain     host [":" digits]
//   host       label *("." label) / "[" 1*(hex / ":") "]"
//   label      alphanumeric, with "-" inside
//   path       component *("/" component)
//   component  lower-case alphanumeric runs, between them one of
//              "." / "_" / "__" / one or more "-"
//   tag        a word character, then at most 127 of word characters, "." and "-"
//   digest     algorithm ":" 32 or more hexadecimal digits
//   algorithm  alphanumeric runs that begin with a letter, between them one of "-_+."
bool IsDomain(absl::string_view text);
bool IsPath(absl::string_view text);
bool IsPathComponent(absl::string_view text);
bool IsTag(absl::string_view text);
bool IsDigest(absl::string_view text);

// Every byte is one of 0-9, a-f. True for an empty text.
bool IsLowerHex(absl::string_view text);

// What is wrong with `digest`, for which IsDigest holds, by the narrower rules of
// go-digest: sha256, sha384 or sha512, and as many lower-case digits as its size
// has. Empty if nothing is.
absl::string_view CheckDigest(absl::string_view digest);

}  // namespace grammar
}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_REFERENCE_GRAMMAR_H_
