#include <memory>
#include <string>

#include "client/registryctl/command.h"
#include "client/registryctl/output.h"
#include "client/registryctl/views.h"

namespace registryd::registryctl {
namespace {

// Writes one value on a line of its own.
void ViewText(const std::string& text, std::ostream& out) { Table().Row({text}).Write(out); }

void AddResolve(CLI::App& app, Invocation& invocation) {
  struct Options {
    std::string reference;
    bool defaults = false;
  };
  const auto options = std::make_shared<Options>();
  CLI::App* const command =
      AddCommand(app, "resolve", "The repository and the index that a reference means",
                 "registryctl resolve ubuntu\n"
                 "registryctl resolve registry.example.com:5000/team/app:1 -o json\n"
                 "registryctl resolve ubuntu --defaults");
  command->add_option("REF", options->reference, "Image reference, as docker pull takes it")
      ->required();
  command->add_flag("--defaults", options->defaults,
                    "By Docker's defaults: no mirrors, nothing insecure");
  OnRun(command, invocation, [options](Session& session) {
    if (options->defaults) {
      v1::ParseRepositoryInfoRequest request;
      request.set_reference(options->reference);
      return Show(session, session.client.ParseRepositoryInfo(request),
                  [](const auto& answer, std::ostream& out) {
                    ViewRepository(answer.repository(), 0, out);
                  });
    }
    v1::ResolveRepositoryRequest request;
    request.set_reference(options->reference);
    return Show(session, session.client.ResolveRepository(request),
                [](const auto& answer, std::ostream& out) {
                  ViewRepository(answer.repository(), answer.config_version(), out);
                });
  });
}

void AddParse(CLI::App& app, Invocation& invocation) {
  const auto reference = std::make_shared<std::string>();
  CLI::App* const command = AddCommand(app, "parse", "The parts of a reference, normalised",
                                       "registryctl parse ubuntu:22.04\n"
                                       "registryctl parse localhost:5000/a/b@sha256:... -o json");
  command->add_option("REF", *reference, "Image reference, as docker pull takes it")->required();
  OnRun(command, invocation, [reference](Session& session) {
    v1::ParseReferenceRequest request;
    request.set_reference(*reference);
    return Show(session, session.client.ParseReference(request), ViewReference);
  });
}

void AddValidateReference(CLI::App& validate, Invocation& invocation) {
  const auto reference = std::make_shared<std::string>();
  CLI::App* const command =
      AddCommand(validate, "reference", "Whether a reference is good; prints its canonical form",
                 "registryctl validate reference ubuntu:22.04");
  command->add_option("REF", *reference, "Image reference")->required();
  OnRun(command, invocation, [reference](Session& session) {
    v1::ParseReferenceRequest request;
    request.set_reference(*reference);
    return Show(session, session.client.ParseReference(request),
                [](const auto& answer, std::ostream& out) { ViewText(answer.canonical(), out); });
  });
}

void AddValidateMirror(CLI::App& validate, Invocation& invocation) {
  const auto url = std::make_shared<std::string>();
  CLI::App* const command =
      AddCommand(validate, "mirror", "Whether a URL may be a mirror; prints it as it would be kept",
                 "registryctl validate mirror https://mirror.example.com");
  command->add_option("URL", *url, "http or https URL")->required();
  OnRun(command, invocation, [url](Session& session) {
    v1::ValidateMirrorRequest request;
    request.set_mirror(*url);
    return Show(session, session.client.ValidateMirror(request),
                [](const auto& answer, std::ostream& out) { ViewText(answer.mirror(), out); });
  });
}

void AddValidateIndexName(CLI::App& validate, Invocation& invocation) {
  const auto name = std::make_shared<std::string>();
  CLI::App* const command = AddCommand(
      validate, "index-name", "Whether a name may be an index's; prints it as it would be kept",
      "registryctl validate index-name index.docker.io\n"
      "registryctl validate index-name -- -not-a-flag-but-a-name");
  command->add_option("NAME", *name, "HOST or HOST:PORT")->required();
  OnRun(command, invocation, [name](Session& session) {
    v1::ValidateIndexNameRequest request;
    request.set_name(*name);
    return Show(session, session.client.ValidateIndexName(request),
                [](const auto& answer, std::ostream& out) { ViewText(answer.name(), out); });
  });
}

void AddSearchIndex(CLI::App& app, Invocation& invocation) {
  const auto name = std::make_shared<std::string>();
  CLI::App* const command =
      AddCommand(app, "search-index", "The index that a search term would be sent to",
                 "registryctl search-index nginx\n"
                 "registryctl search-index registry.example.com/nginx");
  command->add_option("TERM", *name, "Search term")->required();
  OnRun(command, invocation, [name](Session& session) {
    v1::ParseSearchIndexInfoRequest request;
    request.set_name(*name);
    return Show(session, session.client.ParseSearchIndexInfo(request),
                [](const auto& answer, std::ostream& out) { ViewIndex(answer.index(), out); });
  });
}

void AddHostname(CLI::App& app, Invocation& invocation) {
  const auto url = std::make_shared<std::string>();
  CLI::App* const command = AddCommand(app, "hostname", "The host name in a URL",
                                       "registryctl hostname https://index.docker.io/v1/");
  command->add_option("URL", *url, "URL, or a key of Docker's config.json")->required();
  OnRun(command, invocation, [url](Session& session) {
    v1::ConvertToHostnameRequest request;
    request.set_url(*url);
    return Show(session, session.client.ConvertToHostname(request),
                [](const auto& answer, std::ostream& out) { ViewText(answer.hostname(), out); });
  });
}

}  // namespace

void AddReferenceCommands(CLI::App& app, Invocation& invocation) {
  AddResolve(app, invocation);
  AddParse(app, invocation);
  CLI::App* const validate = AddGroup(app, "validate", "Whether a value is good");
  AddValidateReference(*validate, invocation);
  AddValidateMirror(*validate, invocation);
  AddValidateIndexName(*validate, invocation);
  AddSearchIndex(app, invocation);
  AddHostname(app, invocation);
}

}  // namespace registryd::registryctl
