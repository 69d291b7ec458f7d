// v1 ping, tags, images, history, json, search.
#include <memory>
#include <string>

#include "client/registryctl/command.h"
#include "client/registryctl/v1_command.h"
#include "client/registryctl/v1_views.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

absl::Status Ping(Session& session, const V1Options& options) {
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  v1::PingRequest request;
  request.set_session_id((*v1_session)->id());
  return Show(session, session.client.v1_sessions().Ping(request),
              [&](const auto& answer, std::ostream& out) {
                ViewV1Ping((*v1_session)->facts().endpoint(), answer, out);
              });
}

// All tags, their pages as one.
absl::StatusOr<v1::GetRemoteTagsResponse> ReadTags(Session& session,
                                                   v1::GetRemoteTagsRequest request) {
  auto all = session.client.v1_sessions().GetRemoteTags(request);
  while (all.ok() && !all->next_page_token().empty()) {
    request.set_page_token(all->next_page_token());
    auto page = session.client.v1_sessions().GetRemoteTags(request);
    if (!page.ok()) return page;
    all->mutable_tags()->MergeFrom(page->tags());
    all->set_next_page_token(page->next_page_token());
  }
  return all;
}

absl::Status Tags(Session& session, const V1Options& options) {
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  const auto registries = RegistriesToRead(session, **v1_session, options);
  if (!registries.ok()) return registries.status();
  v1::GetRemoteTagsRequest request;
  request.set_session_id((*v1_session)->id());
  request.mutable_registries()->Assign(registries->begin(), registries->end());
  request.set_repository(options.repository);
  return Show(session, ReadTags(session, request), ViewV1Tags);
}

absl::Status Images(Session& session, const V1Options& options) {
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  return Show(session, ReadRepository(session, **v1_session, options.repository), ViewV1Images);
}

absl::Status History(Session& session, const V1ImageOptions& options) {
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  const auto request = V1ImageRequest<v1::GetRemoteHistoryRequest>(session, **v1_session, options);
  if (!request.ok()) return request.status();
  return Show(session, session.client.v1_sessions().GetRemoteHistory(*request), ViewV1History);
}

absl::Status Json(Session& session, const V1ImageOptions& options) {
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  const auto request =
      V1ImageRequest<v1::GetRemoteImageJSONRequest>(session, **v1_session, options);
  if (!request.ok()) return request.status();
  return Show(session, session.client.v1_sessions().GetRemoteImageJSON(*request),
              [&](const auto& answer, std::ostream& out) {
                if (session.terminals.out) {
                  ViewV1Json(answer.json(), out);
                } else {
                  out << answer.json();
                }
              });
}

struct SearchOptions : V1Options {
  std::string term;
  int limit = 25;
  bool no_trunc = false;
};

absl::Status Search(Session& session, const SearchOptions& options) {
  const auto v1_session = OpenV1Session(session, options);
  if (!v1_session.ok()) return v1_session.status();
  v1::SearchRepositoriesRequest request;
  request.set_session_id((*v1_session)->id());
  request.set_term(options.term);
  request.set_limit(options.limit);
  return Show(session, session.client.v1_sessions().SearchRepositories(request),
              [&](const auto& answer, std::ostream& out) {
                ViewSearch(answer.search_results().results(), options.no_trunc, out);
              });
}

void AddRepositoryArgument(CLI::App* command, V1Options& options) {
  command->add_option("REPOSITORY", options.repository, "NAME or NAMESPACE/NAME")->required();
}

void AddPing(CLI::App& v1, Invocation& invocation) {
  const auto options = std::make_shared<V1Options>();
  CLI::App* const command =
      AddCommand(v1, "ping", "Whether a registry or index answers, and how it describes itself",
                 "registryctl v1 ping registry.example.com\n"
                 "registryctl v1 ping http://localhost:5000 -o json");
  AddV1Options(command, *options);
  OnRunUpstream(command, invocation,
                [options](Session& session) { return Ping(session, *options); });
}

void AddTags(CLI::App& v1, Invocation& invocation) {
  const auto options = std::make_shared<V1Options>();
  CLI::App* const command = AddCommand(v1, "tags", "The tags of a repository, and their images",
                                       "registryctl v1 tags registry.example.com team/app\n"
                                       "registryctl v1 tags index.example.com team/app -u ann");
  AddV1Options(command, *options);
  AddRepositoryArgument(command, *options);
  AddRegistryOption(command, *options);
  OnRunUpstream(command, invocation,
                [options](Session& session) { return Tags(session, *options); });
}

void AddImages(CLI::App& v1, Invocation& invocation) {
  const auto options = std::make_shared<V1Options>();
  CLI::App* const command =
      AddCommand(v1, "images", "The images of a repository, and the registries that hold them",
                 "registryctl v1 images registry.example.com team/app\n"
                 "registryctl v1 images registry.example.com team/app -o json | jq -r "
                 "'.images[].id'");
  AddV1Options(command, *options);
  AddRepositoryArgument(command, *options);
  OnRunUpstream(command, invocation,
                [options](Session& session) { return Images(session, *options); });
}

// A subcommand for one image, which `run` does.
void AddImageCommand(CLI::App& v1, Invocation& invocation, const std::string& name,
                     const std::string& description, const std::string& examples,
                     absl::Status (*run)(Session&, const V1ImageOptions&)) {
  const auto options = std::make_shared<V1ImageOptions>();
  CLI::App* const command = AddCommand(v1, name, description, examples);
  AddImageOptions(command, *options);
  OnRunUpstream(command, invocation,
                [options, run](Session& session) { return run(session, *options); });
}

void AddSearch(CLI::App& v1, Invocation& invocation) {
  const auto options = std::make_shared<SearchOptions>();
  CLI::App* const command = AddCommand(v1, "search", "Repositories that an index finds",
                                       "registryctl v1 search index.example.com nginx --limit 5");
  AddV1Options(command, *options);
  command->add_option("TERM", options->term, "What to look for")->required();
  command->add_option("--limit", options->limit, "How many to ask for: 1 to 100, 25 if not given")
      ->type_name("N");
  command->add_flag("--no-trunc", options->no_trunc, "Print descriptions whole");
  OnRunUpstream(command, invocation,
                [options](Session& session) { return Search(session, *options); });
}

}  // namespace

void AddV1ReadCommands(CLI::App& v1, Invocation& invocation) {
  AddPing(v1, invocation);
  AddTags(v1, invocation);
  AddImages(v1, invocation);
  AddImageCommand(v1, invocation, "history", "The ids of an image and its ancestors",
                  "registryctl v1 history registry.example.com IMAGE\n"
                  "registryctl v1 history index.example.com IMAGE --repository team/app",
                  History);
  AddImageCommand(v1, invocation, "json", "An image's JSON, as the registry has it",
                  "registryctl v1 json registry.example.com IMAGE > image.json", Json);
  AddSearch(v1, invocation);
}

}  // namespace registryd::registryctl
