#ifndef REGISTRYD_REGISTRY_REFERENCE_REFERENCE_H_
#define REGISTRYD_REGISTRY_REFERENCE_REFERENCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace registryd {

inline constexpr absl::string_view kDefaultDomain = "docker.io";
inline constexpr absl::string_view kLegacyDefaultDomain = "index.docker.io";
inline constexpr absl::string_view kOfficialRepositoryPrefix = "library/";
// Of the path (without the domain), in bytes.
inline constexpr size_t kMaxPathLength = 255;

// A normalised image reference: DOMAIN/PATH[:TAG][@DIGEST]. Immutable. Holds the
// canonical text once; the parts are views into it, valid as long as the object
// itself (they move with it).
class Reference {
 public:
  // Parses what a person types ("ubuntu", "localhost:5000/a/b:1@sha256:...") by
  // the rules of distribution/reference's ParseNormalizedNamed, with its wording.
  // Returns INVALID_ARGUMENT, reason REFERENCE_INVALID, field "reference".
  static absl::StatusOr<Reference> Parse(absl::string_view text);

  absl::string_view domain() const;  // "docker.io", "[::1]:5000"
  absl::string_view path() const;    // "library/ubuntu"
  absl::string_view name() const;    // "docker.io/library/ubuntu"
  absl::string_view tag() const;     // Empty without one: "latest" is never added.
  absl::string_view digest() const;  // "sha256:...", empty without one.
  absl::string_view canonical() const { return text_; }
  absl::string_view familiar_name() const;  // "ubuntu": what people call it.
  // The familiar name with tag and digest.
  std::string familiar() const;
  // On Docker Hub, without a user: its familiar name has no '/'.
  bool official() const;

 private:
  Reference() = default;

  std::string text_;
  size_t domain_size_ = 0;
  size_t name_size_ = 0;
  size_t tag_size_ = 0;     // 0: no tag.
  size_t digest_size_ = 0;  // 0: no digest.
};

}  // namespace registryd

#endif  // REGISTRYD_REGISTRY_REFERENCE_REFERENCE_H_
