// The three lists of registries, as an admin's request brings them, an entry a line: its
// first byte chooses the list.
#include "absl/strings/match.h"
#include "registry/config/host_port.h"
#include "registry/config/service_config.h"
#include "registry/net/ip_address.h"
#include "registry/uri/password_mask.h"
#include "tests/fuzz/error_check.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input.h"

namespace registryd {
namespace {

void CheckAddresses(absl::string_view text) {
  if (const auto address = IpAddress::Parse(text)) {
    const auto again = IpAddress::Parse(address->ToString());
    FUZZ_CHECK(again.has_value() && *again == *address);
  }
  if (const auto block = Cidr::Parse(text)) {
    const auto again = Cidr::Parse(block->ToString());
    FUZZ_CHECK(again.has_value() && *again == *block);
  }
  if (const auto split = SplitHostPort(text)) {
    FUZZ_CHECK(split->host.size() + split->port.size() < text.size());
    FUZZ_CHECK(!absl::StrContains(split->port, ':'));
  }
}

}  // namespace

void FuzzOne(absl::string_view input) {
  ServiceOptions options;
  std::string open;
  for (FuzzInput parts(input); !parts.empty();) {
    const uint8_t list = parts.Byte();
    const absl::string_view entry = parts.Line();
    CheckAddresses(entry);
    std::vector<std::string>* const lists[] = {&options.mirrors, &options.insecure_registries,
                                               &options.allow_nondistributable_artifacts};
    lists[list % 3]->emplace_back(entry);
  }
  for (const InsecureMatch match : {InsecureMatch::kStrict, InsecureMatch::kCompatible}) {
    const auto config = ServiceConfig::Create(options, match);
    if (!config.ok()) {
      FUZZ_CHECK(config.status().code() == absl::StatusCode::kInvalidArgument);
      FUZZ_CHECK(ReasonOf(config.status()) != Reason::kUnspecified);
      FUZZ_CHECK(absl::EndsWith(FieldOf(config.status()), "]"));
      CheckUtf8(config.status().message(), 32 * input.size() + 512);
      continue;
    }
    FUZZ_CHECK((*config)->options() == options);
    FUZZ_CHECK((*config)->mirrors().size() <= options.mirrors.size());
    for (const auto& [name, index] : (*config)->index_configs()) {
      FUZZ_CHECK(index.name == name);
      FUZZ_CHECK(index.official == (name == "docker.io"));
      FUZZ_CHECK(!index.official || index.secure);
    }
  }
}

}  // namespace registryd
