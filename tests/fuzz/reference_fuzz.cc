// References that people type. What parses has its parts by the grammar, and means the
// same when its canonical form is parsed again.
#include "absl/strings/match.h"
#include "registry/reference/grammar.h"
#include "registry/reference/reference.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"

namespace registryd {

void FuzzOne(absl::string_view input) {
  const absl::StatusOr<Reference> reference = Reference::Parse(input);
  if (!reference.ok()) {
    CheckCallersError(reference.status(), absl::StatusCode::kInvalidArgument,
                      Reason::kReferenceInvalid, 4 * input.size() + 256);
    FUZZ_CHECK(FieldOf(reference.status()) == "reference");
    return;
  }
  // As in the reference implementation, "a_b.c/d" is a path alone.
  FUZZ_CHECK(reference->domain().empty() || grammar::IsDomain(reference->domain()));
  FUZZ_CHECK(grammar::IsPath(reference->path()));
  FUZZ_CHECK(reference->path().size() <= kMaxPathLength);
  FUZZ_CHECK(reference->tag().empty() || grammar::IsTag(reference->tag()));
  FUZZ_CHECK(reference->digest().empty() || grammar::IsDigest(reference->digest()));
  FUZZ_CHECK(reference->domain() != kLegacyDefaultDomain);
  FUZZ_CHECK(absl::EndsWith(reference->name(), reference->familiar_name()));
  FUZZ_CHECK(!reference->official() || reference->domain() == kDefaultDomain);
  FUZZ_CHECK(reference->canonical().size() <=
             input.size() + kDefaultDomain.size() + 1 + kOfficialRepositoryPrefix.size());

  const absl::StatusOr<Reference> again = Reference::Parse(reference->canonical());
  FUZZ_CHECK(again.ok());
  FUZZ_CHECK(again->canonical() == reference->canonical());
  FUZZ_CHECK(again->domain() == reference->domain());
  FUZZ_CHECK(again->path() == reference->path());
  FUZZ_CHECK(again->tag() == reference->tag());
  FUZZ_CHECK(again->digest() == reference->digest());
}

}  // namespace registryd
