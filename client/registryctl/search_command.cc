#include <memory>
#include <string>
#include <vector>

#include "client/registryctl/command.h"
#include "client/registryctl/credential_options.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

struct SearchOptions {
  std::string term;
  std::vector<std::string> filters;
  int limit = 0;
  CredentialOptions credentials;
  bool no_trunc = false;
};

absl::StatusOr<v1::IndexInfo> IndexOf(Session& session, const std::string& term) {
  v1::ParseSearchIndexInfoRequest request;
  request.set_name(term);
  const auto response = session.client.ParseSearchIndexInfo(request);
  if (!response.ok()) return response.status();
  return response->index();
}

absl::Status Search(Session& session, const SearchOptions& options) {
  v1::SearchRequest request;
  request.set_term(options.term);
  request.set_limit(options.limit);
  for (const std::string& filter : options.filters) {
    const size_t equals = filter.find('=');
    v1::SearchFilter& added = *request.add_filters();
    added.set_name(filter.substr(0, equals));
    added.set_value(filter.substr(equals + 1));
  }
  if (options.credentials.service_credentials) {
    request.set_service_credentials(true);
  } else if (options.credentials.any()) {
    auto credentials = ReadCredentials(session, options.credentials,
                                       [&] { return IndexOf(session, options.term); });
    if (!credentials.ok()) return credentials.status();
    *request.mutable_auth_config() = *std::move(credentials);
  }
  return Show(session, session.client.Search(request), [&](const auto& answer, std::ostream& out) {
    ViewSearch(answer.results(), options.no_trunc, out);
  });
}

}  // namespace

void AddSearchCommand(CLI::App& app, Invocation& invocation) {
  const auto options = std::make_shared<SearchOptions>();
  CLI::App* const command =
      AddCommand(app, "search", "Repositories that an index finds",
                 "registryctl search nginx\n"
                 "registryctl search nginx --filter stars=100 --filter is-official=true --limit 5\n"
                 "registryctl search registry.example.com/team -u ann -o json");
  command->add_option("TERM", options->term, "What to look for, or INDEX/WHAT")->required();
  command
      ->add_option("-f,--filter", options->filters,
                   "NAME=VALUE: is-official=true, stars=N; repeat for more")
      ->type_name("FILTER")
      ->allow_extra_args(false)
      ->check(CLI::Validator(
          [](const std::string& filter) {
            return filter.find('=') == std::string::npos ? "want NAME=VALUE" : std::string();
          },
          ""));
  command
      ->add_option("--limit", options->limit,
                   "How many to ask the index for, before filters: 1 to 100, 25 if not given")
      ->type_name("N");
  AddCredentialOptions(command, options->credentials);
  command->add_flag("--no-trunc", options->no_trunc, "Print descriptions whole");
  OnRunUpstream(command, invocation,
                [options](Session& session) { return Search(session, *options); });
}

}  // namespace registryd::registryctl
