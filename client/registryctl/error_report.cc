#include "client/registryctl/error_report.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/error_details.h"
#include "client/registryctl/remedy.h"
#include "client/registryctl/terminal_text.h"

namespace registryd::registryctl {
namespace {

// `CODE REASON: message`, as much of it as there is.
std::string Headline(absl::StatusCode code, absl::string_view reason, absl::string_view message) {
  return absl::StrCat(absl::StatusCodeToString(code), reason.empty() ? "" : " ",
                      TerminalText(reason), message.empty() ? "" : ": ", TerminalText(message));
}

}  // namespace

std::string ErrorReport(const absl::Status& status, absl::string_view address) {
  const client::ErrorDetails details = client::DetailsOf(status);
  std::string report = absl::StrCat(
      "registryctl: ", Headline(status.code(), details.reason, status.message()), "\n");
  const auto add = [&report](absl::string_view name, absl::string_view value) {
    if (!value.empty()) absl::StrAppend(&report, "  ", name, ": ", TerminalText(value), "\n");
  };
  for (const auto& violation : details.field_violations) add("field", violation.field);
  for (const auto& [key, value] : details.metadata) add(TerminalText(key), value);
  if (details.reason.empty() && absl::IsUnavailable(status)) add("address", address);
  if (details.retry_delay.has_value()) {
    add("retry after", absl::FormatDuration(*details.retry_delay));
  }
  const bool known = details.domain == client::kErrorDomain;
  const bool called = !address.empty();
  if (called) add("remedy", RemedyFor(known ? details.reason : "", status.code()));
  return report;
}

std::string TargetErrorLine(absl::string_view target, int code, absl::string_view reason,
                            absl::string_view message) {
  return absl::StrCat("registryctl: ", TerminalText(target), ": ",
                      Headline(static_cast<absl::StatusCode>(code), reason, message), "\n");
}

}  // namespace registryd::registryctl
